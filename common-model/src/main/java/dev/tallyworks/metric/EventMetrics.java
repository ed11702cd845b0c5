package dev.tallyworks.metric;

import dev.tallyworks.event.Attribution;
import java.math.BigDecimal;
import java.util.List;

/**
 * What one event adds to each rollup document of one aggregation that it feeds: the same numbers for {@code _total} and for
 * each of its attributions. COUNT is always 1; SUM, MIN, MAX and the number of values follow from {@code numbers}; CATEGORY
 * from {@code categories}; COMPOUND_SUM from each pair of both.
 *
 * @param numbers by field path, at most the first 50 by name
 * @param categories by field path, at most the first 20 by name; booleans as {@code true} and {@code false}
 */
public record EventMetrics(List<Attribution> attributions, List<Numeric> numbers, List<Category> categories) {
    /** One number of the payload. */
    public record Numeric(String field, BigDecimal value) {}

    /** One string or boolean of the payload, values longer than 200 bytes cut to a prefix and a hash. */
    public record Category(String field, String value) {}
}
