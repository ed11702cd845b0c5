package dev.tallyworks.api.query;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The answer to a query.
 *
 * @param points where one granularity was asked
 * @param byGranularity where a list of them was asked
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
record Answer(
        @Nullable List<Point> points,
        @Nullable Map<String, Series> byGranularity,
        String mode,
        String watermark,
        BigDecimal lagSeconds,
        boolean partial,
        long truncatedValues) {
    record Series(List<Point> points) {}
}
