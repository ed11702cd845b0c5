package dev.tallyworks.plugin;

import dev.tallyworks.definition.Aggregation;
import dev.tallyworks.metric.EventMetrics;
import dev.tallyworks.metric.ShortText;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/** What plugins add to the metrics of one event. */
final class CollectedMetrics implements MetricCollector {
    /** Beside those of the payload. */
    static final int NUMBERS_MAX = 50;

    static final int CATEGORIES_MAX = 20;
    private static final int DIGITS_MAX = 34;
    private static final int EXPONENT_MAX = 6_000;

    private final Aggregation.Fields fields;
    private final TreeMap<String, BigDecimal> numbers = new TreeMap<>();
    private final TreeMap<String, String> categories = new TreeMap<>();

    CollectedMetrics(Aggregation.Fields fields) {
        this.fields = fields;
    }

    @Override
    public void number(String name, BigDecimal value) {
        check(name, value);
        if (fields.accept(name)) {
            categories.remove(name);
            numbers.put(name, value);
        }
    }

    @Override
    public void category(String name, String value) {
        if (fields.accept(name)) {
            numbers.remove(name);
            categories.put(name, ShortText.cut(value));
        }
    }

    void addTo(CollectedMetrics all) {
        numbers.forEach(all::number);
        categories.forEach(all::category);
    }

    /** Both, where a name that was collected takes the place of a field. */
    EventMetrics with(EventMetrics ofPayload) {
        List<EventMetrics.Numeric> allNumbers = new ArrayList<>();
        List<EventMetrics.Category> allCategories = new ArrayList<>();
        ofPayload.numbers().stream()
                .filter(number -> !isCollected(number.field()))
                .forEach(allNumbers::add);
        ofPayload.categories().stream()
                .filter(category -> !isCollected(category.field()))
                .forEach(allCategories::add);
        numbers.entrySet().stream()
                .limit(NUMBERS_MAX)
                .forEach(number -> allNumbers.add(new EventMetrics.Numeric(number.getKey(), number.getValue())));
        categories.entrySet().stream()
                .limit(CATEGORIES_MAX)
                .forEach(category ->
                        allCategories.add(new EventMetrics.Category(category.getKey(), category.getValue(), false)));
        return new EventMetrics(
                ofPayload.attributions(), allNumbers, allCategories, ofPayload.unique(), ofPayload.samples());
    }

    /**
     * As those of a payload are: by name, each once, and nothing in them that can't be stored.
     *
     * @throws IllegalArgumentException where a number can't
     */
    static EventMetrics checked(EventMetrics metrics) {
        TreeMap<String, EventMetrics.Numeric> numbers = new TreeMap<>();
        metrics.numbers().forEach(number -> {
            check(number.field(), number.value());
            numbers.put(number.field(), number);
        });
        TreeMap<String, EventMetrics.Category> categories = new TreeMap<>();
        metrics.categories().forEach(category -> {
            boolean isFlag = category.isFlag() && List.of("true", "false").contains(category.value());
            categories.put(
                    category.field(),
                    new EventMetrics.Category(category.field(), ShortText.cut(category.value()), isFlag));
        });
        return new EventMetrics(
                metrics.attributions().stream().distinct().toList(),
                numbers.values().stream().limit(2L * NUMBERS_MAX).toList(),
                categories.values().stream().limit(2L * CATEGORIES_MAX).toList(),
                metrics.unique(),
                metrics.samples());
    }

    private static void check(String name, BigDecimal value) {
        if (value.precision() > DIGITS_MAX || Math.abs((long) value.scale()) > EXPONENT_MAX) {
            throw new IllegalArgumentException(name + " must have at most " + DIGITS_MAX + " digits: " + value);
        }
    }

    private boolean isCollected(String name) {
        return numbers.containsKey(name) || categories.containsKey(name);
    }
}
