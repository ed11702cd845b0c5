package dev.tallyworks.metric;

import dev.tallyworks.definition.Aggregation;
import dev.tallyworks.event.Attribution;
import dev.tallyworks.event.Event;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The metrics of the {@linkplain PayloadScalars payload's scalars}. Where two fields have the same path ({@code {"a.b": 1, "a": {"b": 2}}}) the later one counts. Sketches take the
 * fields that they are asked for, whatever else becomes a metric.
 */
public final class FieldMetrics implements MetricGenerator {
    /** How the sketches of distinct values name an attribution's type. */
    public static final String ATTRIBUTION_PREFIX = "attribution:";

    private static final int NUMBERS_MAX = 50;
    private static final int CATEGORIES_MAX = 20;

    @Override
    public EventMetrics generate(Event event, Aggregation aggregation) {
        TreeMap<String, Object> scalars = new TreeMap<>();
        PayloadScalars.forEach(event.payload(), scalars::put);
        List<EventMetrics.Numeric> numbers = new ArrayList<>();
        List<EventMetrics.Category> categories = new ArrayList<>();
        scalars.forEach((field, value) -> {
            if (!aggregation.fields().accept(field)) {
                return;
            }
            if (value instanceof BigDecimal number) {
                if (numbers.size() < NUMBERS_MAX) {
                    numbers.add(new EventMetrics.Numeric(field, number));
                }
            } else if (categories.size() < CATEGORIES_MAX) {
                categories.add(
                        new EventMetrics.Category(field, ShortText.cut(value.toString()), value instanceof Boolean));
            }
        });
        Aggregation.Sketches sketches = aggregation.sketches();
        return new EventMetrics(
                event.attributions(),
                numbers,
                categories,
                unique(sketches.unique(), scalars, event.attributions()),
                samples(sketches.percentiles(), scalars));
    }

    private static List<EventMetrics.Unique> unique(
            List<String> asked, SortedMap<String, Object> scalars, List<Attribution> attributions) {
        if (asked.isEmpty()) {
            return List.of();
        }
        List<EventMetrics.Unique> unique = new ArrayList<>();
        for (String of : asked) {
            if (of.startsWith(ATTRIBUTION_PREFIX)) {
                String type = of.substring(ATTRIBUTION_PREFIX.length());
                for (Attribution attribution : attributions) {
                    if (attribution.type().equals(type)) {
                        unique.add(new EventMetrics.Unique(of, UniqueSketch.hash('s', attribution.value())));
                    }
                }
            } else if (scalars.get(of) instanceof BigDecimal number) {
                BigDecimal canonical = number.signum() == 0 ? BigDecimal.ZERO : number.stripTrailingZeros();
                unique.add(new EventMetrics.Unique(of, UniqueSketch.hash('n', canonical.toString())));
            } else if (scalars.containsKey(of)) {
                char kind = scalars.get(of) instanceof Boolean ? 'b' : 's';
                unique.add(new EventMetrics.Unique(
                        of, UniqueSketch.hash(kind, scalars.get(of).toString())));
            }
        }
        return unique;
    }

    private static List<EventMetrics.Sample> samples(List<String> asked, SortedMap<String, Object> scalars) {
        if (asked.isEmpty()) {
            return List.of();
        }
        List<EventMetrics.Sample> samples = new ArrayList<>();
        for (String field : asked) {
            if (scalars.get(field) instanceof BigDecimal number) {
                samples.add(new EventMetrics.Sample(field, PercentileSketch.bucket(number)));
            }
        }
        return samples;
    }
}
