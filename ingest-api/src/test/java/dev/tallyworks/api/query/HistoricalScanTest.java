package dev.tallyworks.api.query;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tallyworks.api.http.Problem;
import dev.tallyworks.definition.Aggregation;
import dev.tallyworks.definition.Snapshot;
import dev.tallyworks.definition.Source;
import dev.tallyworks.metric.ExactSum;
import dev.tallyworks.metric.Metric;
import dev.tallyworks.partition.Partition;
import dev.tallyworks.rollup.RollupScan;
import dev.tallyworks.rollup.SeriesKey;
import dev.tallyworks.rollup.StoredRollup;
import dev.tallyworks.time.Granularity;
import dev.tallyworks.time.TimeRange;
import dev.tallyworks.time.Unit;
import java.math.BigDecimal;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** Folding of what is stored, and the bounds of an answer: also of one that would not fit into memory. */
class HistoricalScanTest {
    private static final TimeRange ALL = new TimeRange(0, 1_000_000_000);
    private static final Instant NOW = Instant.parse("2024-01-01T00:00:00Z");

    private static final Source SHOP =
            new Source("shop", 1, "shop", null, List.of(), null, true, Map.of(), Source.State.OPEN, NOW, NOW);

    /** Gives some rollups to whoever asks, and remembers how far it came. */
    private static final class Given implements RollupScan {
        private final Iterable<StoredRollup> rollups;
        private int read;

        Given(Iterable<StoredRollup> rollups) {
            this.rollups = rollups;
        }

        @Override
        public void scan(
                Partition partition, SeriesKey series, TimeRange range, Metric metric, Consumer<StoredRollup> to) {
            for (StoredRollup rollup : rollups) {
                read++;
                to.accept(rollup);
            }
        }
    }

    private static StoredRollup rollup(long bucketMillis, String type, Map<String, Long> categories, int amount) {
        ExactSum sum = new ExactSum();
        sum.add(BigDecimal.valueOf(amount));
        BigDecimal number = amount == 0 ? null : BigDecimal.valueOf(amount);
        return new StoredRollup(
                bucketMillis, "shop", 1, type, 1, 2, amount == 0 ? 0 : 1, sum, number, number, categories, Map.of());
    }

    private static QueryPlan plan(Metric metric, List<String> eventTypes, String... units) {
        Question question =
                new Question(metric, ALL, List.of(units), true, ZoneOffset.UTC, null, List.of(), eventTypes, false);
        Aggregation aggregation = new Aggregation(
                "a",
                "r",
                1,
                "aggr_a",
                Granularity.SECOND,
                new Aggregation.Filter(List.of(), List.of()),
                new Aggregation.Partition(false, 0),
                null,
                new Aggregation.Fields(List.of(), List.of()),
                new Aggregation.Limits(1_000, 10_000),
                true,
                List.of(),
                new Aggregation.Sketches(List.of(), List.of()),
                false,
                NOW,
                NOW);
        List<Unit> asked = new ArrayList<>();
        for (String unit : units) {
            asked.add(Unit.byId(unit, ZoneOffset.UTC, ALL).orElseThrow());
        }
        return new QueryPlan(
                new Snapshot(1, Map.of("shop", SHOP), Map.of(), Map.of()),
                question,
                List.of(new QueryPlan.Part(aggregation, ALL)),
                asked,
                ALL,
                Set.of());
    }

    private static HistoricalScan.Folded fold(Given rollups, QueryPlan plan) {
        return new HistoricalScan(rollups, new NoEvents(), Clock.fixed(NOW, ZoneOffset.UTC)).fold(plan);
    }

    private static List<StoredRollup> many(int count, Map<String, Long> categories, int amount) {
        List<StoredRollup> rollups = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            rollups.add(rollup(i * 1_000L, "sale", categories, amount));
        }
        return rollups;
    }

    @Test
    void foldsIntoEachUnit() {
        Given rollups = new Given(List.of(
                rollup(0, "sale", Map.of(), 1),
                rollup(1_000, "sale", Map.of(), 2),
                rollup(1_000, "refund", Map.of(), 4),
                rollup(60_000, "sale", Map.of(), 8)));
        QueryPlan plan = plan(new Metric.Sum("n"), List.of("sale"), "second", "minute");
        HistoricalScan.Folded folded = fold(rollups, plan);
        Points points = new Points(plan.question(), ALL);
        assertThat(points.of(plan.units().get(0), folded.byUnit().get(0)))
                .containsExactly(
                        new Point("1970-01-01T00:00:00.000Z", BigDecimal.valueOf(1), null),
                        new Point("1970-01-01T00:00:01.000Z", BigDecimal.valueOf(2), null),
                        new Point("1970-01-01T00:01:00.000Z", BigDecimal.valueOf(8), null));
        assertThat(points.of(plan.units().get(1), folded.byUnit().get(1)))
                .containsExactly(
                        new Point("1970-01-01T00:00:00.000Z", BigDecimal.valueOf(3), null),
                        new Point("1970-01-01T00:01:00.000Z", BigDecimal.valueOf(8), null));
        assertThat(folded.truncatedValues()).isEqualTo(6);
        assertThat(folded.watermarkMillis()).isEqualTo(NOW.toEpochMilli());
        assertThat(folded.lagMillis()).isZero();
        assertThat(folded.partial()).isFalse();
    }

    @Test
    void asManyPointsAsAnAnswerTakes() {
        assertThat(fold(new Given(many(100_000, Map.of(), 1)), plan(new Metric.Count(), List.of(), "second"))
                        .byUnit()
                        .get(0))
                .hasSize(100_000);
        Given tooMany = new Given(many(200_000, Map.of(), 1));
        assertThatThrownBy(() -> fold(tooMany, plan(new Metric.Count(), List.of(), "second")))
                .isInstanceOf(Problem.class)
                .hasMessageContaining("100000 points");
        assertThat(tooMany.read).isEqualTo(100_001);
        Given inSum = new Given(many(100_000, Map.of(), 1));
        assertThatThrownBy(() -> fold(inSum, plan(new Metric.Count(), List.of(), "second", "all")))
                .isInstanceOf(Problem.class);
    }

    @Test
    void unitsWithoutTheFieldAreNoPoints() {
        for (Metric metric : List.of(
                new Metric.Sum("n"),
                new Metric.Average("n"),
                new Metric.Minimum("n"),
                new Metric.Maximum("n"),
                new Metric.Category("n"),
                new Metric.CompoundSum("n", "c"))) {
            assertThat(fold(new Given(many(100_100, Map.of(), 0)), plan(metric, List.of(), "second"))
                            .byUnit()
                            .get(0))
                    .as(metric.toString())
                    .isEmpty();
        }
    }

    @Test
    void categoriesAreCountedWhileTheyAreRead() {
        Map<String, Long> categories = new HashMap<>();
        for (int i = 0; i < 1_000; i++) {
            categories.put("v" + i, 1L);
        }
        Given tooMany = new Given(many(90_000, categories, 1));
        assertThatThrownBy(() -> fold(tooMany, plan(new Metric.Category("c"), List.of(), "second")))
                .isInstanceOf(Problem.class);
        assertThat(tooMany.read).isEqualTo(101);
        assertThat(fold(new Given(many(90, categories, 1)), plan(new Metric.Category("c"), List.of(), "second"))
                        .byUnit()
                        .get(0))
                .hasSize(90);
        // One unit: the same values again are no further points.
        assertThat(fold(new Given(many(10_000, categories, 1)), plan(new Metric.Category("c"), List.of(), "all"))
                        .byUnit()
                        .get(0))
                .hasSize(1);
    }
}
