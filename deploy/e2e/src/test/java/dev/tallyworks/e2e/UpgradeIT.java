package dev.tallyworks.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoClients;
import com.mongodb.client.MongoDatabase;
import com.mongodb.client.model.Filters;
import dev.tallyworks.local.Ports;
import dev.tallyworks.local.process.Api;
import dev.tallyworks.local.process.AppProcess;
import dev.tallyworks.local.process.Installation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * The release before this one is replaced process by process, taken back in part, and replaced for good, while clients post and
 * ask. In between both releases run side by side, and aggregations are added and rebuilt by either: no answer is wrong, no
 * request fails that a retry does not heal, and everything counts exactly once. Skipped where {@code deploy/e2e/previous} has
 * not built that release.
 */
class UpgradeIT {
    /** What an orchestrator is told to allow. */
    private static final Duration GRACE = Duration.ofSeconds(40);

    private static final Duration LIMIT = Duration.ofMinutes(2);
    private static final int CLIENTS = 3;
    private static final int WATCHERS = 2;
    private static final List<String> SOURCES = List.of("shop", "stall");
    /** So many are aggregated between two replacements. */
    private static final int EVENTS_BETWEEN = 150;

    private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

    private final long seed =
            System.getenv("TW_TEST_SEED") == null ? System.nanoTime() : Long.parseLong(System.getenv("TW_TEST_SEED"));
    private final Queue<String> wrong = new ConcurrentLinkedQueue<>();
    private volatile boolean stopping;

    /** The previous release, where it was built. */
    private static Installation previous(Path root) throws IOException {
        Path folder = root.resolve("target/previous");
        Path built = folder.resolve("built");
        String wanted =
                Files.readString(root.resolve("deploy/e2e/previous-landing")).strip();
        boolean isThere = Files.exists(built) && Files.readString(built).strip().equals(wanted);
        if (!isThere) {
            System.out.println("UpgradeIT is skipped: deploy/e2e/previous builds " + wanted + " for it");
        }
        assumeTrue(isThere, "there are no jars of " + wanted + ": deploy/e2e/previous builds them");
        return Installation.at(folder);
    }

    @Test
    @Timeout(value = 8, unit = TimeUnit.MINUTES)
    void isExactProcessByProcess() throws Exception {
        System.out.println("UpgradeIT: seed " + seed);
        try (Product product = Product.onTestServers(UpgradeIT.class);
                MongoClient client = MongoClients.create(product.mongoUrl())) {
            Installation newer = product.installation();
            Installation older = previous(newer.root());
            product.with("TALLYWORKS_WORKER_LANES", "4").with("TALLYWORKS_WORKER_REBUILD_WINDOW_EVENTS", "200");
            Fleet fleet = new Fleet(product, older);
            List<Api> apis = fleet.ingests.stream().map(Product::api).toList();
            MongoDatabase database = client.getDatabase(product.database());

            for (String source : SOURCES) {
                apis.get(0)
                        .post("/api/v1/sources", "{\"name\": \"" + source + "\", \"openTypes\": true}")
                        .orThrow();
            }
            CountedReport steady = report(apis.get(0), "steady");
            add(apis.get(0), steady, "aggr_steady", List.of("sale", "refund"), Meaning.Width.SECOND);
            CountedReport changing = report(apis.get(1), "changing");
            CountedAggregation rebuilt =
                    add(apis.get(1), changing, "aggr_changing", List.of("sale", "refund"), Meaning.Width.MINUTE);
            List<CountedReport> reports = List.of(steady, changing);

            LoadClients clients = new LoadClients(apis, CLIENTS, SOURCES, seed, wrong);
            LoadQuestions questions = new LoadQuestions(clients::events, wrong);
            ExecutorService threads = Executors.newFixedThreadPool(WATCHERS);
            List<Future<?>> watchers = new ArrayList<>();
            for (int i = 0; i < WATCHERS; i++) {
                Random random = new Random(seed + 100 + i);
                watchers.add(threads.submit(() -> watch(apis, reports, clients, questions, random)));
            }
            try {
                awaitMore(database);
                fleet.replaceWorker(0, newer);
                awaitMore(database);
                fleet.replaceIngest(0, newer);
                add(apis.get(0), steady, "aggr_steady_added", List.of("visit", "click"), Meaning.Width.MINUTE);
                awaitMore(database);

                fleet.replaceWorker(0, older);
                awaitMore(database);
                fleet.replaceIngest(0, older);
                awaitMore(database);

                fleet.replaceIngest(1, newer);
                add(apis.get(0), changing, "aggr_changing_added", List.of("visit", "click"), Meaning.Width.QUARTER);
                awaitMore(database);
                fleet.replaceWorker(1, newer);
                rebuild(apis.get(1), rebuilt);
                awaitMore(database);
                fleet.replaceWorker(0, newer);
                awaitMore(database);
                fleet.replaceIngest(0, newer);
                awaitMore(database);
            } finally {
                stopping = true;
                clients.finish(LIMIT);
            }
            for (Future<?> watcher : watchers) {
                watcher.get(LIMIT.toSeconds(), TimeUnit.SECONDS);
            }
            threads.shutdown();
            System.out.println("UpgradeIT: " + clients.events().size() + " events, " + clients.retried()
                    + " requests sent again, answers " + questions.tally());
            assertThat(wrong).isEmpty();
            assertThat(clients.retried()).as("requests that met no process").isPositive();
            for (LoadQuestions.Mode mode : LoadQuestions.Mode.values()) {
                assertThat(questions.tally()).containsKey(mode.parameter() + " whole");
            }
            verify(database, apis, clients, questions, reports, rebuilt);
        }
    }

