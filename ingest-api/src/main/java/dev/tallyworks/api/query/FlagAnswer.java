package dev.tallyworks.api.query;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.tallyworks.api.http.Times;
import io.quarkus.runtime.annotations.RegisterForReflection;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The answer to a question of type BOOLEAN: one point for each recorded value, at its own time.
 *
 * @param points where one granularity was asked
 * @param byGranularity where a list of them was asked: the same points for each
 * @param truncated whether a storage bucket has more than {@value FlagFold#BUCKET_MAX}
 */
@RegisterForReflection(registerFullHierarchy = true)
@JsonInclude(JsonInclude.Include.NON_NULL)
record FlagAnswer(
        @Nullable List<FlagPoint> points,
        @Nullable Map<String, Series> byGranularity,
        boolean truncated,
        String mode,
        String watermark,
        BigDecimal lagSeconds,
        boolean partial,
        long truncatedValues) {
    /** One recorded value. */
    record FlagPoint(String timestamp, boolean value) implements Dated {}

    record Series(List<FlagPoint> points) {}

    static FlagAnswer of(Question question, QueryService.Read<FlagFold> read) {
        Map<String, Series> series = new LinkedHashMap<>();
        boolean truncated = false;
        for (int i = 0; i < question.granularities().size(); i++) {
            TreeMap<Long, FlagFold> folds = read.merge().folds(i);
            List<FlagPoint> points = new ArrayList<>();
            folds.values()
                    .forEach(fold -> fold.values(
                            (timestamp, value) -> points.add(new FlagPoint(Times.format(timestamp), value))));
            truncated |= folds.values().stream().anyMatch(FlagFold::truncated);
            series.put(question.granularities().get(i), new Series(points));
        }
        boolean several = question.severalGranularities();
        return new FlagAnswer(
                several ? null : series.values().iterator().next().points(),
                several ? series : null,
                truncated,
                read.mode().id(),
                Times.format(read.lag().watermarkMillis()),
                BigDecimal.valueOf(read.lag().lagMillis(), 3),
                read.partial(),
                read.merge().truncatedValues());
    }

    /** All points, as CSV lines. */
    String csv() {
        StringBuilder csv = new StringBuilder();
        if (points != null) {
            csv.append("timestamp,value\r\n");
            points.forEach(point -> line(csv, "", point));
        } else if (byGranularity != null) {
            csv.append("granularity,timestamp,value\r\n");
            byGranularity.forEach((unit, series) -> series.points().forEach(point -> line(csv, unit + ',', point)));
        }
        return csv.toString();
    }

    private static void line(StringBuilder csv, String prefix, FlagPoint point) {
        csv.append(prefix)
                .append(point.timestamp())
                .append(',')
                .append(point.value())
                .append("\r\n");
    }
}
