package dev.tallyworks.api.query;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tallyworks.api.http.Problem;
import dev.tallyworks.definition.Aggregation;
import dev.tallyworks.definition.Snapshot;
import dev.tallyworks.definition.Source;
import dev.tallyworks.metric.Metric;
import dev.tallyworks.partition.Partition;
import dev.tallyworks.realtime.Cut;
import dev.tallyworks.rollup.RollupNumbers;
import dev.tallyworks.rollup.RollupScan;
import dev.tallyworks.rollup.Selection;
import dev.tallyworks.rollup.SeriesKey;
import dev.tallyworks.rollup.StoredRollup;
import dev.tallyworks.time.Granularity;
import dev.tallyworks.time.TimeRange;
import dev.tallyworks.time.Unit;
import java.math.BigDecimal;
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
                Partition partition,
                SeriesKey series,
                TimeRange range,
                Selection selection,
                Consumer<StoredRollup> to) {
            for (StoredRollup rollup : rollups) {
                read++;
                to.accept(rollup);
            }
        }
    }

    private static StoredRollup rollup(long bucketMillis, String type, int amount) {
        return new StoredRollup(bucketMillis, "shop", 1, type, numbers(Map.of(), amount));
    }

    private static RollupNumbers numbers(Map<String, Long> categories, int amount) {
        RollupNumbers numbers = new RollupNumbers();
        numbers.addCount(1, 2);
        if (amount != 0) {
            BigDecimal number = BigDecimal.valueOf(amount);
            numbers.number("n").addCount(1);
            numbers.number("n").sum().add(number);
            numbers.number("n").addExtremes(number, number);
        }
        categories.forEach((value, count) -> numbers.value("c", value).addCount(count));
        return numbers;
    }

    private static QueryPlan plan(Metric metric, List<String> eventTypes, String... units) {
        Question question = new Question(
                ALL,
                List.of(units),
                true,
                ZoneOffset.UTC,
                null,
                null,
                List.of(),
                eventTypes,
                Mode.HISTORICAL,
                false,
                Selection.of(metric));
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

    private static Merge<UnitFold> fold(Given rollups, Metric metric, QueryPlan plan) {
        Merge<UnitFold> merge = new Merge<>(plan, () -> new UnitFold(metric));
        new HistoricalScan(rollups, (partition, series, range, selection, to) -> {})
                .read(plan, plan.parts().get(0), Cut.NONE, merge::add);
        return merge;
    }

    private static List<StoredRollup> many(int count, Map<String, Long> categories, int amount) {
        RollupNumbers numbers = numbers(categories, amount);
        List<StoredRollup> rollups = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            rollups.add(new StoredRollup(i * 1_000L, "shop", 1, "sale", numbers));
        }
        return rollups;
    }

    @Test
    void foldsIntoEachUnit() {
        Given rollups = new Given(List.of(
                rollup(0, "sale", 1), rollup(1_000, "sale", 2), rollup(1_000, "refund", 4), rollup(60_000, "sale", 8)));
        Metric sum = new Metric.Sum("n");
        QueryPlan plan = plan(sum, List.of("sale"), "second", "minute");
        Merge<UnitFold> folded = fold(rollups, sum, plan);
        Points points = new Points(new MetricQuestion(plan.question(), sum), ALL);
        assertThat(points.of(plan.units().get(0), folded.folds(0)))
                .containsExactly(
                        new Point("1970-01-01T00:00:00.000Z", BigDecimal.valueOf(1), null),
                        new Point("1970-01-01T00:00:01.000Z", BigDecimal.valueOf(2), null),
                        new Point("1970-01-01T00:01:00.000Z", BigDecimal.valueOf(8), null));
        assertThat(points.of(plan.units().get(1), folded.folds(1)))
                .containsExactly(
                        new Point("1970-01-01T00:00:00.000Z", BigDecimal.valueOf(3), null),
                        new Point("1970-01-01T00:01:00.000Z", BigDecimal.valueOf(8), null));
        assertThat(folded.truncatedValues()).isEqualTo(6);
    }

    @Test
    void asManyPointsAsAnAnswerTakes() {
        assertThat(fold(
                                new Given(many(100_000, Map.of(), 1)),
                                new Metric.Count(),
                                plan(new Metric.Count(), List.of(), "second"))
                        .folds(0))
                .hasSize(100_000);
        Given tooMany = new Given(many(200_000, Map.of(), 1));
        assertThatThrownBy(() -> fold(tooMany, new Metric.Count(), plan(new Metric.Count(), List.of(), "second")))
                .isInstanceOf(Problem.class)
                .hasMessageContaining("100000 points");
        assertThat(tooMany.read).isEqualTo(100_001);
        Given inSum = new Given(many(100_000, Map.of(), 1));
        assertThatThrownBy(() -> fold(inSum, new Metric.Count(), plan(new Metric.Count(), List.of(), "second", "all")))
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
            assertThat(fold(new Given(many(100_100, Map.of(), 0)), metric, plan(metric, List.of(), "second"))
                            .folds(0))
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
        assertThatThrownBy(() ->
                        fold(tooMany, new Metric.Category("c"), plan(new Metric.Category("c"), List.of(), "second")))
                .isInstanceOf(Problem.class);
        assertThat(tooMany.read).isEqualTo(101);
        assertThat(fold(
                                new Given(many(90, categories, 1)),
                                new Metric.Category("c"),
                                plan(new Metric.Category("c"), List.of(), "second"))
                        .folds(0))
                .hasSize(90);
        // One unit: the same values again are no further points.
        assertThat(fold(
                                new Given(many(10_000, categories, 1)),
                                new Metric.Category("c"),
                                plan(new Metric.Category("c"), List.of(), "all"))
                        .folds(0))
                .hasSize(1);
    }
}