    /** The processes that run now. */
    private static final class Fleet {
        private final Product product;
        private final List<AppProcess> ingests = new ArrayList<>();
        private final List<AppProcess> workers = new ArrayList<>();

        Fleet(Product product, Installation release) {
            this.product = product;
            List<AppProcess> started = product.start(
                    product.ingest("ingest-1", Ports.free(), release),
                    product.ingest("ingest-2", Ports.free(), release),
                    product.worker("worker-1", Ports.free(), release),
                    product.worker("worker-2", Ports.free(), release));
            ingests.addAll(started.subList(0, 2));
            workers.addAll(started.subList(2, 4));
        }

        /** The old one ends first: clients see that nobody is there. */
        void replaceIngest(int index, Installation release) throws Exception {
            AppProcess.Spec old = ingests.get(index).spec();
            replace(ingests, index, product.ingest(old.name(), old.port(), release));
        }

        void replaceWorker(int index, Installation release) throws Exception {
            AppProcess.Spec old = workers.get(index).spec();
            replace(workers, index, product.worker(old.name(), old.port(), release));
        }

        private void replace(List<AppProcess> processes, int index, AppProcess.Spec next) throws Exception {
            AppProcess old = processes.get(index);
            assertThat(old.isAlive()).as(old.spec().name() + " runs").isTrue();
            assertThat(old.spec().command()).isNotEqualTo(next.command());
            old.requestStop();
            old.onExit().get(GRACE.toSeconds(), TimeUnit.SECONDS);
            AppProcess started = product.launch(next);
            Product.awaitReady(started);
            processes.set(index, started);
        }
    }

    private static CountedReport report(Api api, String name) throws IOException {
        return new CountedReport(api.post("/api/v1/reports", "{\"name\": \"" + name + "\"}")
                .orThrow()
                .json()
                .path("id")
                .asText());
    }

    private static CountedAggregation add(
            Api api, CountedReport report, String target, List<String> types, Meaning.Width width) throws IOException {
        Meaning meaning = new Meaning(width, List.of(), types, Meaning.Width.DAY, 1_000, 0);
        CountedAggregation made = new CountedAggregation(report, target, types, meaning);
        report.aggregations().add(made);
        made.defined(api.post(
                        report.path() + "/aggregations",
                        "{\"targetCollection\": \"" + made.target() + "\", " + meaning.members() + "}")
                .orThrow()
                .json()
                .path("id")
                .asText());
        return made;
    }

