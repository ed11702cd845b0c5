package dev.tallyworks.api.query;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tallyworks.api.http.JsonBody;
import java.math.BigDecimal;
import java.time.ZoneId;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A question, as the product and {@link NaiveTally} are both asked it.
 *
 * @param start of its range, epoch milliseconds, as is its end
 * @param units of which the first is the only one, unless several are asked at once
 * @param user to whom the events are attributed; null where all are asked
 * @param fill whether units without data are asked too
 */
record NaiveQuestion(
        What what,
        long start,
        long end,
        List<String> units,
        boolean several,
        ZoneId zone,
        String mode,
        List<String> sources,
        List<String> types,
        @Nullable String user,
        boolean fill) {
    /** What is asked of a report. */
    sealed interface What {
        /** The last part of its path. */
        String path();

        /** Puts the members that only this kind has. */
        void write(ObjectNode body);
    }

    /** How rows are sorted. */
    record Sort(String column, boolean descending) {
        void write(ObjectNode body) {
            body.put("sortBy", column).put("sortDirection", descending ? "desc" : "asc");
        }
    }

    /** A metric, over time. */
    record Measure(Metric metric) implements What {
        @Override
        public String path() {
            return "query";
        }

        @Override
        public void write(ObjectNode body) {
            metric.write(body);
        }
    }

    /** @param p of a percentile */
    record Metric(
            String type,
            @Nullable String field,
            @Nullable String by,
            @Nullable BigDecimal p) {
        void write(ObjectNode body) {
            ObjectNode metric = body.putObject("metric").put("type", type);
            if (field != null) {
                metric.put("field", field);
            }
            if (by != null) {
                metric.put("by", by);
            }
            if (p != null) {
                metric.put("p", p);
            }
        }

        /** Whether its numbers are only about right. */
        boolean isOfSketch() {
            return type.equals("UNIQUE") || type.equals("PERCENTILE");
        }
    }

    /** A column of two others. */
    record Computed(String name, String left, char operator, String right) {
        String text() {
            return '`' + left + "` " + operator + " `" + right + '`';
        }
    }

    /** A condition of rows. */
    record Condition(String column, String operator, BigDecimal number) {
        String text() {
            return '`' + column + "` " + operator + ' ' + number.toPlainString();
        }
    }

    /** @param limit rows a page; all are asked, page by page */
    record Dataset(
            List<String> metrics,
            List<Computed> computed,
            @Nullable Condition where,
            @Nullable Sort sort,
            @Nullable Integer limit)
            implements What {
        @Override
        public String path() {
            return "dataset";
        }

        @Override
        public void write(ObjectNode body) {
            metrics.forEach(body.withArray("/metrics")::add);
            computed.forEach(column -> body.withObject("/compute").put(column.name, column.text()));
            if (where != null) {
                body.put("where", where.text());
            }
            if (sort != null) {
                sort.write(body);
            }
            if (limit != null) {
                body.put("limit", limit);
            }
        }
    }

    /** One row a unit, broken down by fields on their own. */
    record Groups(List<String> metrics, List<String> groupBy) implements What {
        @Override
        public String path() {
            return "groups";
        }

        @Override
        public void write(ObjectNode body) {
            metrics.forEach(body.withArray("/metrics")::add);
            groupBy.forEach(body.withArray("/groupBy")::add);
        }
    }

    /** One row a path of a hierarchy of fields. */
    record Flat(
            String metric, List<String> groupBy, @Nullable Sort sort) implements What {
        @Override
        public String path() {
            return "groups/flat";
        }

        @Override
        public void write(ObjectNode body) {
            body.putArray("metrics").add(metric);
            groupBy.forEach(body.withArray("/groupBy")::add);
            if (sort != null) {
                sort.write(body);
            }
        }
    }

    /** The largest attributions. */
    record Top(Metric metric, @Nullable Integer limit) implements What {
        @Override
        public String path() {
            return "top";
        }

        @Override
        public void write(ObjectNode body) {
            metric.write(body);
            body.put("attributionType", NaiveTally.USER);
            if (limit != null) {
                body.put("limit", limit);
            }
        }
    }

    NaiveQuestion withoutFill() {
        return new NaiveQuestion(what, start, end, units, several, zone, mode, sources, types, user, false);
    }

    /** Whether it is answered for the whole range, whatever the units. */
    boolean isOfWholeRange() {
        return what instanceof Flat || what instanceof Top;
    }

    ObjectNode body() {
        ObjectNode body = JsonBody.JSON.createObjectNode();
        body.putObject("timeRange").put("start", start).put("end", end);
        if (several) {
            units.forEach(body.withArray("/granularity")::add);
        } else {
            body.put("granularity", units.get(0));
        }
        body.put("timezone", zone.getId()).put("mode", mode);
        sources.forEach(body.withArray("/sources")::add);
        types.forEach(body.withArray("/eventTypes")::add);
        if (user != null) {
            body.putObject("attribution").put("type", NaiveTally.USER).put("value", user);
        }
        if (fill) {
            body.put("fill", "zero");
        }
        what.write(body);
        return body;
    }
}
