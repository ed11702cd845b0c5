package dev.tallyworks.worker.batch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tallyworks.definition.Aggregation;
import dev.tallyworks.event.Event;
import dev.tallyworks.event.EventRef;
import dev.tallyworks.lane.Lane;
import dev.tallyworks.lane.LaneStatus;
import dev.tallyworks.lane.Manifest;
import dev.tallyworks.metric.FieldMetrics;
import dev.tallyworks.plugin.Hooks;
import dev.tallyworks.plugin.MetricCollector;
import dev.tallyworks.plugin.MetricsHook;
import dev.tallyworks.plugin.PluggedMetrics;
import dev.tallyworks.queue.JobQueue;
import java.math.BigDecimal;
import java.util.List;
import org.bson.Document;
import org.bson.types.Decimal128;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class AggregatorTest {
    private static final long NOON = 1_672_574_700_000L;

    private final Stage stage = new Stage();

    @AfterEach
    void close() {
        stage.close();
    }

    private OwnedLane own(String id) {
        LaneStatus seen = stage.lanes.all().stream()
                .filter(lane -> lane.id().equals(id))
                .findFirst()
                .orElseThrow();
        Lane lane = stage.lanes
                .acquire(seen, "test", System.currentTimeMillis(), -1)
                .orElseThrow();
        return new OwnedLane(lane, new OwnedLane.Pauses() {
            @Override
            public void pause(long millis) {}

            @Override
            public boolean stopping() {
                return false;
            }
        });
    }

    @Test
    void countsABatch() throws LaneLost {
        stage.post(1_000, NOON);

        JobQueue.ClaimedBatch claimed = stage.aggregator().runBatch(own("l00"), 5_000, 1 << 20);

        assertThat(claimed.jobs()).hasSize(1_000);
        assertThat(stage.pending()).isZero();
        assertThat(stage.total()).isEqualTo(1_000);
        assertThat(stage.rollups()).hasSize(11);
        Document total = stage.rollups().stream()
                .filter(r -> r.getLong("count") == 1_000)
                .findFirst()
                .orElseThrow();
        assertThat(total.getEmbedded(List.of("sum", "amount"), Document.class))
                .isEqualTo(new Document("-1", 100_000_000_000L));
        assertThat(total.getEmbedded(List.of("cat", "currency", "EUR"), Long.class))
                .isEqualTo(500L);
        assertThat(total.getEmbedded(List.of("min", "amount"), Decimal128.class).bigDecimalValue())
                .isEqualByComparingTo(new BigDecimal("0.1"));
        assertThat(stage.queue.state().inProcess()).isZero();
    }

    @Test
    void aPoisonousEventWaitsAndTheOthersCount() throws LaneLost {
        List<EventRef> posted = stage.post(10, NOON);
        FieldMetrics metrics = new FieldMetrics();
        Aggregator aggregator = stage.aggregator((event, aggregation) -> {
            if (event.ref().equals(posted.get(3))) {
                throw new IllegalStateException("bad apple");
            }
            return metrics.generate(event, aggregation);
        });
        OwnedLane lane = own("l00");
        for (int attempt = 1; attempt <= 15; attempt++) {
            org.awaitility.Awaitility.await()
                    .until(() -> !aggregator.runBatch(lane, 100, 1 << 20).jobs().isEmpty());
        }

        assertThat(stage.total()).isEqualTo(9);
        assertThat(stage.pending()).isZero();
        Document dead = stage.database
                .getCollection("events_shop")
                .find(new Document("_id", posted.get(3).uuid()))
                .first();
        assertThat(dead).isNotNull();
        assertThat(dead.getEmbedded(List.of("irregular", "dead", "reason"), String.class))
                .contains("bad apple");
        assertThat(dead.getEmbedded(List.of("irregular", "dead", "attempts"), Integer.class))
                .isEqualTo(15);
    }

    @Test
    void metricsOfPluginsCountOnceAlsoWhereAnHeirAppliesThemAgain() throws LaneLost {
        MetricsHook weighing = new MetricsHook() {
            @Override
            public void onGetMetrics(Event event, Aggregation aggregation, MetricCollector collector) {
                collector.number("weight", new BigDecimal("0.25"));
            }
        };
        Hooks hooks = new Hooks(
                new Hooks.Found(List.of(), List.of(), List.of(weighing), List.of(), List.of()),
                Hooks.LIMIT,
                (plugin, hook) -> {});
        Aggregator aggregator = stage.aggregator(new PluggedMetrics(new FieldMetrics(), hooks));
        List<EventRef> posted = stage.post(100, NOON);
        OwnedLane lane = own("l00");

        aggregator.runBatch(lane, 1_000, 1 << 20);
        aggregator.recover(lane, new Manifest.Sealed(lane.seq(), stage.version, posted));

        Document total = stage.rollups().stream()
                .filter(rollup -> rollup.getLong("count") == 100)
                .findFirst()
                .orElseThrow();
        assertThat(total.getEmbedded(List.of("sum", "weight"), Document.class))
                .isEqualTo(new Document("-1", 25_000_000_000L));
        hooks.close();
    }
}
