package dev.tallyworks.metric;

import dev.tallyworks.event.Attribution;
import java.math.BigDecimal;
import java.util.List;

/**
 * What one event adds to each rollup document of one aggregation that it feeds: the same numbers for {@code _total} and for
 * each of its attributions. COUNT is always 1; SUM, MIN, MAX and the number of values follow from {@code numbers}; CATEGORY
 * from {@code categories}; COMPOUND_SUM from each pair of both; LEAF_SUM from all of them together; BOOLEAN from those that are
 * flags.
 *
 * @param numbers by field path, at most the first 50 by name
 * @param categories by field path, at most the first 20 by name; booleans as {@code true} and {@code false}
 * @param unique what sketches of distinct values take
 * @param samples what sketches of numbers take
 */
public record EventMetrics(
        List<Attribution> attributions,
        List<Numeric> numbers,
        List<Category> categories,
        List<Unique> unique,
        List<Sample> samples) {
    /** One number of the payload. */
    public record Numeric(String field, BigDecimal value) {}

    /** One string or boolean of the payload, values longer than 200 bytes cut to a prefix and a hash. */
    public record Category(String field, String value, boolean isFlag) {}

    /** One value for a {@link UniqueSketch}, by its hash. */
    public record Unique(String of, long hash) {}

    /** One number for a {@link PercentileSketch}, by its bucket. */
    public record Sample(String field, int bucket) {}
}
