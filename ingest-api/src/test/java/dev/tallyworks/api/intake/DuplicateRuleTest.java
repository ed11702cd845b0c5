package dev.tallyworks.api.intake;

import static org.assertj.core.api.Assertions.assertThat;

import com.mongodb.ConnectionString;
import com.mongodb.MongoClientSettings;
import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoClients;
import com.mongodb.client.MongoDatabase;
import dev.tallyworks.definition.Source;
import dev.tallyworks.event.Event;
import dev.tallyworks.event.EventDraft;
import dev.tallyworks.event.RawEvents;
import dev.tallyworks.event.RecordedEvent;
import dev.tallyworks.metadata.MetadataNotes;
import dev.tallyworks.metric.FieldMetrics;
import dev.tallyworks.mongo.MongoMetadata;
import dev.tallyworks.mongo.MongoRawEvents;
import dev.tallyworks.mongo.MongoSettings;
import dev.tallyworks.queue.Job;
import dev.tallyworks.realtime.Gaps;
import dev.tallyworks.realtime.RealtimeWindow;
import dev.tallyworks.servers.Servers;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.math.BigDecimal;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.ShrinkingMode;
import net.jqwik.api.Tuple;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;
import org.jspecify.annotations.Nullable;

/**
 * Of each uuid one event is accepted, whoever posts it how often and in whatever company; every other answer gives that one
 * back, or says what is wrong with the event.
 */
class DuplicateRuleTest {
    private static final AtomicInteger SOURCES = new AtomicInteger();
    private static @Nullable MongoClient client;
    private static @Nullable MongoDatabase database;

    /** What one client posts, batch by batch. */
    private record Poster(List<List<PostedEvent>> batches) {}

    private enum Fault {
        NONE,
        UNKNOWN_TYPE,
        SCHEMA,
        FUTURE,
        TOO_LARGE,
        INVALID,
        NAMELESS
    }

    private record Settings(int writers, int commitEventsMax) implements CommitSettings {
        @Override
        public int commitBytesMax() {
            return 1 << 20;
        }

        @Override
        public int bufferEventsMax() {
            return 50_000;
        }

        @Override
        public long bufferBytesMax() {
            return 1 << 24;
        }

        @Override
        public Duration commitDeadline() {
            return Duration.ofMinutes(1);
        }

        @Override
        public Duration answerDeadline() {
            return Duration.ofMinutes(2);
        }
    }

    @BeforeContainer
    static void connect() {
        // More patient than the application: what a busy machine delays is no outage.
        MongoClient connected = MongoClients.create(MongoSettings.customize(
                        MongoClientSettings.builder().applyConnectionString(new ConnectionString(Servers.mongoUrl())))
                .applyToClusterSettings(cluster -> cluster.serverSelectionTimeout(1, TimeUnit.MINUTES))
                .applyToSocketSettings(
                        socket -> socket.connectTimeout(1, TimeUnit.MINUTES).readTimeout(1, TimeUnit.MINUTES))
                .applyToConnectionPoolSettings(pool -> pool.maxWaitTime(1, TimeUnit.MINUTES))
                .build());
        client = connected;
        database = connected.getDatabase(Servers.freshDatabaseName());
    }

    @AfterContainer
    static void disconnect() {
        if (database != null) {
            database.drop();
        }
        if (client != null) {
            client.close();
        }
    }

    @Provide
    Arbitrary<List<Poster>> posters() {
        Arbitrary<String> uuids = Arbitraries.integers().between(0, 25).map(i -> "u" + i);
        Arbitrary<Fault> faults = Arbitraries.frequency(
                Tuple.of(10, Fault.NONE),
                Tuple.of(1, Fault.UNKNOWN_TYPE),
                Tuple.of(1, Fault.SCHEMA),
                Tuple.of(1, Fault.FUTURE),
                Tuple.of(1, Fault.TOO_LARGE),
                Tuple.of(1, Fault.INVALID),
                Tuple.of(1, Fault.NAMELESS));
        Arbitrary<PostedEvent> events =
                Combinators.combine(uuids, faults, Arbitraries.integers()).as(DuplicateRuleTest::posted);
        return events.list()
                .ofMinSize(1)
                .ofMaxSize(15)
                .list()
                .ofMinSize(1)
                .ofMaxSize(5)
                .map(Poster::new)
                .list()
                .ofMinSize(2)
                .ofMaxSize(4);
    }

