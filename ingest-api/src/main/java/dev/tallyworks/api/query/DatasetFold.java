package dev.tallyworks.api.query;

import dev.tallyworks.api.http.Numbers;
import dev.tallyworks.api.http.Times;
import dev.tallyworks.rollup.RollupNumbers;
import dev.tallyworks.rollup.StoredRollup;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** A unit of a dataset, with the values of its boolean fields over time. */
final class DatasetFold implements Merge.Fold<DatasetFold> {
    static final String FLAGS = "$boolean_groups";

    private final TypedFold types = new TypedFold();
    private final Map<String, FlagFold> flags = new TreeMap<>();

    private record FlagValue(long timestampMillis, String field, boolean value) {}

    @Override
    public int sizeOf(StoredRollup rollup) {
        return types.sizeOf(rollup);
    }

    @Override
    public int size() {
        return types.size();
    }

    @Override
    public void add(StoredRollup rollup) {
        types.add(rollup);
        rollup.numbers().flags().keySet().forEach(field -> flags.computeIfAbsent(field, FlagFold::new)
                .add(rollup));
    }

    @Override
    public void add(DatasetFold other) {
        types.add(other.types);
        other.flags.forEach(
                (field, values) -> flags.computeIfAbsent(field, FlagFold::new).add(values));
    }

    /** Its columns; of those with one name the first stays. */
    Map<String, @Nullable Object> columns(long startMillis) {
        Map<String, @Nullable Object> columns = new LinkedHashMap<>();
        columns.put(Rows.TIMESTAMP, Times.format(startMillis));
        types.byType().forEach((type, numbers) -> put(columns, type + "_count", BigDecimal.valueOf(numbers.count())));
        RollupNumbers total = types.total();
        total.numbers().forEach((field, number) -> {
            if (number.count() > 0) {
                put(columns, field + "_sum", number.sum().value());
            }
        });
        total.categories()
                .forEach((field, values) -> values.forEach((value, part) -> {
                    if (part.count() > 0) {
                        put(columns, field + "_by_" + value, BigDecimal.valueOf(part.count()));
                    }
                }));
        Map<String, BigDecimal> compounds = new TreeMap<>();
        total.categories()
                .forEach((field, values) -> values.forEach((value, part) -> part.sums()
                        .forEach((number, sum) ->
                                compounds.putIfAbsent(number + "_sum_by_" + field + '_' + value, sum.value()))));
        compounds.forEach((column, sum) -> put(columns, column, sum));
        columns.putIfAbsent(FLAGS, flags());
        return columns;
    }

    private static void put(Map<String, @Nullable Object> columns, String column, BigDecimal number) {
        columns.putIfAbsent(column, Numbers.canonical(number));
    }

    private List<Row> flags() {
        List<FlagValue> values = new ArrayList<>();
        flags.forEach(
                (field, fold) -> fold.values((timestamp, value) -> values.add(new FlagValue(timestamp, field, value))));
        values.sort(Comparator.comparingLong(FlagValue::timestampMillis).thenComparing(FlagValue::field));
        List<Row> rows = new ArrayList<>();
        for (FlagValue value : values) {
            Map<String, @Nullable Object> columns = new LinkedHashMap<>();
            columns.put("name", value.field);
            columns.put("value", value.value);
            columns.put(Rows.TIMESTAMP, Times.format(value.timestampMillis));
            rows.add(new Row(columns));
        }
        return rows;
    }
}
