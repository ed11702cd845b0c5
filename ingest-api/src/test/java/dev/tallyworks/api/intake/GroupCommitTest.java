package dev.tallyworks.api.intake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.mongodb.ConnectionString;
import com.mongodb.MongoClientSettings;
import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoClients;
import dev.tallyworks.api.intake.Rejection.Code;
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
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class GroupCommitTest {
    private static @Nullable MongoClient client;
    private static int sources;

    private final DefinedInMemory definitions = new DefinedInMemory();
    private final RealtimeInMemory queue = new RealtimeInMemory();
    private SleepyRawEvents rawEvents = new SleepyRawEvents(store());
    private GroupCommit commits = commits(new Settings(50_000, Duration.ofSeconds(15), Duration.ofSeconds(30)));
    private String source = "";

    private record Settings(int bufferEventsMax, Duration commitDeadline, Duration answerDeadline)
            implements CommitSettings {
        @Override
        public int writers() {
            return 2;
        }

        @Override
        public int commitEventsMax() {
            return 100;
        }

        @Override
        public int commitBytesMax() {
            return 1 << 20;
        }

        @Override
        public long bufferBytesMax() {
            return 1 << 24;
        }
    }

    @BeforeEach
    void start() {
        source = "commit_" + ++sources;
        define("sale", "checked");
        commits.start();
    }

    /** Gives up soon. */
    private void beImpatient() {
        commits.close();
        commits = commits(new Settings(50_000, Duration.ofMillis(400), Duration.ofSeconds(2)));
        commits.start();
    }

    @AfterEach
    void stop() {
        commits.close();
    }

    @Test
    void recordsAndEnqueuesWhatIsNew() throws Exception {
        List<Outcome> outcomes = post(draft("a"), draft("b"), draft("a"));

        assertThat(kinds(outcomes)).containsExactly("Accepted", "Accepted", "Duplicate");
        assertThat(rawEvents.find(source, 1, List.of("a", "b"))).hasSize(2);
        assertThat(queue.jobs).extracting(job -> job.event().uuid()).containsExactlyInAnyOrder("a", "b");
        assertThat(kinds(post(draft("b"), draft("c")))).containsExactly("Duplicate", "Accepted");
        assertThat(queue.jobs).hasSize(3);
    }

    @Test
    void aDuplicateIsGivenTheOriginal() throws Exception {
        Event first = ((Outcome.Accepted) post(draft("a", "sale", 1_000L)).get(0)).event();

        Outcome.Duplicate duplicate =
                (Outcome.Duplicate) post(draft("a", "sale", 2_000L)).get(0);

        assertThat(duplicate.original().event()).isEqualTo(first);
    }

    @Test
    void anEventWithoutTimeHappensNow() throws Exception {
        long before = System.currentTimeMillis();
        Event event = ((Outcome.Accepted) post(draft("a")).get(0)).event();

        assertThat(event.timestampMillis())
                .isEqualTo(event.receivedAtMillis())
                .isBetween(before, System.currentTimeMillis());
        assertThat(event.version()).isEqualTo(definitions.known().version());
    }

    @Test
    void refusesWhatTheDefinitionsDoNotAllow() throws Exception {
        long now = System.currentTimeMillis();
        definitions.put(DefinedInMemory.source(source, Source.State.OPEN, false, 1, "sale", "checked"));

        List<Outcome> outcomes = post(
                draft("a", "other", now),
                draft("b", "sale", now + Duration.ofMinutes(6).toMillis()),
                draft("c", "sale", now - Duration.ofHours(25).toMillis()),
                draft("d", "checked", now),
                draft("e", "sale", now));

        assertThat(outcomes.subList(0, 4))
                .extracting(outcome -> ((Outcome.Rejected) outcome).rejection().code())
                .containsExactly(
                        Code.UNKNOWN_EVENT_TYPE, Code.TIMESTAMP_IN_FUTURE, Code.TOO_OLD, Code.SCHEMA_VIOLATION);
        assertThat(((Outcome.Rejected) outcomes.get(3)).rejection().pointer()).isEqualTo("/payload/amount");
        assertThat(outcomes.get(4)).isInstanceOf(Outcome.Accepted.class);
    }

    @Test
    void aKnownEventIsADuplicateWhateverHasChangedSince() throws Exception {
        post(draft("a", "sale", 1_000L));
        definitions.put(DefinedInMemory.source(source, Source.State.OPEN, false, 1));

        assertThat(kinds(post(draft("a", "sale", 1_000L), draft("b", "sale", 1_000L))))
                .containsExactly("Duplicate", "Rejected");
        PostedEvent tooLarge = new PostedEvent.Refused("a", new Rejection(Code.EVENT_TOO_LARGE, null, ""));
        PostedEvent invalid = new PostedEvent.Refused("a", Rejection.invalid("", ""));
        assertThat(kinds(post(tooLarge, invalid))).containsExactly("Duplicate", "Rejected");
    }

    @Test
    void afterARefusedEventTheNextOfItsUuidIsJudgedByItself() throws Exception {
        assertThat(kinds(post(draft("a", "other", null), draft("a"), draft("a", "other", null))))
                .containsExactly("Rejected", "Accepted", "Duplicate");
    }

    @Test
    void takesEventsOfOpenSourcesOnly() throws Exception {
        assertThatThrownBy(() -> post("nowhere", draft("a"))).hasCauseInstanceOf(UnknownSource.class);
        assertThatThrownBy(() -> post("nowhere")).hasCauseInstanceOf(UnknownSource.class);
        definitions.put(DefinedInMemory.source("going", Source.State.CLOSING, true, null));
        assertThatThrownBy(() -> post("going", draft("a"))).hasCauseInstanceOf(TryLater.class);
        definitions.put(DefinedInMemory.source("gone", Source.State.PURGING, true, null));
        assertThatThrownBy(() -> post("gone", draft("a"))).hasCauseInstanceOf(UnknownSource.class);
        assertThat(post(source)).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(SleepyRawEvents.Break.class)
    void anInsertOfUnknownOutcomeIsRepeatedAndNoDuplicateOfItself(SleepyRawEvents.Break how) throws Exception {
        rawEvents.breakOff(how, 2);

        assertThat(kinds(post(draft("a"), draft("b"), draft("c"), draft("d")))).containsOnly("Accepted");
        assertThat(rawEvents.inserts).hasValue(3);
        assertThat(queue.jobs).hasSize(4);
    }

    @Test
    void whatStaysUnknownIsNotAccepted() throws Exception {
        beImpatient();
        rawEvents.breakOff(SleepyRawEvents.Break.AFTER, Integer.MAX_VALUE);
        assertThatThrownBy(() -> post(draft("a"))).hasCauseInstanceOf(TryLater.class);

        rawEvents.breakOff(SleepyRawEvents.Break.AFTER, 0);
        await().ignoreExceptions()
                .untilAsserted(() -> assertThat(kinds(post(draft("a")))).containsExactly("Duplicate"));
    }

    @Test
    void jobsCarryTheTraceOfTheirRequestAndOthersNothing() throws Exception {
        String trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
        post(draft("known"));
        post(draft("plain"));
        PostedBody traced = new PostedBody(true, List.of(draft("known"), draft("a"), draft("b"), draft("a")), 100);
        commits.submit(source, traced, trace).toCompletableFuture().get(20, TimeUnit.SECONDS);

        assertThat(queue.jobs)
                .extracting(job -> job.event().uuid() + ' ' + job.trace())
                .containsExactlyInAnyOrder("known ", "plain ", "a " + trace, "b " + trace);
    }

    @Test
    void aLateCommitLooksWhetherTheSourceIsStillThere() {
        beImpatient();
        rawEvents.hold();
        CompletableFuture<List<Outcome>> answer = submit(source, draft("a"));
        await().until(() -> rawEvents.inserts.get() > 0);
        definitions.put(DefinedInMemory.source(source, Source.State.PURGING, true, null));
        long heldSince = System.nanoTime();
        await().until(() -> System.nanoTime() - heldSince > TimeUnit.MILLISECONDS.toNanos(500));
        rawEvents.release();

        assertThatThrownBy(answer::get).hasCauseInstanceOf(UnknownSource.class);
    }

    @Test
    void whoeverWaitsForAStoreThatHangsIsToldSo() throws Exception {
        beImpatient();
        rawEvents.hold();
        List<CompletableFuture<List<Outcome>>> answers = IntStream.range(0, 10)
                .mapToObj(i -> submit(source, draft("u" + i)))
                .toList();
        for (CompletableFuture<List<Outcome>> answer : answers) {
            assertThatThrownBy(() -> answer.get(10, TimeUnit.SECONDS)).hasCauseInstanceOf(TryLater.class);
        }

        rawEvents.release();
        await().ignoreExceptions()
                .untilAsserted(() -> assertThat(kinds(post(draft("v")))).containsAnyOf("Accepted", "Duplicate"));
    }

    @Test
    void withTheStoreAwayRequestsFailAtOnceAndItComesBackByItself() throws Exception {
        rawEvents.sleep();
        assertThatThrownBy(() -> post(draft("a"))).hasCauseInstanceOf(TryLater.class);
        int attempts = 200;
        for (int i = 0; i < attempts; i++) {
            assertThatThrownBy(() -> post(draft("a"))).hasCauseInstanceOf(TryLater.class);
        }
        assertThat(rawEvents.refused.get()).isBetween(1, attempts / 2);

        rawEvents.wake();
        await().ignoreExceptions()
                .untilAsserted(() -> assertThat(kinds(post(draft("a")))).containsExactly("Accepted"));
        definitions.sleep();
        assertThatThrownBy(() -> post(draft("b"))).hasCauseInstanceOf(TryLater.class);
        definitions.wake();
        await().ignoreExceptions()
                .untilAsserted(() -> assertThat(kinds(post(draft("b")))).containsExactly("Accepted"));
    }

    @Test
    void withTheQueueAwayEventsAreAcceptedAndItIsAskedNowAndThen() throws Exception {
        queue.sleep();
        for (int i = 0; i < 50; i++) {
            assertThat(kinds(post(draft("u" + i)))).containsExactly("Accepted");
        }
        assertThat(queue.refused.get()).isBetween(1, 25);
        queue.wake();
        await().untilAsserted(() -> {
            post(draft("late" + System.nanoTime()));
            assertThat(queue.jobs).isNotEmpty();
        });
    }

    /** Started late, so that it fills. */
    @Test
    void sharesOneCommitAndDrainsAtClose() throws Exception {
        GroupCommit idle = commits(new Settings(10, Duration.ofSeconds(15), Duration.ofSeconds(30)));
        List<CompletableFuture<List<Outcome>>> answers = new ArrayList<>();
        for (int i = 0; i < 12; i++) {
            answers.add(submit(source, idle, draft("same")));
        }
        assertThat(answers.subList(10, 12)).allMatch(CompletableFuture::isCompletedExceptionally);
        assertThat(answers.subList(0, 10)).noneMatch(CompletableFuture::isDone);

        idle.start();
        idle.close();

        assertThat(kinds(answers.get(0).get())).containsExactly("Accepted");
        for (CompletableFuture<List<Outcome>> answer : answers.subList(1, 10)) {
            assertThat(kinds(answer.get())).containsExactly("Duplicate");
        }
        assertThat(rawEvents.inserts).hasValue(1);
        assertThatThrownBy(() -> submit(source, idle, draft("b")).get()).hasCauseInstanceOf(TryLater.class);
    }

    /**
     * Random batches over few uuids by many threads, through outages of every kind: of each uuid exactly one is accepted, or
     * none where its answer got lost and it was recorded all the same; every duplicate names that one as its original.
     */
    @Test
    void theDuplicateRuleUnderRandomConcurrentBatches() throws Exception {
        long seed = System.nanoTime();
        int threads = 8;
        int uuids = 300;
        Map<String, Queue<Event>> accepted = new ConcurrentHashMap<>();
        Map<String, Queue<Event>> originals = new ConcurrentHashMap<>();
        ExecutorService clients = Executors.newFixedThreadPool(threads + 1);
        try {
            List<Future<?>> running = new ArrayList<>();
            for (int t = 0; t < threads; t++) {
                Random random = new Random(seed + t);
                running.add(clients.submit(() -> {
                    for (int round = 0; round < 60; round++) {
                        PostedEvent[] batch = IntStream.range(0, 1 + random.nextInt(30))
                                .mapToObj(i -> draft("u" + random.nextInt(uuids), "sale", random.nextLong(1_000_000)))
                                .toArray(PostedEvent[]::new);
                        postUntilAnswered(batch, accepted, originals);
                    }
                    return null;
                }));
            }
            Random outages = new Random(seed);
            while (!running.stream().allMatch(Future::isDone)) {
                SleepyRawEvents.Break[] kinds = SleepyRawEvents.Break.values();
                switch (outages.nextInt(4)) {
                    case 0 -> rawEvents.breakOff(kinds[outages.nextInt(kinds.length)], 1 + outages.nextInt(3));
                    case 1 -> rawEvents.sleep();
                    case 2 -> queue.sleep();
                    default -> definitions.sleep();
                }
                TimeUnit.MILLISECONDS.sleep(outages.nextInt(40));
                rawEvents.wake();
                queue.wake();
                definitions.wake();
                TimeUnit.MILLISECONDS.sleep(outages.nextInt(100));
            }
            for (Future<?> done : running) {
                done.get();
            }
        } finally {
            clients.shutdownNow();
        }

        assertThat(accepted).as("seed %d", seed).isNotEmpty();
        List<String> all = IntStream.range(0, uuids).mapToObj(i -> "u" + i).toList();
        Map<String, RecordedEvent> recorded = rawEvents.find(source, 1, all);
        for (String uuid : all) {
            Queue<Event> ofThis = accepted.getOrDefault(uuid, new ConcurrentLinkedQueue<>());
            Queue<Event> namedOriginal = originals.getOrDefault(uuid, new ConcurrentLinkedQueue<>());
            assertThat(ofThis.size()).as("accepted %s, seed %d", uuid, seed).isLessThanOrEqualTo(1);
            if (!ofThis.isEmpty() || !namedOriginal.isEmpty()) {
                Event stored = recorded.get(uuid).event();
                assertThat(ofThis).as("seed %d", seed).allMatch(stored::equals);
                assertThat(namedOriginal).as("seed %d", seed).allMatch(stored::equals);
            }
        }
        assertThat(queue.jobs).extracting(Job::event).doesNotHaveDuplicates();
    }

    private void postUntilAnswered(
            PostedEvent[] batch, Map<String, Queue<Event>> accepted, Map<String, Queue<Event>> originals)
            throws Exception {
        for (int attempt = 0; attempt < 10_000; attempt++) {
            try {
                for (Outcome outcome : post(batch)) {
                    if (outcome instanceof Outcome.Accepted fresh) {
                        add(accepted, fresh.event());
                    } else if (outcome instanceof Outcome.Duplicate known) {
                        add(originals, known.original().event());
                    }
                }
                return;
            } catch (ExecutionException failed) {
                assertThat(failed).hasCauseInstanceOf(TryLater.class);
                TimeUnit.MILLISECONDS.sleep(5);
            }
        }
        throw new AssertionError("never answered");
    }

    private static void add(Map<String, Queue<Event>> to, Event event) {
        to.computeIfAbsent(event.ref().uuid(), uuid -> new ConcurrentLinkedQueue<>())
                .add(event);
    }

    private void define(String... types) {
        definitions.put(DefinedInMemory.source(source, Source.State.OPEN, false, null, types));
    }

    private List<Outcome> post(PostedEvent... events) throws Exception {
        return post(source, events);
    }

    private List<Outcome> post(String to, PostedEvent... events) throws Exception {
        return submit(to, events).get(20, TimeUnit.SECONDS);
    }

    private CompletableFuture<List<Outcome>> submit(String to, PostedEvent... events) {
        return submit(to, commits, events);
    }

    private static CompletableFuture<List<Outcome>> submit(String to, GroupCommit by, PostedEvent... events) {
        return by.submit(to, new PostedBody(true, Arrays.asList(events), 100 * events.length), "")
                .toCompletableFuture();
    }

    private static List<String> kinds(List<Outcome> outcomes) {
        return outcomes.stream()
                .map(outcome -> outcome.getClass().getSimpleName())
                .toList();
    }

    private static PostedEvent draft(String uuid) {
        return draft(uuid, "sale", null);
    }

    private static PostedEvent draft(String uuid, String type, @Nullable Long timestampMillis) {
        Map<String, @Nullable Object> payload = Map.of("amount", new BigDecimal("19.90"));
        return new PostedEvent.Draft(new EventDraft(uuid, type, timestampMillis, payload, List.of(), 100));
    }

    @Test
    void whatRealtimeMayHaveMissedIsKnownBeforeTheAnswer() throws Exception {
        definitions.count();
        queue.sleep();
        long before = System.currentTimeMillis();

        post(draft("a"));

        long since = queue.since.get();
        assertThat(since).isGreaterThanOrEqualTo(RealtimeWindow.DEFAULT.completeFromMillis(before));
        // What lies before is answered from the stored rollups already.
        post(draft("b"));
        assertThat(queue.since).hasValue(since);
    }

    @Test
    void whatNoAnswerTakesFromRealtimeMovesNothing() throws Exception {
        queue.sleep();
        post(draft("not counted"));
        definitions.count();
        post(draft("old", "sale", System.currentTimeMillis() - 3_600_000));

        assertThat(queue.since).hasValue(0);
    }

    @Test
    void aDuplicateOfACommitThatWasNeverPublishedSaysSo() throws Exception {
        definitions.count();
        post(draft("a"));
        assertThat(kinds(post(draft("a")))).containsExactly("Duplicate");
        assertThat(queue.since).hasValue(0);

        queue.forget();
        assertThat(kinds(post(draft("a")))).containsExactly("Duplicate");

        assertThat(queue.since.get()).isPositive();
    }

    @Test
    void noLaterCommitVouchesForOneThatWasNotPublished() throws Exception {
        definitions.count();
        queue.sleep();
        post(draft("a"));
        queue.wake();
        await().untilAsserted(() -> {
            post(draft("b" + System.nanoTime()));
            assertThat(queue.jobs).isNotEmpty();
        });
        assertThat(queue.knows(rawEvents.commits(source, 1, List.of("a")).get("a")))
                .isFalse();
    }

    private GroupCommit commits(CommitSettings settings) {
        EventValidator validator = new EventValidator((of, type, payload) ->
                type.name().equals("checked") ? new PayloadSchema.Violation("/amount", "not so") : null);
        CommitMetrics metrics = new CommitMetrics(new SimpleMeterRegistry());
        Clock clock = Clock.systemUTC();
        Intake.Stores stores = new Intake.Stores(
                definitions,
                rawEvents,
                new MetadataNotes(new MongoMetadata(connected().getDatabase("h_intake_names_" + System.nanoTime()))),
                queue,
                new Gaps(queue, RealtimeWindow.DEFAULT, clock),
                recorded -> {});
        Publisher publisher = new Publisher(stores, new FieldMetrics(), metrics, clock, System::nanoTime);
        return new GroupCommit(stores, validator, publisher, settings, metrics, clock, System::nanoTime);
    }

    private static RawEvents store() {
        return new MongoRawEvents(connected().getDatabase("h_intake_commit_" + System.nanoTime()));
    }

    private static MongoClient connected() {
        if (client == null) {
            throw new IllegalStateException("not connected");
        }
        return client;
    }

    @BeforeAll
    static void connect() {
        client = MongoClients.create(MongoSettings.customize(
                        MongoClientSettings.builder().applyConnectionString(new ConnectionString(Servers.mongoUrl())))
                .build());
    }

    @AfterAll
    static void disconnect() {
        connected().close();
    }
}
