package dev.tallyworks.bench;

import java.util.HashMap;
import java.util.Map;

/** What one batch adds to one rollup document, in plain longs: exact for amounts in cents. */
final class Totals {
    private long count;
    private long whole;
    private long fraction;
    private long minCents = Long.MAX_VALUE;
    private long maxCents = Long.MIN_VALUE;
    /** By {@code <field>.<value>}. */
    private final Map<String, long[]> categories = new HashMap<>();

    /** Adds up a batch by attribution value; the total's is the empty one. */
    static Map<String, Totals> fold(Iterable<BenchEvent> batch) {
        Map<String, Totals> documents = new HashMap<>();
        for (BenchEvent event : batch) {
            documents.computeIfAbsent("", total -> new Totals()).add(event);
            documents.computeIfAbsent(event.customer(), value -> new Totals()).add(event);
        }
        return documents;
    }

    private void add(BenchEvent event) {
        long limb = event.cents() % 100 * 10_000_000;
        count++;
        whole += event.cents() / 100;
        fraction += limb;
        minCents = Math.min(minCents, event.cents());
        maxCents = Math.max(maxCents, event.cents());
        add("currency." + event.currency(), event, limb);
        add("channel." + event.channel(), event, limb);
        add("returning." + event.returning(), event, limb);
    }

    private void add(String value, BenchEvent event, long limb) {
        long[] sums = categories.computeIfAbsent(value, first -> new long[3]);
        sums[0]++;
        sums[1] += event.cents() / 100;
        sums[2] += limb;
    }

    long count() {
        return count;
    }

    /** The units of the sum's limbs 0 and −1. */
    long whole() {
        return whole;
    }

    long fraction() {
        return fraction;
    }

    long minCents() {
        return minCents;
    }

    long maxCents() {
        return maxCents;
    }

    /** {@code [count, whole, fraction]} by {@code <field>.<value>}. */
    Map<String, long[]> categories() {
        return categories;
    }
}
