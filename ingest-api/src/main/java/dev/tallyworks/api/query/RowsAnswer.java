package dev.tallyworks.api.query;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.tallyworks.api.http.Times;
import io.quarkus.runtime.annotations.RegisterForReflection;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * An answer of rows.
 *
 * @param rows where one granularity was asked
 * @param nextCursor of them: a text, JSON's null at the end, or nothing where the question has no pages
 * @param byGranularity where a list of granularities was asked
 */
@RegisterForReflection(registerFullHierarchy = true)
@JsonInclude(JsonInclude.Include.NON_NULL)
record RowsAnswer(
        @Nullable List<Row> rows,
        @Nullable JsonNode nextCursor,
        @Nullable Map<String, Series> byGranularity,
        String mode,
        String watermark,
        BigDecimal lagSeconds,
        boolean partial,
        long truncatedValues) {
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Series(List<Row> rows, @Nullable JsonNode nextCursor) {}

    static JsonNode cursor(@Nullable String cursor) {
        return cursor == null ? NullNode.instance : TextNode.valueOf(cursor);
    }

    static RowsAnswer of(Question question, QueryService.Read<?> read, List<Series> series, long truncatedValues) {
        Map<String, Series> byGranularity = new LinkedHashMap<>();
        for (int i = 0; i < series.size(); i++) {
            byGranularity.put(question.granularities().get(i), series.get(i));
        }
        boolean several = question.severalGranularities();
        return new RowsAnswer(
                several ? null : series.get(0).rows(),
                several ? null : series.get(0).nextCursor(),
                several ? byGranularity : null,
                read.mode().id(),
                Times.format(read.lag().watermarkMillis()),
                BigDecimal.valueOf(read.lag().lagMillis(), 3),
                read.partial(),
                truncatedValues);
    }

    /** What makes it another answer. */
    List<Object> found() {
        return Arrays.asList(rows, nextCursor, byGranularity, truncatedValues);
    }

    /** All rows, those of several granularities each after its name. */
    String csv() {
        if (byGranularity == null) {
            List<Row> all = rows == null ? List.of() : rows;
            Set<String> columns = new LinkedHashSet<>(List.of(Rows.TIMESTAMP));
            columns.addAll(Rows.columns(all));
            return Rows.csv(columns, all);
        }
        List<Row> all = new ArrayList<>();
        byGranularity.forEach((unit, series) -> series.rows().forEach(row -> {
            Map<String, @Nullable Object> named = new LinkedHashMap<>();
            named.put("granularity", unit);
            named.putAll(row.columns());
            all.add(new Row(named));
        }));
        Set<String> columns = new LinkedHashSet<>(List.of("granularity", Rows.TIMESTAMP));
        columns.addAll(Rows.columns(all));
        return Rows.csv(columns, all);
    }
}
