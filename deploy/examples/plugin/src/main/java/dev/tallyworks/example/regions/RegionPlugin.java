package dev.tallyworks.example.regions;

import dev.tallyworks.definition.Aggregation;
import dev.tallyworks.event.Attribution;
import dev.tallyworks.event.Event;
import dev.tallyworks.event.EventDraft;
import dev.tallyworks.plugin.EventHook;
import dev.tallyworks.plugin.MetricCollector;
import dev.tallyworks.plugin.MetricsHook;
import dev.tallyworks.plugin.Refusal;
import jakarta.inject.Singleton;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * Gives events with a {@code country} the region that it lies in, as a field and as an attribution, refuses those of countries
 * that it does not know, and makes a metric {@code tax} of their {@code amount}.
 */
@Singleton
public class RegionPlugin implements EventHook, MetricsHook {
    private static final String COUNTRY = "country";
    private static final String REGION = "region";

    private final Map<Region, LongAdder> recorded = new EnumMap<>(Region.class);

    RegionPlugin() {
        for (Region region : Region.values()) {
            recorded.put(region, new LongAdder());
        }
    }

    @Override
    public EventDraft beforeEventRecord(String source, EventDraft event) {
        if (!(event.payload().get(COUNTRY) instanceof String country)) {
            return event;
        }
        Region region = Region.of(country)
                .orElseThrow(() -> new Refusal("unknown_country", "no country of this plugin's: " + country));
        Map<String, @Nullable Object> payload = new LinkedHashMap<>(event.payload());
        payload.put(REGION, region.name());
        List<Attribution> attributions = new ArrayList<>(event.attributions());
        attributions.add(new Attribution(REGION, region.name()));
        return event.with(payload, attributions);
    }

    /** Follows from the recorded event alone, so it is the same wherever and however often it is asked for. */
    @Override
    public void onGetMetrics(Event event, Aggregation aggregation, MetricCollector collector) {
        if (event.payload().get("amount") instanceof BigDecimal amount) {
            region(event).ifPresent(region -> collector.number("tax", region.taxOn(amount)));
        }
    }

    @Override
    public void afterEventRecord(Event event) {
        region(event).ifPresent(region -> count(region).increment());
    }

    private static Optional<Region> region(Event event) {
        return event.payload().get(COUNTRY) instanceof String country ? Region.of(country) : Optional.empty();
    }

    private LongAdder count(Region region) {
        LongAdder count = recorded.get(region);
        if (count == null) {
            throw new IllegalStateException("not counted: " + region);
        }
        return count;
    }

    /** How many events this process has recorded of each region. */
    Map<String, Long> recorded() {
        Map<String, Long> counts = new LinkedHashMap<>();
        recorded.forEach((region, count) -> counts.put(region.name(), count.sum()));
        return counts;
    }
}
