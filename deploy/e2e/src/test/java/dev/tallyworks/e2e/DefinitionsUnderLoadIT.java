package dev.tallyworks.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoClients;
import com.mongodb.client.MongoDatabase;
import dev.tallyworks.local.process.Api;
import dev.tallyworks.local.process.AppProcess;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.bson.Document;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Definitions are changed while clients post to two processes: aggregations added, filled, patched, rebuilt, deleted and made
 * anew, reports deactivated and activated, sources and types added. Each change is in force for the very next event, on the
 * other process too, and for none before, in every mode; and in the end every total is exact. The changes follow a seed, which
 * is printed; {@code TW_TEST_SEED} gives it. {@code -Dtallyworks.changes.seconds} says for how long.
 */
class DefinitionsUnderLoadIT {
    private static final Duration LASTS = Duration.ofSeconds(Integer.getInteger("tallyworks.changes.seconds", 40));
    private static final Duration LIMIT = Duration.ofMinutes(3);
    private static final int CLIENTS = 3;
    private static final int WATCHERS = 2;
    private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(50);
    /** So many show that it is not all excused as partial. */
    private static final long EXACT_MIN = 50;

    private final long seed =
            System.getenv("TW_TEST_SEED") == null ? System.nanoTime() : Long.parseLong(System.getenv("TW_TEST_SEED"));
    private final Queue<String> wrong = new ConcurrentLinkedQueue<>();
    private volatile boolean stopping;

    /** A question that is asked again and again. */
    private record Watched(CountedReport report, String parameters) {}

    @Test
    @Timeout(value = 1, unit = TimeUnit.HOURS)
    void aChangeIsInForceFromTheVeryNextEventOn() throws Exception {
        System.out.println("DefinitionsUnderLoadIT: seed " + seed);
        try (Product product = Product.onTestServers(DefinitionsUnderLoadIT.class);
                MongoClient client = MongoClients.create(product.mongoUrl())) {
            MongoDatabase database = client.getDatabase(product.database());
            // What a slow machine keeps Redis from being told of is answered from MongoDB alone for some minutes.
            BooleanSupplier realtimeIsComplete =
                    () -> database.getCollection("realtime").countDocuments() == 0;
            product.with("TALLYWORKS_WORKER_REBUILD_WINDOW_EVENTS", "500");
            List<AppProcess> processes = product.start(
                    product.ingest("ingest-1"),
                    product.ingest("ingest-2"),
                    product.worker("worker-1"),
                    product.worker("worker-2"));
            List<Api> apis = List.of(Product.api(processes.get(0)), Product.api(processes.get(1)));
            DefinitionChanger.defineSources(apis.get(0));
            LoadClients clients = new LoadClients(apis, CLIENTS, List.of("shop", "stall"), seed, wrong);
            LoadQuestions questions = new LoadQuestions(clients::events, wrong);
            DefinitionChanger changer =
                    new DefinitionChanger(apis, clients, questions, seed, wrong, realtimeIsComplete);
            changer.define();
            ExecutorService threads = Executors.newFixedThreadPool(WATCHERS);
            List<Future<?>> watchers = new ArrayList<>();
            for (int i = 0; i < WATCHERS; i++) {
                Random random = new Random(seed + 100 + i);
                watchers.add(threads.submit(() -> watch(apis, changer.reports(), clients, questions, random)));
            }
            try {
                changer.run(LASTS);
            } finally {
                stopping = true;
                clients.finish(LIMIT);
            }
            for (Future<?> watcher : watchers) {
                watcher.get(LIMIT.toSeconds(), TimeUnit.SECONDS);
            }
            threads.shutdown();
            System.out.println("DefinitionsUnderLoadIT: " + questions.tally());
            assertThat(wrong).isEmpty();
            assertThat(changer.notSeen())
                    .as("changes that no answer knew of at once")
                    .isEmpty();
            if (realtimeIsComplete.getAsBoolean()) {
                assertThat(questions.tally().getOrDefault("combined exact", 0L)).isGreaterThan(EXACT_MIN);
                assertThat(questions.tally().getOrDefault("realtime exact", 0L)).isGreaterThan(EXACT_MIN);
            }
            verify(database, apis, clients, questions, changer);
        }
    }

    /** Totals are what they may be at any time, and become no smaller by themselves. */
    private void watch(
            List<Api> apis, List<CountedReport> reports, LoadClients clients, LoadQuestions questions, Random random) {
        Map<Watched, LoadQuestions.Whole> last = new HashMap<>();
        while (!stopping && wrong.isEmpty()) {
            CountedReport report = reports.get(random.nextInt(reports.size()));
            LoadQuestions.About about =
                    switch (random.nextInt(3)) {
                        case 0 ->
                            LoadQuestions.About.type(LoadClients.TYPES.get(random.nextInt(LoadClients.TYPES.size())));
                        case 1 ->
                            LoadQuestions.About.client(clients.names()
                                    .get(random.nextInt(clients.names().size())));
                        default -> LoadQuestions.About.everything();
                    };
            about = random.nextBoolean() ? about.ofNow() : about;
            LoadQuestions.Mode mode =
                    switch (random.nextInt(5)) {
                        case 0 -> LoadQuestions.Mode.REALTIME;
                        case 1 -> LoadQuestions.Mode.HISTORICAL;
                        default -> LoadQuestions.Mode.COMBINED;
                    };
            LoadQuestions.Whole whole = questions.ask(apis.get(random.nextInt(apis.size())), report, mode, about);
            // A range of what is young moves.
            if (whole != null && mode != LoadQuestions.Mode.REALTIME && !about.young()) {
                LoadQuestions.Whole before = last.put(new Watched(report, about.parameters()), whole);
                if (before != null
                        && report.isSteady(before.question(), whole.question())
                        && whole.counted() < before.counted()) {
                    wrong.add("from " + before + " to " + whole + ", of " + about);
                }
            }
            LockSupport.parkNanos(PAUSE_NANOS);
        }
    }

    private void verify(
            MongoDatabase database,
            List<Api> apis,
            LoadClients clients,
            LoadQuestions questions,
            DefinitionChanger changer)
            throws IOException {
        for (CountedReport report : changer.reports()) {
            report.there().forEach(changer::awaitBuilt);
        }
        List<LoadEvent> events = clients.events();
        await("nothing is pending").atMost(LIMIT).until(() -> events.stream()
                .map(LoadEvent::source)
                .distinct()
                .allMatch(source ->
                        database.getCollection("events_" + source).countDocuments(new Document("pending", true)) == 0));
        CountedAtTheEnd end = new CountedAtTheEnd(database, events);
        end.assertRecorded();
        end.assertInOrder(changer.reports());
        end.assertCounted(apis, changer.reports(), questions.realtimeStart());
        CountedAtTheEnd.assertAudited(apis.get(1), changer.reports());
        assertThat(wrong).isEmpty();
    }
}
