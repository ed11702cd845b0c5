package dev.tallyworks.api.query;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tallyworks.api.http.Members;
import dev.tallyworks.api.http.Numbers;
import dev.tallyworks.api.http.Problem;
import dev.tallyworks.api.http.Times;
import dev.tallyworks.rollup.RollupNumbers;
import dev.tallyworks.rollup.Selection;
import dev.tallyworks.time.TimeRange;
import dev.tallyworks.time.Unit;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Asks for numbers broken down by the values of fields, one row a unit.
 *
 * @param groupBy string and boolean fields, at least one
 */
record GroupsQuestion(Question question, List<String> groupBy, Rows.Order order) {
    static GroupsQuestion read(ObjectNode body) {
        Members members = Members.of(body);
        Set<String> metrics = new HashSet<>(members.texts("metrics"));
        List<String> groupBy = groupBy(members);
        Rows.Order order = Rows.Order.read(members, Rows.TIMESTAMP);
        Selection selection = Selection.COUNT
                .withNumbers(metrics.isEmpty() ? null : metrics)
                .withCategories(Set.copyOf(groupBy), true);
        Question question = QuestionReader.question(members, selection);
        members.end();
        return new GroupsQuestion(question, groupBy, order);
    }

    static List<String> groupBy(Members members) {
        List<String> groupBy = members.texts("groupBy");
        if (groupBy.isEmpty()) {
            members.invalid(
                    "groupBy",
                    members.has("groupBy") ? Problem.INVALID_VALUE : Problem.MISSING,
                    "'groupBy' must list at least one string or boolean field.");
        }
        return groupBy;
    }

    RowsAnswer answer(QueryService.Read<TypedFold> read) {
        QueryPlan plan = read.merge().plan();
        List<RowsAnswer.Series> series = new ArrayList<>();
        long made = 0;
        for (int i = 0; i < plan.units().size(); i++) {
            List<Row> rows =
                    rows(plan.units().get(i), plan.range(), read.merge().folds(i));
            made += rows.size();
            Rows.check(made);
            series.add(new RowsAnswer.Series(rows, null));
        }
        return RowsAnswer.of(question, read, series, read.merge().truncatedValues());
    }

    private List<Row> rows(Unit unit, TimeRange range, TreeMap<Long, TypedFold> folds) {
        List<Row> rows = new ArrayList<>();
        Rows.filled(question, unit, range, folds, TypedFold::new)
                .forEach((start, fold) -> rows.add(new Row(columns(start, fold))));
        if (question.fillZero()) {
            Set<String> others = new HashSet<>(Set.of(Rows.TIMESTAMP));
            groupBy.forEach(field -> others.add(column(field)));
            Rows.fillZeros(rows, column -> !others.contains(column));
        }
        order.sort(rows);
        return rows;
    }

    private static String column(String field) {
        return "group_by_" + field;
    }

    private Map<String, @Nullable Object> columns(long startMillis, TypedFold fold) {
        Map<String, @Nullable Object> columns = new LinkedHashMap<>();
        columns.put(Rows.TIMESTAMP, Times.format(startMillis));
        fold.byType()
                .forEach((type, numbers) -> columns.putIfAbsent(type + "_count", BigDecimal.valueOf(numbers.count())));
        RollupNumbers total = fold.total();
        total.numbers().forEach((field, number) -> {
            if (number.count() > 0) {
                columns.putIfAbsent(
                        field + "_sum", Numbers.canonical(number.sum().value()));
            }
        });
        for (String field : groupBy) {
            columns.putIfAbsent(column(field), groups(field, fold, total));
        }
        return columns;
    }

    private static List<Row> groups(String field, TypedFold fold, RollupNumbers total) {
        List<Row> groups = new ArrayList<>();
        total.categories().getOrDefault(field, Map.of()).forEach((value, part) -> {
            if (part.count() == 0) {
                return;
            }
            Map<String, @Nullable Object> group = new LinkedHashMap<>();
            group.put("name", value);
            part.sums().forEach((number, sum) -> group.putIfAbsent(number + "_sum", Numbers.canonical(sum.value())));
            fold.byType().forEach((type, numbers) -> {
                RollupNumbers.OfValue ofType =
                        numbers.categories().getOrDefault(field, Map.of()).get(value);
                if (ofType != null && ofType.count() > 0) {
                    group.putIfAbsent(type + "_count", BigDecimal.valueOf(ofType.count()));
                }
            });
            groups.add(new Row(group));
        });
        return groups;
    }

    /** One line a group. */
    String csv(RowsAnswer answer) {
        List<Row> lines = new ArrayList<>();
        Set<String> columns = new LinkedHashSet<>();
        Map<String, RowsAnswer.Series> several = answer.byGranularity();
        if (several != null) {
            columns.add("granularity");
            several.forEach((unit, series) -> series.rows().forEach(row -> lines(row, unit, lines)));
        } else if (answer.rows() != null) {
            answer.rows().forEach(row -> lines(row, null, lines));
        }
        columns.addAll(List.of(Rows.TIMESTAMP, "group_by", "name"));
        columns.addAll(Rows.columns(lines));
        return Rows.csv(columns, lines);
    }

    private void lines(Row row, @Nullable String unit, List<Row> into) {
        for (String field : groupBy) {
            if (row.columns().get(column(field)) instanceof List<?> groups) {
                for (Object group : groups) {
                    Map<String, @Nullable Object> line = new LinkedHashMap<>();
                    if (unit != null) {
                        line.put("granularity", unit);
                    }
                    line.put(Rows.TIMESTAMP, row.columns().get(Rows.TIMESTAMP));
                    line.put("group_by", field);
                    ((Row) group).columns().forEach(line::putIfAbsent);
                    into.add(new Row(line));
                }
            }
        }
    }
}