    private static PostedEvent posted(String uuid, Fault fault, int number) {
        return switch (fault) {
            case NONE -> draft(uuid, "sale", 1_000L, number);
            case UNKNOWN_TYPE -> draft(uuid, "unheard_of", 1_000L, number);
            case SCHEMA -> draft(uuid, "checked", 1_000L, number);
            case FUTURE -> draft(uuid, "sale", Long.MAX_VALUE / 4, number);
            case TOO_LARGE -> new PostedEvent.Refused(uuid, new Rejection(Rejection.Code.EVENT_TOO_LARGE, null, ""));
            case INVALID -> new PostedEvent.Refused(uuid, Rejection.invalid("", ""));
            case NAMELESS -> new PostedEvent.Refused(null, Rejection.invalid("", ""));
        };
    }

    private static PostedEvent draft(String uuid, String type, long timestampMillis, int number) {
        Map<String, @Nullable Object> payload = new HashMap<>();
        payload.put("number", new BigDecimal(number));
        return new PostedEvent.Draft(new EventDraft(uuid, type, timestampMillis, payload, List.of(), 100));
    }

    @Property(tries = 60, shrinking = ShrinkingMode.OFF)
    void ofEachUuidOneEventIsAccepted(@ForAll("posters") List<Poster> posters, @ForAll("commits") Settings settings)
            throws Exception {
        String source = "rule_" + SOURCES.incrementAndGet();
        DefinedInMemory definitions = new DefinedInMemory();
        definitions.put(DefinedInMemory.source(source, Source.State.OPEN, false, null, "sale", "checked"));
        RawEvents store = new MongoRawEvents(stored());
        RealtimeInMemory queue = new RealtimeInMemory();
        List<List<List<Outcome>>> answers;
        try (GroupCommit commits = commits(definitions, store, queue, settings)) {
            commits.start();
            answers = postAtOnce(commits, source, posters);
        }

        Map<String, Event> accepted = new HashMap<>();
        int outcomes = 0;
        int posted = 0;
        for (int poster = 0; poster < posters.size(); poster++) {
            List<List<PostedEvent>> batches = posters.get(poster).batches;
            for (int batch = 0; batch < batches.size(); batch++) {
                List<Outcome> answer = answers.get(poster).get(batch);
                assertThat(answer).hasSameSizeAs(batches.get(batch));
                posted += batches.get(batch).size();
                outcomes += answer.size();
                for (int i = 0; i < answer.size(); i++) {
                    if (answer.get(i) instanceof Outcome.Accepted fresh) {
                        Event event = fresh.event();
                        assertThat(accepted.put(event.ref().uuid(), event))
                                .as("accepted before")
                                .isNull();
                        EventDraft draft =
                                ((PostedEvent.Draft) batches.get(batch).get(i)).event();
                        assertThat(event.ref().uuid()).isEqualTo(draft.uuid());
                        assertThat(event.payload()).isEqualTo(draft.payload());
                        assertThat(event.type()).isEqualTo("sale");
                    }
                }
            }
        }
        assertThat(outcomes).isEqualTo(posted);
        for (int poster = 0; poster < posters.size(); poster++) {
            List<List<PostedEvent>> batches = posters.get(poster).batches;
            for (int batch = 0; batch < batches.size(); batch++) {
                for (int i = 0; i < batches.get(batch).size(); i++) {
                    assertAnswers(
                            batches.get(batch).get(i),
                            answers.get(poster).get(batch).get(i),
                            accepted);
                }
            }
        }
        Set<String> uuids = new HashSet<>(accepted.keySet());
        for (int i = 0; i <= 25; i++) {
            uuids.add("u" + i);
        }
        Map<String, RecordedEvent> recorded = store.find(source, 1, uuids);
        Map<String, Event> stored = new HashMap<>();
        recorded.forEach((uuid, event) -> stored.put(uuid, event.event()));
        assertThat(stored).isEqualTo(accepted);
        assertThat(stored().getCollection("events_" + source).countDocuments()).isEqualTo(accepted.size());
        assertThat(queue.jobs)
                .extracting(Job::event)
                .containsExactlyInAnyOrderElementsOf(
                        accepted.values().stream().map(Event::ref).toList());
    }

