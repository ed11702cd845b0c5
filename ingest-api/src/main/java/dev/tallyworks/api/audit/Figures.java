package dev.tallyworks.api.audit;

import dev.tallyworks.definition.Aggregation;
import dev.tallyworks.event.Event;
import dev.tallyworks.metric.EventMetrics;
import dev.tallyworks.rollup.RollupDelta;
import dev.tallyworks.rollup.RollupFold;
import dev.tallyworks.rollup.RollupNumbers;
import java.math.BigDecimal;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The total of each bucket of the storage width, from the raw events and as it is stored: sums, minima, maxima, counts by value.
 * Where they are too many to hold, or stored names have gone beyond a guard, nothing is said against them. Not thread-safe.
 */
final class Figures {
    private static final int BUCKETS_MAX = 50_000;

    private final Map<Long, RollupNumbers> stored = new HashMap<>();
    private @Nullable RollupFold fold = new RollupFold();

    void stored(long bucketMillis, RollupNumbers numbers) {
        if (fold != null) {
            stored.computeIfAbsent(bucketMillis, bucket -> new RollupNumbers()).add(numbers);
            giveUpBeyondMost();
        }
    }

    /**
     * @param aggregation as the generation has it in which the event counts
     * @param all null where they are not known: then nothing is said
     */
    void recorded(Event event, Aggregation aggregation, @Nullable EventMetrics all) {
        if (all == null) {
            fold = null;
        } else if (fold != null) {
            EventMetrics total =
                    new EventMetrics(List.of(), all.numbers(), all.categories(), all.unique(), all.samples());
            fold.add(event, aggregation, total);
            giveUpBeyondMost();
        }
    }

    private void giveUpBeyondMost() {
        if (fold != null && (fold.size() > BUCKETS_MAX || stored.size() > BUCKETS_MAX)) {
            fold = null;
            stored.clear();
        }
    }

    /** The buckets whose figures differ, if nothing was on its way in them. */
    Set<Long> differing() {
        Set<Long> differing = new HashSet<>();
        if (fold == null) {
            return differing;
        }
        Map<Long, RollupNumbers> recorded = new HashMap<>();
        for (RollupDelta delta : fold.deltas()) {
            RollupNumbers numbers =
                    recorded.computeIfAbsent(delta.target().bucketMillis(), bucket -> new RollupNumbers());
            add(delta, numbers);
        }
        recorded.forEach((bucket, numbers) -> {
            RollupNumbers there = stored.get(bucket);
            if (there != null && there.others() == 0 && !isSame(numbers, there)) {
                differing.add(bucket);
            }
        });
        return differing;
    }

    private static void add(RollupDelta delta, RollupNumbers into) {
        delta.numbers().forEach((field, stats) -> {
            RollupNumbers.OfNumber number = into.number(field);
            number.addCount(stats.count());
            number.sum().add(stats.sum());
            number.addExtremes(stats.min(), stats.max());
        });
        delta.categories()
                .forEach((field, values) -> values.forEach(
                        (value, stats) -> into.value(field, value).addCount(stats.count())));
    }

    private static boolean isSame(RollupNumbers one, RollupNumbers other) {
        return one.numbers().keySet().equals(other.numbers().keySet())
                && one.numbers().entrySet().stream()
                        .allMatch(entry ->
                                isSame(entry.getValue(), other.numbers().get(entry.getKey())))
                && counts(one).equals(counts(other));
    }

    private static boolean isSame(RollupNumbers.OfNumber one, RollupNumbers.@Nullable OfNumber other) {
        return other != null
                && one.count() == other.count()
                && one.sum().value().compareTo(other.sum().value()) == 0
                && isSame(one.min(), other.min())
                && isSame(one.max(), other.max());
    }

    private static boolean isSame(@Nullable BigDecimal one, @Nullable BigDecimal other) {
        return one == null || other == null ? one == other : one.compareTo(other) == 0;
    }

    private static Map<String, Map<String, Long>> counts(RollupNumbers numbers) {
        Map<String, Map<String, Long>> counts = new HashMap<>();
        numbers.categories()
                .forEach((field, values) -> values.forEach((value, part) ->
                        counts.computeIfAbsent(field, name -> new HashMap<>()).put(value, part.count())));
        return counts;
    }
}
