package dev.tallyworks.e2e;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;

/** A report whose definitions change, and what its answers must count by the contract. */
final class CountedReport {
    /** @param active what the report is from then on */
    record Switch(Call call, boolean active) {}

    /** What a count may be. */
    record Bounds(long min, long max) {
        boolean isExact() {
            return min == max;
        }
    }

    private final String id;
    private final List<Switch> switches = new CopyOnWriteArrayList<>();
    private final List<CountedAggregation> aggregations = new CopyOnWriteArrayList<>();

    CountedReport(String id) {
        this.id = id;
    }

    String id() {
        return id;
    }

    String path() {
        return "/api/v1/reports/" + id;
    }

    List<Switch> switches() {
        return switches;
    }

    boolean isActive() {
        return switches.isEmpty() || switches.get(switches.size() - 1).active;
    }

    /** To be called before it is asked for. */
    Call switching(boolean active) {
        Call call = Call.begin();
        switches.add(new Switch(call, active));
        return call;
    }

    /** All that there ever were. */
    List<CountedAggregation> aggregations() {
        return aggregations;
    }

    /** Those that are not deleted. */
    List<CountedAggregation> there() {
        return aggregations.stream().filter(one -> one.deleted() == null).toList();
    }

    /** Whether the report was active when an event was accepted. */
    Truth isActive(LoadEvent event, CountedAggregation.Order order) {
        Truth active = Truth.YES;
        for (Switch one : switches) {
            Truth after = order.isAfter(event, one.call);
            if (after == Truth.YES) {
                active = Truth.of(one.active);
            } else if (after == Truth.MAYBE && active != Truth.of(one.active)) {
                active = Truth.MAYBE;
            }
        }
        return active;
    }

    /**
     * What an answer that is not partial may count; one that is, no more.
     *
     * @param question when it was asked and answered
     * @param asked those of all events that the question is about
     * @param startMillis of its range, which has no end
     */
    Bounds bounds(Call question, List<LoadEvent> asked, long startMillis) {
        long min = 0;
        long max = 0;
        for (CountedAggregation aggregation : aggregations) {
            Truth exists = aggregation.existsFor(question);
            if (exists != Truth.NO) {
                long least = Long.MAX_VALUE;
                long most = 0;
                int rebuiltMax = aggregation.rebuiltMax(question);
                for (int rebuilt = aggregation.rebuiltMin(question); rebuilt <= rebuiltMax; rebuilt++) {
                    Bounds one = bounds(aggregation, rebuilt, question, asked, startMillis);
                    least = Math.min(least, one.min);
                    most = Math.max(most, one.max);
                }
                min += exists == Truth.YES ? least : 0;
                max += most;
            }
        }
        return new Bounds(min, max);
    }

    private static Bounds bounds(
            CountedAggregation aggregation, int rebuilt, Call question, List<LoadEvent> asked, long startMillis) {
        long min = 0;
        long max = 0;
        Meaning.Width width = aggregation.meaning(rebuilt).width();
        long start = width.bucket(startMillis);
        for (LoadEvent event : asked) {
            if (event.timestampMillis() >= start && event.call().mayBeSeenBy(question)) {
                Truth counts = aggregation.counts(event, rebuilt, CountedAggregation.Order.SEEN);
                min += counts == Truth.YES && event.call().isBefore(question) ? 1 : 0;
                max += counts == Truth.NO ? 0 : 1;
            }
        }
        return new Bounds(min, max);
    }

    /** Whether nothing that may make totals smaller happened from one question to another. */
    boolean isSteady(Call first, Call second) {
        return aggregations.stream()
                .flatMap(aggregation -> Stream.concat(
                        Stream.ofNullable(aggregation.deleted()),
                        aggregation.numbers().stream().map(CountedAggregation.Numbers::inForce)))
                .allMatch(change -> change.isBefore(first) || !change.mayBeSeenBy(second));
    }
}
