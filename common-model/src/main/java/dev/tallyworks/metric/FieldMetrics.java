package dev.tallyworks.metric;

import dev.tallyworks.definition.Aggregation;
import dev.tallyworks.event.Event;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The metrics of the payload's scalars: nested objects by dotted path, to a depth of {@value #DEPTH_MAX}; arrays and nulls
 * are skipped. Where two fields have the same path ({@code {"a.b": 1, "a": {"b": 2}}}) the later one counts.
 */
public final class FieldMetrics implements MetricGenerator {
    private static final int DEPTH_MAX = 5;
    private static final int NUMBERS_MAX = 50;
    private static final int CATEGORIES_MAX = 20;

    @Override
    public EventMetrics generate(Event event, Aggregation aggregation) {
        TreeMap<String, BigDecimal> numbers = new TreeMap<>();
        TreeMap<String, String> categories = new TreeMap<>();
        collect("", 1, event.payload(), aggregation.fields(), numbers, categories);
        List<EventMetrics.Numeric> firstNumbers = new ArrayList<>(Math.min(NUMBERS_MAX, numbers.size()));
        for (Map.Entry<String, BigDecimal> number : numbers.entrySet()) {
            if (firstNumbers.size() == NUMBERS_MAX) {
                break;
            }
            firstNumbers.add(new EventMetrics.Numeric(number.getKey(), number.getValue()));
        }
        List<EventMetrics.Category> firstCategories = new ArrayList<>(Math.min(CATEGORIES_MAX, categories.size()));
        for (Map.Entry<String, String> category : categories.entrySet()) {
            if (firstCategories.size() == CATEGORIES_MAX) {
                break;
            }
            firstCategories.add(new EventMetrics.Category(category.getKey(), ShortText.cut(category.getValue())));
        }
        return new EventMetrics(event.attributions(), firstNumbers, firstCategories);
    }

    private static void collect(
            String prefix,
            int depth,
            Map<?, ?> object,
            Aggregation.Fields fields,
            Map<String, BigDecimal> numbers,
            Map<String, String> categories) {
        for (Map.Entry<?, ?> member : object.entrySet()) {
            String path = prefix.isEmpty() && depth == 1 ? (String) member.getKey() : prefix + '.' + member.getKey();
            @Nullable Object value = member.getValue();
            if (value instanceof Map<?, ?> nested) {
                if (depth < DEPTH_MAX) {
                    collect(path, depth + 1, nested, fields, numbers, categories);
                }
            } else if (value instanceof BigDecimal number) {
                if (fields.accept(path)) {
                    categories.remove(path);
                    numbers.put(path, number);
                }
            } else if (value instanceof String || value instanceof Boolean) {
                if (fields.accept(path)) {
                    numbers.remove(path);
                    categories.put(path, value.toString());
                }
            }
        }
    }
}
