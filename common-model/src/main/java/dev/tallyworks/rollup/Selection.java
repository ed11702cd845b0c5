package dev.tallyworks.rollup;

import dev.tallyworks.metric.Metric;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which numbers of a rollup are read; how many events there are always is.
 *
 * @param numbers these numeric fields; null for all
 * @param extremes whether the smallest and the largest value of those are too
 * @param categories these string and boolean fields; null for all
 * @param compounds whether sums of those by values of these are too
 * @param leaves whether counts, and sums of those numbers, by tuples of values are too
 * @param flags the values over time of these boolean fields; null for all
 * @param unique these sketches of distinct values
 * @param percentiles these sketches of numbers
 */
public record Selection(
        @Nullable Set<String> numbers,
        boolean extremes,
        @Nullable Set<String> categories,
        boolean compounds,
        boolean leaves,
        @Nullable Set<String> flags,
        Set<String> unique,
        Set<String> percentiles) {
    /** How many events there are, and nothing else. */
    public static final Selection COUNT =
            new Selection(Set.of(), true, Set.of(), false, false, Set.of(), Set.of(), Set.of());

    /** Everything but leaves and sketches. */
    public static final Selection ALL = new Selection(null, true, null, true, false, null, Set.of(), Set.of());

    public static Selection of(Metric metric) {
        if (metric instanceof Metric.Sum sum) {
            return COUNT.withSums(Set.of(sum.field()));
        } else if (metric instanceof Metric.Average average) {
            return COUNT.withSums(Set.of(average.field()));
        } else if (metric instanceof Metric.Minimum minimum) {
            return COUNT.withNumbers(Set.of(minimum.field()));
        } else if (metric instanceof Metric.Maximum maximum) {
            return COUNT.withNumbers(Set.of(maximum.field()));
        } else if (metric instanceof Metric.Category category) {
            return COUNT.withCategories(Set.of(category.field()), false);
        } else if (metric instanceof Metric.CompoundSum compound) {
            return COUNT.withSums(Set.of(compound.field())).withCategories(Set.of(compound.by()), true);
        } else if (metric instanceof Metric.Flag flag) {
            return COUNT.withFlags(Set.of(flag.field()));
        } else if (metric instanceof Metric.Unique unique) {
            return COUNT.withSketches(Set.of(unique.of()), Set.of());
        } else if (metric instanceof Metric.Percentile percentile) {
            return COUNT.withSketches(Set.of(), Set.of(percentile.field()));
        }
        return COUNT;
    }

    public Selection withNumbers(@Nullable Set<String> fields) {
        return new Selection(fields, true, categories, compounds, leaves, flags, unique, percentiles);
    }

    /** Without the smallest and largest values: there is a third less to read. */
    private Selection withSums(Set<String> fields) {
        return new Selection(fields, false, categories, compounds, leaves, flags, unique, percentiles);
    }

    public Selection withCategories(@Nullable Set<String> fields, boolean withCompounds) {
        return new Selection(numbers, extremes, fields, withCompounds, leaves, flags, unique, percentiles);
    }

    public Selection withLeaves() {
        return new Selection(numbers, extremes, categories, compounds, true, flags, unique, percentiles);
    }

    public Selection withFlags(@Nullable Set<String> fields) {
        return new Selection(numbers, extremes, categories, compounds, leaves, fields, unique, percentiles);
    }

    public Selection withSketches(Set<String> uniqueFields, Set<String> percentileFields) {
        return new Selection(numbers, extremes, categories, compounds, leaves, flags, uniqueFields, percentileFields);
    }

    public boolean takesNumber(String field) {
        return numbers == null || numbers.contains(field);
    }

    public boolean takesCategory(String field) {
        return categories == null || categories.contains(field);
    }

    public boolean takesFlag(String field) {
        return flags == null || flags.contains(field);
    }
}
