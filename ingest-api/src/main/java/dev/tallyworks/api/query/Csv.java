package dev.tallyworks.api.query;

import dev.tallyworks.api.http.Numbers;
import dev.tallyworks.metric.Metric;
import java.math.BigDecimal;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Answers as CSV (RFC 4180), with a header line of the JSON names. */
final class Csv {
    static final String MEDIA_TYPE = "text/csv;charset=UTF-8";
    private static final String LINE_END = "\r\n";

    private Csv() {}

    static String of(Metric metric, Answer answer) {
        boolean categories = metric instanceof Metric.Category || metric instanceof Metric.CompoundSum;
        List<Point> single = answer.points();
        StringBuilder csv = new StringBuilder();
        if (single != null) {
            csv.append("timestamp,value").append(categories ? ",category" : "").append(LINE_END);
            single.forEach(point -> line(csv, point, categories));
        } else if (answer.byGranularity() != null) {
            csv.append("granularity,timestamp,value")
                    .append(categories ? ",category" : "")
                    .append(LINE_END);
            answer.byGranularity().forEach((unit, series) -> series.points().forEach(point -> {
                csv.append(field(unit)).append(',');
                line(csv, point, categories);
            }));
        }
        return csv.toString();
    }

    private static void line(StringBuilder csv, Point point, boolean categories) {
        csv.append(point.timestamp()).append(',').append(number(point.value()));
        if (categories) {
            csv.append(',').append(field(point.category()));
        }
        csv.append(LINE_END);
    }

    private static String number(@Nullable BigDecimal value) {
        return value == null ? "" : Numbers.text(value);
    }

    static String field(@Nullable String text) {
        if (text == null) {
            return "";
        }
        boolean plain = text.chars().noneMatch(c -> c == ',' || c == '"' || c == '\r' || c == '\n');
        return plain ? text : '"' + text.replace("\"", "\"\"") + '"';
    }
}
