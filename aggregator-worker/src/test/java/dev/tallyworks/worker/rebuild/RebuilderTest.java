package dev.tallyworks.worker.rebuild;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tallyworks.definition.Aggregation;
import dev.tallyworks.definition.Change;
import dev.tallyworks.definition.DefinitionLog;
import dev.tallyworks.definition.Generations;
import dev.tallyworks.definition.Rebuild;
import dev.tallyworks.definition.RebuildChanges;
import dev.tallyworks.event.Attribution;
import dev.tallyworks.event.EventRef;
import dev.tallyworks.failure.OutcomeUnknown;
import dev.tallyworks.lane.Lane;
import dev.tallyworks.lane.Manifest;
import dev.tallyworks.metric.FieldMetrics;
import dev.tallyworks.metric.MetricGenerator;
import dev.tallyworks.mongo.MongoDoneEvents;
import dev.tallyworks.mongo.MongoLeftovers;
import dev.tallyworks.mongo.MongoRebuilds;
import dev.tallyworks.mongo.MongoRollupScan;
import dev.tallyworks.mongo.MongoRollups;
import dev.tallyworks.rebuild.Progress;
import dev.tallyworks.rebuild.Rebuilds;
import dev.tallyworks.rollup.RollupDelta;
import dev.tallyworks.rollup.RollupFold;
import dev.tallyworks.rollup.Rollups;
import dev.tallyworks.rollup.Selection;
import dev.tallyworks.rollup.SeriesKey;
import dev.tallyworks.time.Granularity;
import dev.tallyworks.time.TimeRange;
import dev.tallyworks.worker.batch.OwnedLane;
import dev.tallyworks.worker.batch.Stage;
import dev.tallyworks.worker.removal.Sweeper;
import java.math.BigDecimal;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.bson.Document;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RebuilderTest {
    private static final long NOON = 1_700_000_000_000L / 60_000 * 60_000;
    private static final TimeRange ALL = new TimeRange(0, 4_000_000_000_000L);
    private static final RebuildLimits SMALL = new RebuildLimits(7, 1 << 20);

    private final Stage stage = new Stage();
    private final Rebuilds rebuilds = new MongoRebuilds(stage.database);
    private final Rollups rollups = new MongoRollups(stage.database);
    private final List<String> heard = new ArrayList<>();
    private final RebuildMeter meter = new RebuildMeter() {
        @Override
        public void read(long events) {
            heard.add("read");
        }

        @Override
        public void ended(Rebuild.State how) {
            heard.add("ended " + how);
        }

        @Override
        public void failed() {
            heard.add("failed");
        }
    };

    private OwnedLane lane = takeLane();

    private static final OwnedLane.Pauses NO_PAUSES = new OwnedLane.Pauses() {
        @Override
        public void pause(long millis) {}

        @Override
        public boolean stopping() {
            return false;
        }
    };

    private OwnedLane takeLane() {
        Lane taken = stage.lanes
                .acquire(stage.lanes.all().get(0), "test", System.currentTimeMillis(), 600_000)
                .orElseThrow();
        return new OwnedLane(taken, NO_PAUSES);
    }

    @BeforeEach
    void postAndCount() throws Exception {
        for (int minute = 0; minute < 5; minute++) {
            stage.post(10, NOON + minute * 60_000 + minute);
        }
        stage.post(3, NOON); // at one instant with others
        aggregate();
    }

    @AfterEach
    void close() {
        stage.close();
    }

    private void aggregate() throws Exception {
        stage.aggregator().runBatch(lane, 1_000, 1 << 20);
        assertThat(stage.pending()).isZero();
    }

    private Rebuilder rebuilder(MetricGenerator generator, Rollups to, Rebuilds progress, OwnedLane.Pauses pauses) {
        Rebuilder.Stores stores = new Rebuilder.Stores(
                stage.definitions, stage.lanes, new MongoDoneEvents(stage.database), to, progress, meter);
        return new Rebuilder(stores, generator, SMALL, pauses, Clock.systemUTC(), "worker", Duration.ofSeconds(15));
    }

    private Rebuilder rebuilder() {
        return rebuilder(new FieldMetrics(), rollups, rebuilds, NO_PAUSES);
    }

    private Rebuild begin(TimeRange range) {
        Instant now = Instant.now();
        Rebuild rebuild = new Rebuild("b1", "r1", List.of("a1"), null, false, Rebuild.State.RUNNING, null, now, now);
        stage.definitions.change((newest, version) -> {
            Aggregation aggregation = newest.aggregation("a1").orElseThrow();
            RebuildChanges.Target target = new RebuildChanges.Target(aggregation, range, aggregation.meaning());
            return new DefinitionLog.Decided<>(RebuildChanges.begin(rebuild, List.of(target), version, now), "");
        });
        return rebuild;
    }

    private Aggregation defined() {
        return stage.definitions.refresh().aggregation("a1").orElseThrow();
    }

    private Rebuild.State state() {
        return stage.definitions.refresh().rebuild("b1").orElseThrow().state();
    }

    private Progress progress() {
        return rebuilds.progress(List.of("b1")).getOrDefault("b1", Progress.NONE);
    }

    private List<String> answers(Aggregation aggregation, String type, String value, TimeRange range) {
        List<String> buckets = new ArrayList<>();
        SeriesKey series =
                new SeriesKey(aggregation.id(), aggregation.generation(), aggregation.granularity(), type, value);
        new MongoRollupScan(stage.database)
                .scan(
                        RollupFold.partition(aggregation),
                        series,
                        range,
                        Selection.COUNT.withNumbers(Set.of("amount")),
                        rollup -> buckets.add((rollup.bucketMillis() - NOON) / 60_000 + ": "
                                + rollup.numbers().count() + ", "
                                + rollup.numbers().number("amount").sum().value()));
        return buckets;
    }

    /** What a question would be answered now. */
    private List<String> answers() {
        List<String> all = new ArrayList<>();
        defined().portions(ALL).forEach(portion -> {
            all.addAll(answers(portion.aggregation(), Attribution.TOTAL, null, portion.range()));
            all.addAll(answers(portion.aggregation(), "customer", "c3", portion.range()));
        });
        return all;
    }

    private static final List<String> RIGHT = List.of(
            "0: 13, 1.3",
            "1: 10, 1",
            "2: 10, 1",
            "3: 10, 1",
            "4: 10, 1",
            "0: 1, 0.1",
            "1: 1, 0.1",
            "2: 1, 0.1",
            "3: 1, 0.1",
            "4: 1, 0.1");

    private void spoil() {
        stage.database
                .getCollection(Stage.TARGET)
                .updateMany(new Document("generation", 1), new Document("$inc", new Document("count", 1L)));
        assertThat(answers()).isNotEqualTo(RIGHT);
    }

    @Test
    void makesTheNumbersAnewAndPutsThemInForce() {
        assertThat(answers()).isEqualTo(RIGHT);
        spoil();
        List<String> spoilt = answers();
        begin(Generations.ALWAYS);
        assertThat(answers()).isEqualTo(spoilt);

        rebuilder().run();

        assertThat(state()).isEqualTo(Rebuild.State.DONE);
        assertThat(answers()).isEqualTo(RIGHT);
        assertThat(defined().generation()).isEqualTo(2);
        assertThat(heard).hasSize(9).endsWith("read", "ended DONE");
        assertThat(progress().done()).isEqualTo(53).isEqualTo(progress().total());
    }

    @Test
    void whatIsAggregatedMeanwhileOrLaterIsFedByItsBatch() throws Exception {
        stage.post(2, NOON + 60_000); // pending when it begins
        begin(Generations.ALWAYS);
        stage.post(2, NOON + 60_000);
        aggregate();
        rebuilder().run();
        stage.post(2, NOON + 60_000);
        aggregate();

        assertThat(state()).isEqualTo(Rebuild.State.DONE);
        assertThat(progress().done()).isEqualTo(53);
        assertThat(answers()).contains("1: 16, 1.6", "0: 13, 1.3");
    }

    @Test
    void takesWhatCameBeforeTheAggregationOrWhileItWasInactive() throws Exception {
        Instant now = Instant.now();
        stage.definitions.change((newest, version) -> {
            Aggregation before = newest.aggregation("a1").orElseThrow();
            return new DefinitionLog.Decided<>(List.of(Change.remove(before)), "");
        });
        stage.definitions.change((newest, version) -> {
            Aggregation made = new Aggregation(
                    "a1",
                    "r1",
                    1,
                    "aggr_later",
                    Granularity.MINUTE,
                    new Aggregation.Filter(List.of(), List.of("sale")),
                    new Aggregation.Partition(true, 2),
                    null,
                    new Aggregation.Fields(List.of(), List.of()),
                    new Aggregation.Limits(1000, 10000),
                    true,
                    List.of(),
                    new Aggregation.Sketches(List.of(), List.of()),
                    true,
                    now,
                    now);
            return new DefinitionLog.Decided<>(List.of(Change.set(made)), "");
        });
        assertThat(answers()).isEmpty();
        begin(Generations.ALWAYS);

        rebuilder().run();

        assertThat(answers()).isEqualTo(RIGHT);
    }

    @Test
    void ofARangeOnlyItsBucketsAreMadeAnew() throws Exception {
        spoil();
        begin(new TimeRange(NOON + 60_000, NOON + 180_000));
        stage.post(1, NOON + 60_000);
        stage.post(1, NOON + 180_000);
        aggregate();
        rebuilder().run();
        stage.post(1, NOON + 60_000);
        stage.post(1, NOON + 180_000);
        aggregate();

        assertThat(progress().done()).isEqualTo(20);
        assertThat(answers().stream()
                        .filter(answer -> !answer.contains(", 0.1"))
                        .toList())
                .containsExactly("0: 14, 1.3", "1: 12, 1.2", "2: 10, 1", "3: 13, 1.2", "4: 11, 1");
        assertThat(defined().generations().eras()).hasSize(3);
    }

    @Test
    void eachAggregationIsMadeAnewInItsOwnRange() {
        Instant now = Instant.now();
        Aggregation hours = new Aggregation(
                "a2",
                "r1",
                1,
                "aggr_hours",
                Granularity.HOUR,
                new Aggregation.Filter(List.of(), List.of()),
                new Aggregation.Partition(false, 0),
                null,
                new Aggregation.Fields(List.of(), List.of()),
                new Aggregation.Limits(1000, 10000),
                true,
                List.of(),
                new Aggregation.Sketches(List.of(), List.of()),
                false,
                now,
                now);
        TimeRange asked = new TimeRange(NOON + 60_000, NOON + 120_000);
        stage.definitions.change((newest, version) -> {
            Aggregation minutes = newest.aggregation("a1").orElseThrow();
            Rebuild rebuild =
                    new Rebuild("b1", "r1", List.of("a1", "a2"), asked, false, Rebuild.State.RUNNING, null, now, now);
            List<RebuildChanges.Target> targets = List.of(
                    new RebuildChanges.Target(minutes, asked, minutes.meaning()),
                    new RebuildChanges.Target(hours, hours.meaning().widen(asked), hours.meaning()));
            return new DefinitionLog.Decided<>(RebuildChanges.begin(rebuild, targets, version, now), "");
        });

        rebuilder().run();

        assertThat(answers()).containsExactlyInAnyOrderElementsOf(RIGHT);
        assertThat(stage.rollups().stream()
                        .filter(rollup -> rollup.getInteger("generation") == 2)
                        .map(rollup -> rollup.getDate("bucket").getTime())
                        .distinct())
                .containsExactly(NOON + 60_000);
        Aggregation rebuilt = stage.definitions.known().aggregation("a2").orElseThrow();
        assertThat(rebuilt.portions(ALL)).hasSize(3);
        Aggregation.Portion hour = rebuilt.portions(ALL).get(1);
        assertThat(answers(hour.aggregation(), Attribution.TOTAL, null, hour.range()))
                .singleElement()
                .asString()
                .endsWith(": 53, 5.3");
    }

    /** Breaks off for good at the n-th write, before or after it happens, like a process that is killed there. */
    private static final class Mortal {
        private int left;
        private final boolean after;

        Mortal(int writes, boolean after) {
            this.left = writes;
            this.after = after;
        }

        private void before() {
            if (left == 0 && !after) {
                throw new OutcomeUnknown("killed", new IllegalStateException());
            }
        }

        private void after() {
            if (left-- == 0) {
                throw new OutcomeUnknown("killed", new IllegalStateException());
            }
        }
    }

    private record MortalRollups(Rollups store, Mortal mortal) implements Rollups {
        @Override
        public void apply(String lane, long seq, Collection<RollupDelta> deltas) {
            mortal.before();
            // One by one, so that it breaks off in the middle of a window too.
            for (RollupDelta delta : deltas) {
                store.apply(lane, seq, List.of(delta));
                mortal.after();
                mortal.before();
            }
        }
    }

    private record MortalRebuilds(Rebuilds store, Mortal mortal) implements Rebuilds {
        @Override
        public Optional<Lease> take(String rebuild, String owner, long nowMillis, long leaseMillis) {
            // Whoever was killed has no lease any more.
            return store.take(rebuild, owner, nowMillis + 60_000, leaseMillis);
        }

        @Override
        public boolean write(Lease lease, Progress progress, long leaseUntilMillis) {
            mortal.before();
            boolean written = store.write(lease, progress, leaseUntilMillis);
            mortal.after();
            return written;
        }

        @Override
        public void release(Lease lease) {}

        @Override
        public Map<String, Progress> progress(Collection<String> ids) {
            return store.progress(ids);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void whoeverIsKilledAtWhateverStepTheNextGoesOnExactly(boolean after) throws Exception {
        spoil();
        begin(Generations.ALWAYS);
        long done = 0;
        int later = 0;
        for (int kills = 0; state() == Rebuild.State.RUNNING; kills++) {
            assertThat(kills).isLessThan(500);
            Mortal mortal = new Mortal(1 + kills * 7 % 31, after);
            try {
                rebuilder(
                                new FieldMetrics(),
                                new MortalRollups(rollups, mortal),
                                new MortalRebuilds(rebuilds, mortal),
                                NO_PAUSES)
                        .run();
            } catch (OutcomeUnknown killed) {
                assertThat(progress().done()).isGreaterThanOrEqualTo(done);
                done = progress().done();
                // What comes in between shifts where windows would end.
                for (int minute = 0; minute < 5; minute++) {
                    stage.post(1, NOON + minute * 60_000 + minute);
                }
                aggregate();
                later++;
            }
        }
        assertThat(later).isGreaterThan(5);
        List<String> totals = answers().subList(0, 5);
        assertThat(totals.get(0)).startsWith("0: " + (13 + later) + ", ");
        for (int minute = 1; minute < 5; minute++) {
            assertThat(totals.get(minute)).startsWith(minute + ": " + (10 + later) + ", ");
        }
        assertThat(progress().done()).isEqualTo(53);
    }

    @Test
    void anOwnerThatWasFollowedWhileItSleptChangesNothing() {
        spoil();
        begin(Generations.ALWAYS);
        AtomicInteger slept = new AtomicInteger();
        MetricGenerator sleepy = (event, aggregation) -> {
            if (slept.getAndIncrement() == 9) {
                // Its lease has run out, and another does it all.
                rebuilder(
                                new FieldMetrics(),
                                rollups,
                                new MortalRebuilds(rebuilds, new Mortal(Integer.MAX_VALUE, false)),
                                NO_PAUSES)
                        .run();
                assertThat(answers()).isEqualTo(RIGHT);
            }
            return new FieldMetrics().generate(event, aggregation);
        };

        rebuilder(sleepy, rollups, rebuilds, NO_PAUSES).run();

        assertThat(slept.get()).isGreaterThan(9);
        assertThat(answers()).isEqualTo(RIGHT);
        assertThat(state()).isEqualTo(Rebuild.State.DONE);
    }

    @Test
    void readsNothingWhileABatchOfAnOlderVersionIsUnderWay() {
        long before = stage.definitions.known().version();
        Lane slow = stage.lanes
                .acquire(stage.lanes.all().get(1), "slow", System.currentTimeMillis(), 600_000)
                .orElseThrow();
        List<EventRef> late = stage.post(1, NOON);
        stage.lanes.open(slow.id(), slow.epoch(), 1, late, before);
        begin(Generations.ALWAYS);
        OwnedLane.Pauses slowIsDone = new OwnedLane.Pauses() {
            @Override
            public void pause(long millis) {
                assertThat(progress().total()).isNull();
                try {
                    stage.aggregator()
                            .recover(
                                    new OwnedLane(
                                            new Lane(
                                                    slow.id(),
                                                    slow.epoch(),
                                                    new Manifest.Open(1, before, late, 0, null)),
                                            NO_PAUSES),
                                    new Manifest.Open(1, before, late, 0, null));
                } catch (Exception lost) {
                    throw new AssertionError(lost);
                }
            }

            @Override
            public boolean stopping() {
                return false;
            }
        };

        rebuilder(new FieldMetrics(), rollups, rebuilds, slowIsDone).run();

        assertThat(state()).isEqualTo(Rebuild.State.DONE);
        assertThat(progress().done()).isEqualTo(54);
        assertThat(answers()).contains("0: 14, 1.4");
    }

    @Test
    void oneThatIsCancelledEndsAndWhatItMadeIsSwept() {
        begin(Generations.ALWAYS);
        AtomicInteger generated = new AtomicInteger();
        MetricGenerator cancelling = (event, aggregation) -> {
            if (generated.getAndIncrement() == 20) {
                stage.definitions.change((newest, version) -> new DefinitionLog.Decided<>(
                        RebuildChanges.stop(newest, "b1", Rebuild.State.CANCELLED, null, Instant.now()), ""));
            }
            return new FieldMetrics().generate(event, aggregation);
        };

        rebuilder(cancelling, rollups, rebuilds, NO_PAUSES).run();

        assertThat(state()).isEqualTo(Rebuild.State.CANCELLED);
        assertThat(generated.get()).isLessThan(30);
        assertThat(answers()).isEqualTo(RIGHT);
        assertThat(rollupsOf(2)).isPositive();
        sweep();
        assertThat(rollupsOf(2)).isZero();
        assertThat(answers()).isEqualTo(RIGHT);
    }

    @Test
    void oneThatFailsAgainAndAgainIsGivenUp() {
        begin(Generations.ALWAYS);
        Rebuilder failing = rebuilder(
                (event, aggregation) -> {
                    throw new IllegalArgumentException("poison");
                },
                rollups,
                rebuilds,
                NO_PAUSES);
        for (int pass = 0; pass < 5; pass++) {
            assertThat(state()).isEqualTo(Rebuild.State.RUNNING);
            failing.run();
        }
        assertThat(state()).isEqualTo(Rebuild.State.FAILED);
        assertThat(stage.definitions.known().rebuild("b1").orElseThrow().error())
                .isEqualTo("IllegalArgumentException: poison");
        assertThat(heard).containsExactly("failed", "failed", "failed", "failed", "failed", "ended FAILED");
        assertThat(answers()).isEqualTo(RIGHT);
    }

    @Test
    void numbersOutOfForceAreSweptAndNoOthers() throws Exception {
        begin(new TimeRange(NOON, NOON + 120_000));
        rebuilder().run();
        assertThat(rollupsOf(1)).isGreaterThan(rollupsOf(2));

        sweep();

        assertThat(stage.rollups())
                .noneMatch(rollup -> rollup.getInteger("generation") == 1
                        && rollup.getDate("bucket").getTime() < NOON + 120_000);
        assertThat(answers()).containsExactlyInAnyOrderElementsOf(RIGHT);
        long left = rollupsOf(1);
        sweep();
        assertThat(rollupsOf(1)).isEqualTo(left).isPositive();
    }

    @Test
    void numbersStayAsLongAsAQuestionMayReadThem() {
        begin(Generations.ALWAYS);
        rebuilder().run();
        new Sweeper(
                        stage.definitions,
                        stage.lanes,
                        new MongoLeftovers(stage.database),
                        Duration.ofMinutes(1),
                        Clock.systemUTC())
                .run();
        assertThat(rollupsOf(1)).isPositive();
    }

    private long rollupsOf(int generation) {
        return stage.rollups().stream()
                .filter(rollup -> rollup.getInteger("generation") == generation)
                .count();
    }

    private void sweep() {
        Sweeper sweeper = new Sweeper(
                stage.definitions, stage.lanes, new MongoLeftovers(stage.database), Duration.ZERO, Clock.systemUTC());
        sweeper.run();
        sweeper.run();
    }

    @Test
    void aStoreThatIsAwayIsNoFailure() {
        begin(Generations.ALWAYS);
        Mortal mortal = new Mortal(3, false);
        Rebuilder unlucky = rebuilder(new FieldMetrics(), new MortalRollups(rollups, mortal), rebuilds, NO_PAUSES);
        for (int pass = 0; pass < 10; pass++) {
            assertThatThrownBy(unlucky::run).isInstanceOf(OutcomeUnknown.class);
        }
        assertThat(state()).isEqualTo(Rebuild.State.RUNNING);
        BigDecimal total = new BigDecimal(progress().done());
        assertThat(total).isLessThan(new BigDecimal(53));
        rebuilder().run();
        assertThat(answers()).isEqualTo(RIGHT);
    }
}
