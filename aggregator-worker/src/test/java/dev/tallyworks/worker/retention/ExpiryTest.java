package dev.tallyworks.worker.retention;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tallyworks.definition.Aggregation;
import dev.tallyworks.definition.Change;
import dev.tallyworks.definition.Definition;
import dev.tallyworks.definition.DefinitionLog;
import dev.tallyworks.definition.Generations;
import dev.tallyworks.definition.Rebuild;
import dev.tallyworks.definition.RebuildChanges;
import dev.tallyworks.definition.Retention;
import dev.tallyworks.event.Event;
import dev.tallyworks.lane.Lane;
import dev.tallyworks.mongo.MongoLeftovers;
import dev.tallyworks.plugin.Hooks;
import dev.tallyworks.plugin.Offloader;
import dev.tallyworks.time.Granularity;
import dev.tallyworks.time.TimeRange;
import dev.tallyworks.worker.batch.OwnedLane;
import dev.tallyworks.worker.batch.Stage;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import org.bson.Document;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ExpiryTest {
    private static final Instant NOON = Instant.parse("2026-01-10T12:00:00Z");
    private static final String TARGET = "aggr_kept";

    private final Stage stage = new Stage();
    private final OwnedLane lane;
    private Instant now = NOON.plus(Duration.ofDays(1));

    private final Clock clock = ((InstantSource) () -> now).withZone(ZoneOffset.UTC);

    private final Archive archive = new Archive();
    private final Hooks hooks = new Hooks(
            new Hooks.Found(List.of(), List.of(), List.of(), List.of(), List.of(archive)),
            Duration.ofSeconds(30),
            (plugin, hook) -> {});
    private final Expiry expiry = expiry(Duration.ZERO);

    /** Takes what is offloaded, or doesn't. */
    private static final class Archive implements Offloader {
        private final List<String> events = new ArrayList<>();
        private final List<String> rollups = new ArrayList<>();
        private boolean full;

        @Override
        public String name() {
            return "archive";
        }

        @Override
        public void offloadEvents(String source, List<Event> expired) {
            check();
            expired.forEach(event -> events.add(source + " " + event.ref().uuid()));
        }

        @Override
        public void offloadRollups(String aggregation, String partition, List<String> documents) {
            check();
            documents.stream()
                    .map(Document::parse)
                    .filter(rollup -> rollup.getEmbedded(List.of("attribution", "type"), String.class)
                            .equals("_total"))
                    .forEach(rollup -> rollups.add(partition + ": " + rollup.get("count")));
        }

        private void check() {
            if (full) {
                throw new IllegalStateException("the archive is full");
            }
        }
    }

    ExpiryTest() {
        Lane taken = stage.lanes
                .acquire(stage.lanes.all().get(0), "test", System.currentTimeMillis(), 600_000)
                .orElseThrow();
        lane = new OwnedLane(taken, new OwnedLane.Pauses() {
            @Override
            public void pause(long millis) {}

            @Override
            public boolean stopping() {
                return false;
            }
        });
    }

    private Expiry expiry(Duration inUse) {
        return new Expiry(stage.definitions, stage.lanes, new MongoLeftovers(stage.database), hooks, inUse, clock);
    }

    private void set(Definition definition) {
        stage.definitions.change(
                (newest, version) -> new DefinitionLog.Decided<>(List.of(Change.set(definition)), version));
    }

    private static Aggregation aggregation(@Nullable Retention retention) {
        return new Aggregation(
                "a2",
                "r1",
                1,
                TARGET,
                Granularity.MINUTE,
                new Aggregation.Filter(List.of(), List.of()),
                new Aggregation.Partition(true, 60),
                retention,
                new Aggregation.Fields(List.of(), List.of()),
                new Aggregation.Limits(1000, 10000),
                true,
                List.of(Granularity.DAY),
                new Aggregation.Sketches(List.of(), List.of()),
                false,
                NOON,
                NOON);
    }

    @BeforeEach
    void postAndCount() throws Exception {
        set(aggregation(new Retention(2, null)));
        post(0, 10);
        post(3, 5);
        aggregate();
    }

    @AfterEach
    void close() {
        stage.close();
        hooks.close();
    }

    private void post(int days, int events) {
        stage.post(
                events,
                NOON.plus(Duration.ofDays(days)).toEpochMilli(),
                stage.definitions.refresh().version());
    }

    private void aggregate() throws Exception {
        stage.aggregator().runBatch(lane, 1_000, 1 << 20);
        assertThat(stage.pending()).isZero();
    }

    /** The stored total of each collection, as its number and how many events it counts. */
    private List<String> partitions() {
        List<String> partitions = new ArrayList<>();
        for (String name : stage.database.listCollectionNames()) {
            if (name.startsWith(TARGET)) {
                long total = 0;
                for (Document rollup :
                        stage.database.getCollection(name).find(new Document("attribution.type", "_total"))) {
                    total += rollup.getLong("count");
                }
                partitions.add(name + ": " + total);
            }
        }
        return partitions.stream().sorted().toList();
    }

    private static String partition(int days, int count) {
        return TARGET + "_" + NOON.plus(Duration.ofDays(days)).toEpochMilli() / 3_600_000 + ": " + count;
    }

    private static String level(int days, int count) {
        return TARGET + ".day_" + NOON.plus(Duration.ofDays(days)).toEpochMilli() / 86_400_000 / 60 + ": " + count;
    }

    private Aggregation defined() {
        return stage.definitions.refresh().aggregation("a2").orElseThrow();
    }

    @Test
    void wholePartitionsAreDroppedOnceAllTheyHoldIsTooOld() {
        now = NOON.plus(Duration.ofHours(50)).minusMillis(1); // it goes in steps of two hours
        expiry.run();
        assertThat(partitions()).containsExactly(level(0, 15), partition(0, 10), partition(3, 5));

        now = NOON.plus(Duration.ofHours(50));
        expiry.run();
        assertThat(partitions()).containsExactly(level(0, 15), partition(3, 5));
        assertThat(defined().closedBeforeMillis())
                .isEqualTo(NOON.plus(Duration.ofHours(2)).toEpochMilli());
        long version = stage.definitions.known().version();
        expiry.run();
        assertThat(stage.definitions.refresh().version()).as("closed once").isEqualTo(version);
        // Of coarser levels, too, once their last bucket is too old.
        now = NOON.plus(Duration.ofDays(200));
        expiry.run();
        assertThat(partitions()).isEmpty();
    }

    @Test
    void nothingIsCountedInWhatIsClosedAndNobodyReadsIt() throws Exception {
        post(0, 1); // accepted before it is closed
        now = NOON.plus(Duration.ofHours(61));
        expiry.run();
        post(0, 1);
        post(3, 1);
        aggregate();

        assertThat(partitions()).containsExactly(level(0, 16), partition(3, 6));
        TimeRange all = new TimeRange(0, NOON.plus(Duration.ofDays(9)).toEpochMilli());
        assertThat(defined().portions(all))
                .singleElement()
                .matches(portion -> portion.range().startMillis() == defined().closedBeforeMillis());
        assertThat(stage.definitions.known().isClosed(Stage.SOURCE, "sale", NOON.toEpochMilli()))
                .as("another aggregation counts it")
                .isFalse();
    }

    @Test
    void whatASlowOwnerMakesAgainIsDroppedAgain() {
        now = NOON.plus(Duration.ofHours(61));
        expiry.run();
        stage.database
                .getCollection(TARGET + "_" + NOON.toEpochMilli() / 3_600_000)
                .insertOne(new Document("aggregation", "a2"));
        expiry.run();
        assertThat(partitions()).containsExactly(level(0, 15), partition(3, 5));
    }

    @Test
    void partitionsStayWhileAQuestionOrABatchMayBeAtThem() {
        now = NOON.plus(Duration.ofHours(61));
        Expiry patient = expiry(Duration.ofSeconds(30));
        patient.run();
        assertThat(partitions()).contains(partition(0, 10));
        now = now.plusSeconds(31);
        long before = stage.definitions.known().version() - 1;
        Lane slow = stage.lanes
                .acquire(stage.lanes.all().get(1), "slow", System.currentTimeMillis(), 600_000)
                .orElseThrow();
        stage.database
                .getCollection("lanes")
                .updateMany(new Document(), new Document("$set", new Document("minVersion", 0L)));
        stage.lanes.open(slow.id(), slow.epoch(), 1, List.of(), before);
        patient.run();
        assertThat(partitions()).contains(partition(0, 10));
        stage.lanes.seal(slow.id(), slow.epoch(), 1, List.of());
        stage.lanes.close(slow.id(), slow.epoch(), 1);
        patient.run();
        assertThat(partitions()).doesNotContain(partition(0, 10));
    }

    @Test
    void whatNobodyTakesBeforeIsKept() {
        set(aggregation(new Retention(2, "nobody")));
        set(stage.definitions
                .refresh()
                .source(Stage.SOURCE)
                .orElseThrow()
                .with(null, List.of(), new Retention(2, "nobody"), true, NOON));
        now = NOON.plus(Duration.ofDays(100));
        expiry.run();
        assertThat(partitions()).hasSize(3);
        assertThat(events()).isEqualTo(15);
    }

    @Test
    void whatAnOffloaderHasTakenIsRemovedAndNothingElse() {
        Retention archived = new Retention(2, "archive");
        set(aggregation(archived));
        set(stage.definitions.refresh().source(Stage.SOURCE).orElseThrow().with(null, List.of(), archived, true, NOON));
        now = NOON.plus(Duration.ofHours(61));
        archive.full = true;
        expiry.run();
        assertThat(partitions()).containsExactly(level(0, 15), partition(0, 10), partition(3, 5));
        assertThat(events()).isEqualTo(15);

        archive.full = false;
        expiry.run();
        assertThat(archive.rollups).containsExactly(partition(0, 10));
        assertThat(partitions()).containsExactly(level(0, 15), partition(3, 5));
        assertThat(archive.events).hasSize(10).doesNotHaveDuplicates();
        assertThat(events()).isEqualTo(5);
        stage.database.getCollection("events_" + Stage.SOURCE).find().forEach(kept -> assertThat(archive.events)
                .doesNotContain(Stage.SOURCE + " " + kept.getString("_id")));
    }

    @Test
    void withoutRetentionEverythingIsKept() {
        set(aggregation(null));
        now = NOON.plus(Duration.ofDays(100));
        expiry.run();
        assertThat(partitions()).hasSize(3);
        assertThat(events()).isEqualTo(15);
    }

    private long events() {
        return stage.database.getCollection("events_" + Stage.SOURCE).countDocuments();
    }

    private void keepEventsForTwoDays() {
        set(stage.definitions
                .refresh()
                .source(Stage.SOURCE)
                .orElseThrow()
                .with(null, List.of(), new Retention(2, null), true, NOON));
    }

    @Test
    void eventsGoSomeMinutesAfterTheirAgeButNeitherPendingNorDeadOnes() {
        keepEventsForTwoDays();
        post(0, 2);
        String dead = stage.post(1, NOON.toEpochMilli()).get(0).uuid();
        stage.database
                .getCollection("events_" + Stage.SOURCE)
                .updateOne(
                        new Document("_id", dead),
                        new Document("$unset", new Document("pending", ""))
                                .append("$set", new Document("irregular.dead.reason", "poison")));
        now = NOON.plus(Duration.ofDays(2)).plus(Duration.ofMinutes(10));
        expiry.run();
        assertThat(events()).isEqualTo(18);

        now = now.plusMillis(1);
        expiry.run();
        assertThat(events()).as("later, pending and dead ones").isEqualTo(5 + 2 + 1);
    }

    @Test
    void eventsThatARebuildHasStillToReadAreKept() {
        keepEventsForTwoDays();
        Rebuild rebuild = new Rebuild("b1", "r1", List.of("a1"), null, false, Rebuild.State.RUNNING, null, NOON, NOON);
        stage.definitions.change((newest, version) -> {
            Aggregation aggregation = newest.aggregation("a1").orElseThrow();
            return new DefinitionLog.Decided<>(
                    RebuildChanges.begin(
                            rebuild,
                            List.of(new RebuildChanges.Target(aggregation, Generations.ALWAYS, aggregation.meaning())),
                            version,
                            NOON),
                    version);
        });
        now = NOON.plus(Duration.ofDays(100));
        expiry.run();
        assertThat(events()).isEqualTo(15);

        stage.definitions.change((newest, version) -> new DefinitionLog.Decided<>(
                RebuildChanges.stop(newest, "b1", Rebuild.State.CANCELLED, null, NOON), version));
        expiry.run();
        assertThat(events()).isZero();
    }
}
