package dev.tallyworks.api.query;

import dev.tallyworks.metric.Metric;
import dev.tallyworks.metric.PercentileSketch;
import dev.tallyworks.metric.UniqueSketch;
import dev.tallyworks.rollup.RollupNumbers;
import dev.tallyworks.rollup.StoredRollup;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Adds up what the rollups of one unit of time say of a metric. */
final class UnitFold implements Merge.Fold<UnitFold> {
    private final Metric metric;
    private final RollupNumbers numbers = new RollupNumbers();

    UnitFold(Metric metric) {
        this.metric = metric;
    }

    @Override
    public int sizeOf(StoredRollup rollup) {
        return size(rollup.numbers());
    }

    @Override
    public int size() {
        return size(numbers);
    }

    @Override
    public void add(StoredRollup rollup) {
        numbers.add(rollup.numbers());
    }

    @Override
    public void add(UnitFold other) {
        numbers.add(other.numbers);
    }

    private int size(RollupNumbers of) {
        int[] points = {0};
        values(of, (category, value) -> points[0]++, false);
        return points[0];
    }

    /** Names the categories that it has, for a metric that has them. */
    Set<String> categories() {
        Set<String> categories = new TreeSet<>();
        values(
                numbers,
                (category, value) -> {
                    if (category != null) {
                        categories.add(category);
                    }
                },
                false);
        return categories;
    }

    /** Gives each category, or null, with its number. */
    void values(BiConsumer<@Nullable String, BigDecimal> to) {
        values(numbers, to, true);
    }

    /** @param compute whether the numbers matter, and not only that there are some */
    private void values(RollupNumbers of, BiConsumer<@Nullable String, BigDecimal> to, boolean compute) {
        if (metric instanceof Metric.Count) {
            to.accept(null, BigDecimal.valueOf(of.count()));
        } else if (metric instanceof Metric.Category category) {
            of.categories().getOrDefault(category.field(), Map.of()).forEach((value, part) -> {
                if (part.count() > 0) {
                    to.accept(value, BigDecimal.valueOf(part.count()));
                }
            });
        } else if (metric instanceof Metric.CompoundSum compound) {
            of.categories().getOrDefault(compound.by(), Map.of()).forEach((value, part) -> {
                if (part.sums().containsKey(compound.field())) {
                    to.accept(value, compute ? part.sum(compound.field()).value() : BigDecimal.ZERO);
                }
            });
        } else if (metric instanceof Metric.Unique unique) {
            if (of.unique().containsKey(unique.of())) {
                UniqueSketch sketch = of.unique(unique.of());
                to.accept(null, compute ? BigDecimal.valueOf(sketch.estimate()) : BigDecimal.ZERO);
            }
        } else if (metric instanceof Metric.Percentile percentile) {
            if (of.percentiles().containsKey(percentile.field())) {
                PercentileSketch sketch = of.percentiles(percentile.field());
                to.accept(null, compute ? sketch.percentile(percentile.p()) : BigDecimal.ZERO);
            }
        } else if (metric instanceof Metric.Sum sum) {
            number(
                    of,
                    sum.field(),
                    number -> to.accept(null, compute ? number.sum().value() : BigDecimal.ZERO));
        } else if (metric instanceof Metric.Average average) {
            number(
                    of,
                    average.field(),
                    number -> to.accept(
                            null,
                            compute
                                    ? number.sum()
                                            .value()
                                            .divide(BigDecimal.valueOf(number.count()), MathContext.DECIMAL128)
                                    : BigDecimal.ZERO));
        } else if (metric instanceof Metric.Minimum minimum) {
            number(of, minimum.field(), number -> to.accept(null, number.min()));
        } else if (metric instanceof Metric.Maximum maximum) {
            number(of, maximum.field(), number -> to.accept(null, number.max()));
        }
    }

    private static void number(RollupNumbers of, String field, Consumer<RollupNumbers.OfNumber> to) {
        RollupNumbers.OfNumber number = of.numbers().get(field);
        if (number != null && number.count() > 0) {
            to.accept(number);
        }
    }
}
