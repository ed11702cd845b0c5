package dev.tallyworks.api.query;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.tallyworks.api.http.Times;
import io.quarkus.runtime.annotations.RegisterForReflection;
import java.math.BigDecimal;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The answer to a query.
 *
 * @param points where one granularity was asked
 * @param byGranularity where a list of them was asked
 */
@RegisterForReflection(registerFullHierarchy = true)
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

    static Answer of(MetricQuestion asked, QueryService.Read<UnitFold> read) {
        Question question = asked.question();
        QueryPlan plan = read.merge().plan();
        Map<String, Series> series = new LinkedHashMap<>();
        Points points = new Points(asked, plan.range());
        for (int i = 0; i < plan.units().size(); i++) {
            series.put(
                    question.granularities().get(i),
                    new Series(points.of(plan.units().get(i), read.merge().folds(i))));
        }
        boolean several = question.severalGranularities();
        return new Answer(
                several ? null : series.values().iterator().next().points(),
                several ? series : null,
                read.mode().id(),
                Times.format(read.lag().watermarkMillis()),
                BigDecimal.valueOf(read.lag().lagMillis(), 3),
                read.partial(),
                read.merge().truncatedValues());
    }
}
