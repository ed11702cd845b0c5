package dev.tallyworks.api.query;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tallyworks.api.http.JsonBody;
import dev.tallyworks.api.http.Members;
import dev.tallyworks.api.http.Page;
import dev.tallyworks.api.http.Problem;
import dev.tallyworks.rollup.Selection;
import dev.tallyworks.time.TimeRange;
import dev.tallyworks.time.Unit;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Asks for all numbers, one row a unit.
 *
 * @param compute columns that are computed, by name, in the order in which they were given
 * @param where null where all rows are wanted
 * @param limit rows a page; null for all
 * @param offset of the page's first row
 * @param fingerprint of the question without its cursor
 */
record DatasetQuestion(
        Question question,
        Map<String, ColumnExpression> compute,
        @Nullable ColumnExpression where,
        Rows.Order order,
        @Nullable Integer limit,
        int offset,
        String fingerprint) {
    private static final int COMPUTED_MAX = 50;

    static DatasetQuestion read(ObjectNode body) {
        Members members = Members.of(body);
        Set<String> metrics = new HashSet<>(members.texts("metrics"));
        Map<String, ColumnExpression> compute = compute(members);
        String condition = members.text("where");
        ColumnExpression where = condition == null ? null : expression(members, "where", "", condition);
        Rows.Order order = Rows.Order.read(members, Rows.TIMESTAMP);
        Integer limit = members.has("limit") ? (int) members.integer("limit", 1, QueryPlanner.POINTS_MAX, 1) : null;
        if (limit == null) {
            members.any("limit");
        }
        String cursor = members.text("cursor");
        // Naming a count is allowed, and changes nothing.
        Selection selection = metrics.isEmpty()
                ? Selection.ALL
                : Selection.COUNT
                        .withNumbers(metrics)
                        .withCategories(metrics, true)
                        .withFlags(null);
        Question question = QuestionReader.question(members, selection);
        ObjectNode alone = body.deepCopy();
        alone.remove("cursor");
        // Whatever the order of its members: that of parameters is any.
        String fingerprint = Integer.toHexString(alone.hashCode());
        int offset = offset(members, cursor, fingerprint);
        members.end();
        return new DatasetQuestion(question, compute, where, order, limit, offset, fingerprint);
    }

    private static int offset(Members members, @Nullable String cursor, String fingerprint) {
        if (cursor == null) {
            return 0;
        }
        String[] parts;
        try {
            parts = Page.decode(cursor).split(":");
        } catch (Problem foreign) {
            parts = new String[0];
        }
        if (parts.length != 2 || !parts[0].equals(fingerprint) || !parts[1].matches("\\d{1,7}")) {
            members.invalid(
                    "cursor",
                    Problem.INVALID_VALUE,
                    "'cursor' must be the nextCursor of the page before, of the very same question.");
            return 0;
        }
        return Integer.parseInt(parts[1]);
    }

    private static Map<String, ColumnExpression> compute(Members members) {
        Map<String, ColumnExpression> compute = new LinkedHashMap<>();
        JsonNode given = members.any("compute");
        if (given == null) {
            return compute;
        }
        if (!given.isObject() || given.size() > COMPUTED_MAX) {
            members.wrongType("compute", "an object of at most " + COMPUTED_MAX + " names with their expressions");
            return compute;
        }
        given.properties().forEach(column -> {
            String inside = '/' + column.getKey().replace("~", "~0").replace("/", "~1");
            if (!column.getValue().isTextual()) {
                members.invalid("compute", inside, Problem.INVALID_VALUE, "An expression must be a string.");
                return;
            }
            ColumnExpression parsed =
                    expression(members, "compute", inside, column.getValue().textValue());
            if (parsed != null) {
                compute.put(column.getKey(), parsed);
            }
        });
        return compute;
    }

    private static @Nullable ColumnExpression expression(Members members, String name, String inside, String text) {
        try {
            return ColumnExpression.parse(text);
        } catch (ColumnExpression.Malformed malformed) {
            members.invalid(
                    name,
                    inside,
                    Problem.INVALID_VALUE,
                    "The expression '" + text + "' can't be read: " + malformed.getMessage() + ".");
            return null;
        }
    }

    /** The compute parameter of a GET is the JSON text of the member. */
    static void readParameter(ObjectNode body) {
        JsonNode compute = body.get("compute");
        if (compute != null && compute.isTextual()) {
            try {
                body.set("compute", JsonBody.JSON.readTree(compute.textValue()));
            } catch (JsonProcessingException malformed) {
                throw Problem.invalid(Problem.Item.of(
                        Problem.INVALID_VALUE,
                        "The parameter 'compute' must be a JSON object, such as {\"name\": \"a_sum / b_count\"}: "
                                + malformed.getOriginalMessage()));
            }
        }
    }

    RowsAnswer answer(QueryService.Read<DatasetFold> read) {
        QueryPlan plan = read.merge().plan();
        List<RowsAnswer.Series> series = new ArrayList<>();
        long made = 0;
        for (int i = 0; i < plan.units().size(); i++) {
            List<Row> rows =
                    rows(plan.units().get(i), plan.range(), read.merge().folds(i));
            made += rows.size();
            Rows.check(made);
            series.add(page(rows));
        }
        return RowsAnswer.of(question, read, series, read.merge().truncatedValues());
    }

    private List<Row> rows(Unit unit, TimeRange range, TreeMap<Long, DatasetFold> folds) {
        List<Row> rows = new ArrayList<>();
        Rows.filled(question, unit, range, folds, DatasetFold::new)
                .forEach((start, fold) -> rows.add(new Row(fold.columns(start))));
        if (question.fillZero()) {
            Rows.fillZeros(rows, column -> !column.equals(Rows.TIMESTAMP) && !column.equals(DatasetFold.FLAGS));
        }
        for (Row row : rows) {
            compute.forEach((name, expression) -> {
                // The stored column comes first, and stays.
                if (!row.columns().containsKey(name)) {
                    row.columns().put(name, expression.number(row.columns()));
                }
            });
        }
        if (where != null) {
            rows.removeIf(row -> !where.matches(row.columns()));
        }
        order.sort(rows);
        return rows;
    }

    private RowsAnswer.Series page(List<Row> rows) {
        int from = Math.min(offset, rows.size());
        int to = limit == null ? rows.size() : Math.min(rows.size(), from + limit);
        String next = to < rows.size() ? Page.encode(fingerprint + ':' + to) : null;
        return new RowsAnswer.Series(rows.subList(from, to), RowsAnswer.cursor(next));
    }
}
