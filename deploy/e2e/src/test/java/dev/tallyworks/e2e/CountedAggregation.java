package dev.tallyworks.e2e;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/** What one aggregation must count by the contract, whatever was asked of it when. */
final class CountedAggregation {
    /** In which order an event and a change of the definitions took effect. */
    @FunctionalInterface
    interface Order {
        /** What the test itself has seen; where both were under way at once, it is left open. */
        Order SEEN = (event, change) ->
                change.isBefore(event.call()) ? Truth.YES : event.call().isBefore(change) ? Truth.NO : Truth.MAYBE;

        Truth isAfter(LoadEvent event, Call change);
    }

    /**
     * Numbers that are counted from a change on.
     *
     * @param rebuild what makes them; null where they are the first ones
     * @param begun the change that began them
     * @param inForce from when on they answer
     * @param startMillis of the buckets that they hold, included
     * @param endMillis excluded
     */
    record Numbers(
            @Nullable String rebuild, Call begun, Call inForce, Meaning meaning, long startMillis, long endMillis) {
        boolean cover(LoadEvent event) {
            return event.timestampMillis() >= startMillis && event.timestampMillis() < endMillis;
        }
    }

    private final CountedReport report;
    private final String target;
    private final List<String> slot;
    private final Call created = Call.begin();
    private final List<Numbers> numbers = new CopyOnWriteArrayList<>();
    private volatile @Nullable Call deleted;
    private volatile String id = "";

    /** @param slot the types that no other aggregation of the report counts; empty for all */
    CountedAggregation(CountedReport report, String target, List<String> slot, Meaning meaning) {
        this.report = report;
        this.target = target;
        this.slot = slot;
        numbers.add(new Numbers(null, created, created, meaning, Long.MIN_VALUE, Long.MAX_VALUE));
    }

    CountedReport report() {
        return report;
    }

    String target() {
        return target;
    }

    List<String> slot() {
        return slot;
    }

    String id() {
        return id;
    }

    String path() {
        return report.path() + "/aggregations/" + id;
    }

    Call created() {
        return created;
    }

    /** It is defined. */
    void defined(String given) {
        id = given;
        created.end();
    }

    /** To be called before it is asked for. */
    Call deleting() {
        Call call = Call.begin();
        deleted = call;
        return call;
    }

    @Nullable
    Call deleted() {
        return deleted;
    }

    List<Numbers> numbers() {
        return numbers;
    }

    /** The newest ones, whether they are in force yet or not. */
    Numbers newest() {
        return numbers.get(numbers.size() - 1);
    }

    /** Whether a rebuild may still be under way. */
    boolean isBuilding() {
        return !newest().inForce.isEnded();
    }

    /** To be called before new numbers are asked for. Nothing else may be building. */
    void building(Numbers made) {
        numbers.add(made);
    }

    /** What makes the newest numbers is known by now. */
    void named(String rebuild) {
        Numbers made = newest();
        numbers.set(
                numbers.size() - 1,
                new Numbers(rebuild, made.begun, made.inForce, made.meaning, made.startMillis, made.endMillis));
    }

    /** The newest numbers never come into force. */
    void cancelled() {
        numbers.remove(numbers.size() - 1);
    }

    Truth existsFor(Call question) {
        Call gone = deleted;
        if (!created.mayBeSeenBy(question) || gone != null && gone.isBefore(question)) {
            return Truth.NO;
        }
        boolean certain = created.isBefore(question) && (gone == null || !gone.mayBeSeenBy(question));
        return certain ? Truth.YES : Truth.MAYBE;
    }

    /** How many rebuilds are over at least when a question is asked. */
    int rebuiltMin(Call question) {
        return (int) numbers.stream()
                .skip(1)
                .filter(made -> made.inForce.isBefore(question))
                .count();
    }

    /** How many may be over when it is answered. */
    int rebuiltMax(Call question) {
        return (int) numbers.stream()
                .skip(1)
                .filter(made -> made.inForce.mayBeSeenBy(question))
                .count();
    }

    Meaning meaning(int rebuilt) {
        return numbers.get(Math.min(rebuilt, numbers.size() - 1)).meaning;
    }

    /** Whether an event counts once so many rebuilds are over. */
    Truth counts(LoadEvent event, int rebuilt, Order order) {
        List<Numbers> all = List.copyOf(numbers);
        Numbers inForce = all.get(0);
        for (Numbers made : all.subList(1, Math.min(rebuilt + 1, all.size()))) {
            inForce = made.cover(event) ? made : inForce;
        }
        if (!inForce.meaning.takes(event)) {
            return Truth.NO;
        }
        Truth active = report.isActive(event, order);
        Truth later = order.isAfter(event, inForce.begun);
        // The first numbers know nothing of what came before; new ones count all of that, whether the report was active
        // or not.
        return inForce == all.get(0) ? later.and(active) : later.not().or(active);
    }
}
