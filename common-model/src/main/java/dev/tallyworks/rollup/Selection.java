package dev.tallyworks.rollup;

import dev.tallyworks.metric.Metric;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which numbers of a rollup are read; how many events there are always is.
 *
 * @param numbers these numeric fields; null for all
 * @param categories these string and boolean fields; null for all
 * @param compounds whether sums of those by values of these are too
 */
public record Selection(
        @Nullable Set<String> numbers, @Nullable Set<String> categories, boolean compounds) {
    public static final Selection ALL = new Selection(null, null, true);

    public static Selection of(Metric metric) {
        if (metric instanceof Metric.Sum sum) {
            return number(sum.field());
        } else if (metric instanceof Metric.Average average) {
            return number(average.field());
        } else if (metric instanceof Metric.Minimum minimum) {
            return number(minimum.field());
        } else if (metric instanceof Metric.Maximum maximum) {
            return number(maximum.field());
        } else if (metric instanceof Metric.Category category) {
            return new Selection(Set.of(), Set.of(category.field()), false);
        } else if (metric instanceof Metric.CompoundSum compound) {
            return new Selection(Set.of(compound.field()), Set.of(compound.by()), true);
        }
        return new Selection(Set.of(), Set.of(), false);
    }

    private static Selection number(String field) {
        return new Selection(Set.of(field), Set.of(), false);
    }

    public boolean takesNumber(String field) {
        return numbers == null || numbers.contains(field);
    }

    public boolean takesCategory(String field) {
        return categories == null || categories.contains(field);
    }
}