    private static void rebuild(Api api, CountedAggregation aggregation) throws IOException {
        Call call = Call.begin();
        aggregation.building(new CountedAggregation.Numbers(
                null, call, Call.after(call), aggregation.newest().meaning(), Long.MIN_VALUE, Long.MAX_VALUE));
        JsonNode begun = api.post(
                        aggregation.report().path() + "/rebuilds", "{\"aggregations\": [\"" + aggregation.id() + "\"]}")
                .orThrow()
                .json();
        call.end();
        aggregation.named(begun.path("id").asText());
    }

    /** Totals are what they may be at any time, whichever process is asked. */
    private void watch(
            List<Api> apis, List<CountedReport> reports, LoadClients clients, LoadQuestions questions, Random random) {
        List<LoadQuestions.Mode> modes = List.of(LoadQuestions.Mode.values());
        while (!stopping && wrong.isEmpty()) {
            LoadQuestions.About about = random.nextBoolean()
                    ? LoadQuestions.About.everything()
                    : LoadQuestions.About.client(
                            clients.names().get(random.nextInt(clients.names().size())));
            questions.ask(
                    apis.get(random.nextInt(apis.size())),
                    reports.get(random.nextInt(reports.size())),
                    modes.get(random.nextInt(modes.size())),
                    random.nextBoolean() ? about.ofNow() : about);
            LockSupport.parkNanos(PAUSE_NANOS);
        }
    }

    private static long aggregated(MongoDatabase database) {
        return SOURCES.stream()
                .mapToLong(source ->
                        database.getCollection("events_" + source).countDocuments(Filters.exists("batchVersion")))
                .sum();
    }

    private void awaitMore(MongoDatabase database) {
        long before = aggregated(database);
        await("more is aggregated").atMost(LIMIT).until(() -> aggregated(database) >= before + EVENTS_BETWEEN);
        assertThat(wrong).isEmpty();
    }

    private static void verify(
            MongoDatabase database,
            List<Api> apis,
            LoadClients clients,
            LoadQuestions questions,
            List<CountedReport> reports,
            CountedAggregation rebuilt)
            throws IOException {
        await("it is rebuilt").atMost(LIMIT).until(() -> apis.get(0)
                .get(rebuilt.report().path() + "/rebuilds/" + rebuilt.newest().rebuild())
                .orThrow()
                .json()
                .path("state")
                .asText()
                .equals("done"));
        rebuilt.newest().inForce().end();
        await("nothing is pending").atMost(LIMIT).until(() -> SOURCES.stream()
                .allMatch(source ->
                        database.getCollection("events_" + source).countDocuments(Filters.exists("pending")) == 0));
        await("no job is left, and no batch under way").atMost(LIMIT).untilAsserted(() -> {
            JsonNode queue = apis.get(0).get("/api/v1/queue").orThrow().json();
            for (String where : List.of("ready", "processing", "delayed", "dead")) {
                assertThat(queue.path(where).asLong(-1)).as(where).isZero();
            }
            assertThat(database.getCollection("lanes").countDocuments(Filters.ne("state", "done")))
                    .isZero();
        });
        CountedAtTheEnd end = new CountedAtTheEnd(database, clients.events());
        end.assertRecorded();
        end.assertInOrder(reports);
        end.assertCounted(apis, reports, questions.realtimeStart());
        for (JsonNode audited : CountedAtTheEnd.assertAudited(apis.get(1), reports)) {
            assertThat(audited.path("aggregations")).hasSize(2);
            for (JsonNode aggregation : audited.path("aggregations")) {
                assertThat(aggregation.path("events").asLong()).isPositive();
                assertThat(aggregation.path("difference").asLong(-1)).isZero();
            }
        }
    }
}
