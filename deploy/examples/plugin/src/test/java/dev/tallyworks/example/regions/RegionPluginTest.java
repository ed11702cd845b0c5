package dev.tallyworks.example.regions;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tallyworks.definition.Aggregation;
import dev.tallyworks.event.Attribution;
import dev.tallyworks.event.Event;
import dev.tallyworks.event.EventDraft;
import dev.tallyworks.event.EventRef;
import dev.tallyworks.metric.EventMetrics;
import dev.tallyworks.metric.FieldMetrics;
import dev.tallyworks.plugin.Hooks;
import dev.tallyworks.plugin.PluggedMetrics;
import dev.tallyworks.plugin.Refusal;
import dev.tallyworks.time.Granularity;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Calls the plugin as the applications do. */
class RegionPluginTest {
    private static final Aggregation AGGREGATION = new Aggregation(
            "a",
            "r",
            1,
            "aggr_test",
            Granularity.HOUR,
            new Aggregation.Filter(List.of(), List.of()),
            new Aggregation.Partition(false, 0),
            null,
            new Aggregation.Fields(List.of(), List.of()),
            new Aggregation.Limits(1_000, 10_000),
            true,
            List.of(),
            new Aggregation.Sketches(List.of(), List.of()),
            false,
            Instant.EPOCH,
            Instant.EPOCH);

    private final RegionPlugin plugin = new RegionPlugin();
    private final Hooks hooks = new Hooks(
            new Hooks.Found(List.of(), List.of(plugin), List.of(plugin), List.of(), List.of()),
            Hooks.LIMIT,
            (name, hook) -> {});

    @AfterEach
    void close() {
        hooks.close();
    }

    private EventDraft posted(Map<String, Object> payload) {
        return hooks.beforeEventRecord("shop", new EventDraft("u", "sale", null, Map.copyOf(payload), List.of(), 100));
    }

    private static Event recorded(EventDraft draft) {
        return new Event(new EventRef("shop", 1, "u"), "sale", 0, 0, draft.payload(), draft.attributions(), 1, 100);
    }

    @Test
    void enrichesAnEvent() {
        EventDraft event = posted(Map.of("country", "DE", "amount", BigDecimal.TEN));
        assertThat(event.payload()).containsEntry("region", "EUROPE");
        assertThat(event.attributions()).containsExactly(new Attribution("region", "EUROPE"));
    }

    @Test
    void leavesOthersAlone() {
        EventDraft event = posted(Map.of("amount", BigDecimal.TEN));
        assertThat(event.payload()).containsOnlyKeys("amount");
        assertThat(event.attributions()).isEmpty();
    }

    @Test
    void refusesWhatItDoesNotKnow() {
        assertThatThrownBy(() -> posted(Map.of("country", "Atlantis")))
                .isInstanceOfSatisfying(
                        Refusal.class, refusal -> assertThat(refusal.code()).isEqualTo("unknown_country"));
    }

    @Test
    void addsAMetric() {
        Event event = recorded(posted(Map.of("country", "DE", "amount", new BigDecimal("19.95"))));
        EventMetrics metrics = new PluggedMetrics(new FieldMetrics(), hooks).generate(event, AGGREGATION);
        assertThat(metrics.numbers())
                .contains(new EventMetrics.Numeric("tax", new BigDecimal("3.9900")))
                .extracting(EventMetrics.Numeric::field)
                .containsExactly("amount", "tax");
        assertThat(metrics.categories())
                .extracting(EventMetrics.Category::field)
                .containsExactly("country", "region");
    }

    @Test
    void tellsWhatItHasSeen() {
        plugin.afterEventRecord(recorded(posted(Map.of("country", "JP"))));
        plugin.afterEventRecord(recorded(posted(Map.of())));
        assertThat(new RegionResource(plugin).regions()).isEqualTo(Map.of("EUROPE", 0L, "AMERICAS", 0L, "ASIA", 1L));
    }
}
