package dev.tallyworks.api.query;

import dev.tallyworks.api.http.Members;
import dev.tallyworks.api.http.Numbers;
import dev.tallyworks.time.TimeRange;
import dev.tallyworks.time.Unit;
import java.math.BigDecimal;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** What answers that have rows do with them. */
final class Rows {
    static final String TIMESTAMP = "timestamp";
    private static final String LINE_END = "\r\n";

    private Rows() {}

    /** How rows are sorted: by a column, those that lack it last. */
    record Order(String column, boolean descending) {
        static Order read(Members members, String otherwise) {
            String column = Optional.ofNullable(members.text("sortBy")).orElse(otherwise);
            boolean descending = members.parsed(
                            "sortDirection",
                            direction -> Set.of("asc", "desc").contains(direction)
                                    ? Optional.of(direction)
                                    : Optional.empty(),
                            "asc or desc")
                    .filter("desc"::equals)
                    .isPresent();
            return new Order(column, descending);
        }

        /** Sorts; what is equal stays in the order in which it is. */
        void sort(List<Row> rows) {
            Comparator<Object> values = Rows::compare;
            Comparator<@Nullable Object> whole = Comparator.nullsLast(descending ? values.reversed() : values);
            rows.sort((one, other) ->
                    whole.compare(one.columns().get(column), other.columns().get(column)));
        }
    }

    /** Numbers before texts before all else. */
    private static int compare(Object one, Object other) {
        if (one instanceof BigDecimal number && other instanceof BigDecimal otherNumber) {
            return number.compareTo(otherNumber);
        }
        if (one instanceof String text && other instanceof String otherText) {
            return text.compareTo(otherText);
        }
        return Integer.compare(rank(one), rank(other));
    }

    private static int rank(Object value) {
        return value instanceof BigDecimal ? 0 : value instanceof String ? 1 : 2;
    }

    /** The folds of a unit by their start, with empty ones for all units of the range where those are asked for. */
    static <F> Map<Long, F> filled(
            Question question, Unit unit, TimeRange range, TreeMap<Long, F> folds, Supplier<F> nothing) {
        if (!question.fillZero()) {
            return folds;
        }
        TreeMap<Long, F> filled = new TreeMap<>(folds);
        for (long start = unit.startMillis(range.startMillis());
                start < range.endMillis();
                start = unit.nextMillis(start)) {
            filled.computeIfAbsent(start, missing -> nothing.get());
        }
        return filled;
    }

    /** Puts 0 where a row lacks a column that another has. */
    static void fillZeros(List<Row> rows, Function<String, Boolean> isNumber) {
        Set<String> columns = new LinkedHashSet<>();
        rows.forEach(row -> columns.addAll(row.columns().keySet()));
        columns.removeIf(column -> !isNumber.apply(column));
        rows.forEach(row -> columns.forEach(column -> row.columns().putIfAbsent(column, BigDecimal.ZERO)));
    }

    /** @throws dev.tallyworks.api.http.Problem where they are too many for one answer */
    static void check(long rows) {
        if (rows > QueryPlanner.POINTS_MAX) {
            throw QueryPlanner.tooMany();
        }
    }

    /** The columns of all rows, but those that are lists. */
    static Set<String> columns(Collection<Row> rows) {
        Set<String> columns = new LinkedHashSet<>();
        for (Row row : rows) {
            row.columns().forEach((column, value) -> {
                if (!(value instanceof List)) {
                    columns.add(column);
                }
            });
        }
        return columns;
    }

    /** CSV with a header line. */
    static String csv(Collection<String> columns, Iterable<Row> rows) {
        StringBuilder csv = new StringBuilder();
        csv.append(String.join(",", columns.stream().map(Csv::field).toList())).append(LINE_END);
        for (Row row : rows) {
            boolean first = true;
            for (String column : columns) {
                csv.append(first ? "" : ",").append(cell(row.columns().get(column)));
                first = false;
            }
            csv.append(LINE_END);
        }
        return csv.toString();
    }

    private static String cell(@Nullable Object value) {
        if (value == null) {
            return "";
        }
        if (value instanceof List<?> list) {
            return Csv.field(String.join(" ", list.stream().map(String::valueOf).toList()));
        }
        return value instanceof BigDecimal number ? Numbers.text(number) : Csv.field(value.toString());
    }
}