    private static void assertAnswers(PostedEvent posted, Outcome outcome, Map<String, Event> accepted) {
        String uuid = posted.uuid();
        boolean good = posted instanceof PostedEvent.Draft draft
                && draft.event().type().equals("sale")
                && draft.event().timestampMillis() != null
                && draft.event().timestampMillis() == 1_000L;
        if (outcome instanceof Outcome.Duplicate duplicate) {
            assertThat(uuid).isNotNull();
            assertThat(duplicate.original().event()).isEqualTo(accepted.get(uuid));
        } else if (outcome instanceof Outcome.Rejected rejected) {
            assertThat(good).as("rejected: %s", posted).isFalse();
            assertThat(rejected.uuid()).isEqualTo(uuid);
        } else {
            assertThat(good).as("accepted: %s", posted).isTrue();
        }
        if (good) {
            assertThat(accepted).containsKey(uuid);
        }
    }

    @Provide
    Arbitrary<Settings> commits() {
        return Combinators.combine(
                        Arbitraries.integers().between(1, 4),
                        Arbitraries.integers().between(1, 60))
                .as(Settings::new);
    }

    private static List<List<List<Outcome>>> postAtOnce(GroupCommit commits, String source, List<Poster> posters)
            throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(posters.size());
        try {
            CyclicBarrier start = new CyclicBarrier(posters.size());
            List<Future<List<List<Outcome>>>> running = new ArrayList<>();
            for (Poster poster : posters) {
                running.add(threads.submit(() -> {
                    start.await(1, TimeUnit.MINUTES);
                    List<List<Outcome>> answers = new ArrayList<>();
                    for (List<PostedEvent> batch : poster.batches) {
                        answers.add(commits.submit(source, new PostedBody(true, batch, 100 * batch.size()), "")
                                .toCompletableFuture()
                                .get(2, TimeUnit.MINUTES));
                    }
                    return answers;
                }));
            }
            List<List<List<Outcome>>> answers = new ArrayList<>();
            for (Future<List<List<Outcome>>> poster : running) {
                answers.add(poster.get(3, TimeUnit.MINUTES));
            }
            return answers;
        } finally {
            threads.shutdownNow();
        }
    }

    private static GroupCommit commits(
            DefinedInMemory definitions, RawEvents store, RealtimeInMemory queue, CommitSettings settings) {
        EventValidator validator = new EventValidator((of, type, payload) ->
                type.name().equals("checked") ? new PayloadSchema.Violation("/number", "not so") : null);
        CommitMetrics metrics = new CommitMetrics(new SimpleMeterRegistry());
        Clock clock = Clock.systemUTC();
        Intake.Stores stores = new Intake.Stores(
                definitions,
                store,
                new MetadataNotes(new MongoMetadata(stored())),
                queue,
                new Gaps(queue, RealtimeWindow.DEFAULT, clock),
                recorded -> {});
        Publisher publisher = new Publisher(stores, new FieldMetrics(), metrics, clock, System::nanoTime);
        return new GroupCommit(stores, validator, publisher, settings, metrics, clock, System::nanoTime);
    }

    private static MongoDatabase stored() {
        if (database == null) {
            throw new IllegalStateException("not connected");
        }
        return database;
    }
}
