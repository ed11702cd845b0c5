package dev.tallyworks.api.query;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tallyworks.api.http.Members;
import dev.tallyworks.api.http.Numbers;
import dev.tallyworks.api.http.Problem;
import dev.tallyworks.rollup.RollupNumbers;
import dev.tallyworks.rollup.Selection;
import java.math.BigDecimal;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Asks for a number and the count by a hierarchy of fields over the whole range: a row for each combination of values of the
 * first field, of the first two, and so on. The id of a row is its fields and values, percent-encoded: {@code country=DE/city=Bonn}.
 *
 * @param metric one numeric field
 * @param groupBy from the root on
 * @param order null for parents first, each followed by its children
 */
record FlatGroupsQuestion(Question question, String metric, List<String> groupBy, Rows.@Nullable Order order) {
    private static final int GROUP_BY_MAX = 20;
    private static final Comparator<List<String>> PARENTS_FIRST = (one, other) -> {
        for (int i = 0; i < Math.min(one.size(), other.size()); i++) {
            int order = one.get(i).compareTo(other.get(i));
            if (order != 0) {
                return order;
            }
        }
        return Integer.compare(one.size(), other.size());
    };

    static FlatGroupsQuestion read(ObjectNode body) {
        Members members = Members.of(body);
        List<String> metrics = members.texts("metrics");
        if (metrics.size() != 1) {
            members.invalid(
                    "metrics",
                    members.has("metrics") ? Problem.INVALID_VALUE : Problem.MISSING,
                    "'metrics' must list exactly one numeric field.");
        }
        List<String> groupBy = GroupsQuestion.groupBy(members);
        if (groupBy.size() > GROUP_BY_MAX) {
            members.invalid(
                    "groupBy", Problem.INVALID_VALUE, "'groupBy' must list at most " + GROUP_BY_MAX + " fields.");
        }
        boolean sorted = members.has("sortBy");
        Rows.Order order = Rows.Order.read(members, "id");
        String metric = metrics.isEmpty() ? "" : metrics.get(0);
        Question question = QuestionReader.wholeRange(
                members, Selection.COUNT.withNumbers(Set.of(metric)).withLeaves());
        members.end();
        return new FlatGroupsQuestion(question, metric, groupBy, sorted ? order : null);
    }

    RowsAnswer answer(QueryService.Read<LeafFold> read) {
        Map<List<String>, RollupNumbers.OfValue> groups = new TreeMap<>(PARENTS_FIRST);
        long truncated = 0;
        for (LeafFold fold : read.merge().folds(0).values()) {
            fold.leaves((values, stats) -> {
                List<String> path = new ArrayList<>();
                for (String field : groupBy) {
                    String value = values.get(field);
                    if (value == null) {
                        break; // it counts in the levels above only
                    }
                    path.add(value);
                    groups.computeIfAbsent(List.copyOf(path), name -> new RollupNumbers.OfValue())
                            .add(stats);
                }
                Rows.check(groups.size());
            });
            truncated += fold.truncated();
        }
        List<Row> rows = new ArrayList<>();
        groups.forEach((path, stats) -> rows.add(row(path, stats)));
        if (order != null) {
            order.sort(rows);
        }
        return RowsAnswer.of(question, read, List.of(new RowsAnswer.Series(rows, null)), truncated);
    }

    private Row row(List<String> path, RollupNumbers.OfValue stats) {
        List<String> ids = new ArrayList<>();
        StringBuilder id = new StringBuilder();
        for (int i = 0; i < path.size(); i++) {
            id.append(i == 0 ? "" : "/")
                    .append(encode(groupBy.get(i)))
                    .append('=')
                    .append(encode(path.get(i)));
            ids.add(id.toString());
        }
        Map<String, @Nullable Object> columns = new LinkedHashMap<>();
        columns.put("id", id.toString());
        columns.put("parentIds", List.copyOf(ids.subList(0, ids.size() - 1)));
        columns.put("level", BigDecimal.valueOf(path.size() - 1L));
        for (int i = 0; i < groupBy.size(); i++) {
            columns.putIfAbsent(groupBy.get(i), i < path.size() ? path.get(i) : null);
        }
        // A field of such a name comes first, and stays where it is null too.
        String sum = metric + "_sum";
        if (stats.sums().containsKey(metric) && !groupBy.contains(sum)) {
            columns.put(sum, Numbers.canonical(stats.sum(metric).value()));
        }
        if (!groupBy.contains("count")) {
            columns.put("count", BigDecimal.valueOf(stats.count()));
        }
        return new Row(columns);
    }

    private static String encode(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    String csv(RowsAnswer answer) {
        List<Row> rows = answer.rows() == null ? List.of() : answer.rows();
        Set<String> columns = new LinkedHashSet<>(List.of("id", "parentIds", "level"));
        columns.addAll(groupBy);
        columns.addAll(List.of(metric + "_sum", "count"));
        return Rows.csv(columns, rows);
    }
}
