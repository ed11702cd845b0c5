package dev.tallyworks.api.query;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tallyworks.api.http.Problem;
import dev.tallyworks.definition.Aggregation;
import dev.tallyworks.definition.Snapshot;
import dev.tallyworks.definition.Source;
import dev.tallyworks.failure.Unavailable;
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
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
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
                if (rollup.bucketMillis() >= range.startMillis() && rollup.bucketMillis() < range.endMillis()) {
                    read++;
                    to.accept(rollup);
                }
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
        new HistoricalScan(rollups, (partition, series, range, selection, to) -> {}, Runnable::run)
                .read(plan.parts().get(0), Cut.NONE, merge);
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

    @Test
    void piecesAddUpToTheWhole() {
        // A rollup every 7 s of a million seconds, which are read in pieces; a unit of 12 h lies in two of them.
        List<StoredRollup> rollups = new ArrayList<>();
        for (int i = 0; i < 140_000; i++) {
            RollupNumbers numbers = numbers(Map.of("v" + i % 3, 1L), 1 + i % 5);
            numbers.value("c", "v" + i % 3).sum("n").add(BigDecimal.valueOf(i, 2));
            numbers.leaf("leaf" + i % 4).addCount(1);
            if (i % 5_000 == 0) {
                numbers.flag("f").addValues(i * 7_000L, true, 1);
            }
            rollups.add(new StoredRollup(i * 7_000L, "shop", 1, i % 2 == 0 ? "sale" : "refund", "u" + i % 10, numbers));
        }
        QueryPlan plan = plan(new Metric.CompoundSum("n", "c"), List.of(), "12hour", "all");
        assertSame(rollups, plan, () -> new UnitFold(new Metric.CompoundSum("n", "c")), HistoricalScanTest::values);
        assertSame(rollups, plan, () -> new UnitFold(new Metric.Minimum("n")), HistoricalScanTest::values);
        assertSame(rollups, plan, TypedFold::new, fold -> {
            StringBuilder counts = new StringBuilder();
            fold.byType().forEach((type, numbers) -> counts.append(type).append(numbers.count()));
            return counts.toString();
        });
        assertSame(rollups, plan, () -> new FlagFold("f"), HistoricalScanTest::values);
        assertSame(rollups, plan, DatasetFold::new, fold -> fold.columns(0).toString());
        assertSame(rollups, plan, () -> new TopFold(new Metric.Sum("n")), fold -> {
            Map<String, BigDecimal> values = new TreeMap<>();
            fold.values(values::put);
            return values.toString();
        });
        assertSame(rollups, plan, LeafFold::new, fold -> String.valueOf(fold.truncated()));
    }

    private static String values(UnitFold fold) {
        StringBuilder values = new StringBuilder();
        fold.values((category, value) ->
                values.append(category).append('=').append(value).append(' '));
        return values.toString();
    }

    private static String values(FlagFold fold) {
        StringBuilder values = new StringBuilder();
        fold.values((timestamp, value) -> values.append(timestamp).append(value));
        return values.toString();
    }

    private static <F extends Merge.Fold<F>> void assertSame(
            List<StoredRollup> rollups, QueryPlan plan, Supplier<F> nothing, Function<F, String> shown) {
        Merge<F> whole = new Merge<>(plan, nothing);
        rollups.forEach(whole::add);
        AtomicInteger pieces = new AtomicInteger();
        Merge<F> inPieces = new Merge<>(plan, nothing);
        ExecutorService executor = Executors.newFixedThreadPool(4);
        try {
            new HistoricalScan(new Given(rollups), (partition, series, range, selection, to) -> {}, task -> {
                        pieces.incrementAndGet();
                        executor.execute(task);
                    })
                    .read(plan.parts().get(0), Cut.NONE, inPieces);
        } finally {
            executor.shutdown();
        }
        assertThat(pieces).hasValue(4);
        assertThat(inPieces.truncatedValues()).isEqualTo(whole.truncatedValues());
        for (int i = 0; i < plan.units().size(); i++) {
            Map<Long, String> expected = new TreeMap<>();
            whole.folds(i).forEach((start, fold) -> expected.put(start, shown.apply(fold)));
            Map<Long, String> found = new TreeMap<>();
            inPieces.folds(i).forEach((start, fold) -> found.put(start, shown.apply(fold)));
            assertThat(found).isEqualTo(expected);
        }
    }

    @Test
    void pieceThatFailsFailsTheAnswer() {
        QueryPlan plan = plan(new Metric.Count(), List.of(), "all");
        RollupScan failing = (partition, series, range, selection, to) -> {
            if (range.startMillis() == 500_000_000) {
                throw new Unavailable("MongoDB: away", new IllegalStateException());
            }
        };
        ExecutorService executor = Executors.newFixedThreadPool(4);
        try {
            assertThatThrownBy(
                            () -> new HistoricalScan(failing, (partition, series, range, selection, to) -> {}, executor)
                                    .read(plan.parts().get(0), Cut.NONE, new Merge<>(plan, TypedFold::new)))
                    .isInstanceOf(Unavailable.class);
        } finally {
            executor.shutdown();
        }
    }
}
