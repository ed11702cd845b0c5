package dev.tallyworks.rollup;

import dev.tallyworks.metric.ExactSum;
import dev.tallyworks.metric.Metric;
import java.math.BigDecimal;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What a rollup that was read says of one metric; all else must not have been read. */
public record Told(
        long bucketMillis,
        String source,
        long incarnation,
        String eventType,
        long count,
        long others,
        long fieldCount,
        ExactSum sum,
        @Nullable BigDecimal min,
        @Nullable BigDecimal max,
        Map<String, Long> categories,
        Map<String, ExactSum> compoundSums) {

    public static Told of(StoredRollup rollup, Metric metric) {
        Selection selection = Selection.of(metric);
        RollupNumbers numbers = rollup.numbers();
        if (!numbers.numbers().keySet().stream().allMatch(selection::takesNumber)
                || !numbers.categories().keySet().stream().allMatch(selection::takesCategory)) {
            throw new AssertionError("more was read than " + metric + " takes: "
                    + numbers.numbers().keySet() + ", " + numbers.categories().keySet());
        }
        RollupNumbers.OfNumber number =
                numbers.numbers().values().stream().findFirst().orElseGet(RollupNumbers.OfNumber::new);
        Map<String, Long> categories = new TreeMap<>();
        Map<String, ExactSum> compounds = new TreeMap<>();
        numbers.categories()
                .values()
                .forEach(values -> values.forEach((value, part) -> {
                    if (part.count() > 0) {
                        categories.put(value, part.count());
                    }
                    part.sums().forEach((field, sum) -> compounds.put(value, sum));
                }));
        return new Told(
                rollup.bucketMillis(),
                rollup.source(),
                rollup.incarnation(),
                rollup.eventType(),
                numbers.count(),
                numbers.others(),
                number.count(),
                number.sum(),
                number.min(),
                number.max(),
                categories,
                compounds);
    }
}
