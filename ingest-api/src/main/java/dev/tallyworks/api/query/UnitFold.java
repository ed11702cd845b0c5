package dev.tallyworks.api.query;

import dev.tallyworks.metric.ExactSum;
import dev.tallyworks.metric.Metric;
import dev.tallyworks.rollup.StoredRollup;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/** Adds up the rollups of one unit of time. */
final class UnitFold {
    private long count;
    private long fieldCount;
    private final ExactSum sum = new ExactSum();
    private @Nullable BigDecimal min;
    private @Nullable BigDecimal max;
    private final TreeMap<String, Long> categories = new TreeMap<>();
    private final TreeMap<String, ExactSum> compoundSums = new TreeMap<>();

    /** How many points of its own a rollup would make. */
    static int points(StoredRollup rollup, Metric metric) {
        if (metric instanceof Metric.Category) {
            return rollup.categories().size();
        } else if (metric instanceof Metric.CompoundSum) {
            return rollup.compoundSums().size();
        } else if (metric instanceof Metric.Minimum) {
            return rollup.min() == null ? 0 : 1;
        } else if (metric instanceof Metric.Maximum) {
            return rollup.max() == null ? 0 : 1;
        } else if (metric instanceof Metric.Count) {
            return 1;
        }
        return rollup.fieldCount() > 0 ? 1 : 0;
    }

    /** How many points it makes, once it has a rollup that makes any. */
    int points(Metric metric) {
        if (metric instanceof Metric.Category) {
            return categories.size();
        }
        return metric instanceof Metric.CompoundSum ? compoundSums.size() : 1;
    }

    void add(StoredRollup rollup) {
        count += rollup.count();
        fieldCount += rollup.fieldCount();
        sum.add(rollup.sum());
        min = extreme(min, rollup.min(), -1);
        max = extreme(max, rollup.max(), 1);
        rollup.categories().forEach((value, times) -> categories.merge(value, times, Long::sum));
        rollup.compoundSums().forEach((value, part) -> compoundSums
                .computeIfAbsent(value, name -> new ExactSum())
                .add(part));
    }

    private static @Nullable BigDecimal extreme(@Nullable BigDecimal one, @Nullable BigDecimal other, int sign) {
        if (one == null || other == null) {
            return one == null ? other : one;
        }
        return one.compareTo(other) * sign >= 0 ? one : other;
    }

    /** Names the categories that it has, for a metric that has them. */
    Set<String> categories(Metric metric) {
        if (metric instanceof Metric.Category) {
            return categories.keySet();
        }
        return metric instanceof Metric.CompoundSum ? compoundSums.keySet() : new TreeSet<>();
    }

    /** Gives each category, or null, with its number. */
    void values(Metric metric, BiConsumer<@Nullable String, BigDecimal> to) {
        if (metric instanceof Metric.Count) {
            to.accept(null, BigDecimal.valueOf(count));
        } else if (metric instanceof Metric.Category) {
            categories.forEach((value, times) -> to.accept(value, BigDecimal.valueOf(times)));
        } else if (metric instanceof Metric.CompoundSum) {
            compoundSums.forEach((value, part) -> to.accept(value, part.value()));
        } else if (metric instanceof Metric.Minimum) {
            if (min != null) {
                to.accept(null, min);
            }
        } else if (metric instanceof Metric.Maximum) {
            if (max != null) {
                to.accept(null, max);
            }
        } else if (fieldCount > 0) {
            to.accept(
                    null,
                    metric instanceof Metric.Average
                            ? sum.value().divide(BigDecimal.valueOf(fieldCount), MathContext.DECIMAL128)
                            : sum.value());
        }
    }
}
