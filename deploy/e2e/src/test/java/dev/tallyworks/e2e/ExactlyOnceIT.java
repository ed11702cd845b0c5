package dev.tallyworks.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoDatabase;
import dev.tallyworks.local.process.Api;
import dev.tallyworks.local.process.AppProcess;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.bson.Document;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import redis.clients.jedis.Jedis;

/**
 * Every event that was answered 2xx counts exactly once, whatever dies meanwhile: workers and ingest processes by kill -9,
 * workers that sleep beyond their lease and wake, Redis emptied or restarted empty, MongoDB killed and started again; first
 * each alone, then all at once. The faults follow a seed, which is printed; {@code TW_TEST_SEED} gives it.
 */
class ExactlyOnceIT {
    private static final int CLIENTS = 4;
    private static final int LANES = 8;
    private static final Duration LEASE = Duration.ofSeconds(4);
    /** Between two faults. */
    private static final Duration PAUSE = Duration.ofSeconds(4);

    private static final int ROUNDS_AT_ONCE = 3;

    private final long seed =
            System.getenv("TW_TEST_SEED") == null ? System.nanoTime() : Long.parseLong(System.getenv("TW_TEST_SEED"));
    private final Random random = new Random(seed);
    private final List<AppProcess.Spec> ingests = new ArrayList<>();
    private final List<AppProcess.Spec> workers = new ArrayList<>();
    private final List<AppProcess> processes = new ArrayList<>();

    @Test
    @Timeout(value = 8, unit = TimeUnit.MINUTES)
    void everyAcceptedEventCountsOnce() throws Exception {
        System.out.println("ExactlyOnceIT: seed " + seed);
        try (RealServers servers = new RealServers();
                Product product = new Product(ExactlyOnceIT.class, servers.mongoUrl(), servers.redisUrl())) {
            product.with("TALLYWORKS_WORKER_LEASE", LEASE.toSeconds() + "s")
                    .with("TALLYWORKS_WORKER_LANES", Integer.toString(LANES));
            start(product);
            List<Api> apis = ingests.stream().map(spec -> new Api(spec.port())).toList();
            String report = define(apis.get(0));
            Clients clients = new Clients(apis, CLIENTS, seed);

            harm(servers, product);

            revive(product);
            clients.finish(Duration.ofMinutes(2));
            assertThat(clients.refused())
                    .as("answers that are neither 2xx nor 503")
                    .isEmpty();
            try (MongoClient client = servers.mongoClient()) {
                MongoDatabase database = client.getDatabase(RealServers.database());
                awaitNothingLeft(database, apis.get(0), servers, product.namespace());
                verify(database, clients, apis.get(0), report);
            }
        }
    }

    private void start(Product product) {
        for (int i = 1; i <= 2; i++) {
            ingests.add(product.ingest("ingest-" + i));
        }
        for (int i = 1; i <= 3; i++) {
            workers.add(product.worker("worker-" + i));
        }
        List<AppProcess.Spec> all = new ArrayList<>(ingests);
        all.addAll(workers);
        processes.addAll(product.start(all.toArray(AppProcess.Spec[]::new)));
    }

    private static String define(Api api) throws IOException {
        api.post("/api/v1/sources", "{\"name\": \"shop\", \"openTypes\": true}").orThrow();
        api.post("/api/v1/reports", """
                {"name": "by minute", "aggregations": [{"targetCollection": "aggr_by_minute", "granularity": "minute",
                 "filter": {"sources": ["shop"]}, "partition": {"enabled": true, "length": 60}}]}""").orThrow();
        return api.post("/api/v1/reports", """
                {"name": "by hour", "aggregations": [{"targetCollection": "aggr_by_hour", "granularity": "hour",
                 "filter": {"sources": ["shop"]}}]}""").orThrow().json().path("id").asText();
    }

    private void harm(RealServers servers, Product product) {
        Runnable killWorker = () -> replace(random.nextInt(workers.size()) + ingests.size(), product);
        Runnable killIngest = () -> replace(random.nextInt(ingests.size()), product);
        Runnable sleepWorker = () -> sleepBeyondLease(ingests.size());
        List<Runnable> faults = new ArrayList<>(List.of(
                killWorker,
                killWorker,
                sleepWorker,
                killIngest,
                servers::flushRedis,
                servers::restartRedis,
                servers::restartMongo));
        Collections.shuffle(faults, random);
        for (Runnable fault : faults) {
            fault.run();
            pause();
        }
        for (int round = 0; round < ROUNDS_AT_ONCE; round++) {
            processes.get(ingests.size()).pause();
            killWorker.run();
            servers.flushRedis();
            killIngest.run();
            servers.restartMongo();
            servers.restartRedis();
            pause();
            LockSupport.parkNanos(LEASE.toNanos());
            processes.get(ingests.size()).wake();
            pause();
        }
    }

    private static void pause() {
        LockSupport.parkNanos(PAUSE.toNanos());
    }

    /** kill -9, and the same again at once. The first worker is only ever put to sleep. */
    private void replace(int index, Product product) {
        int victim = index == ingests.size() ? index + 1 : index;
        AppProcess old = processes.get(victim);
        old.kill();
        processes.set(victim, product.launch(old.spec()));
    }

    private void sleepBeyondLease(int index) {
        AppProcess worker = processes.get(index);
        worker.pause();
        LockSupport.parkNanos(LEASE.multipliedBy(2).toNanos());
        worker.wake();
    }

    /** All run again, as a supervisor would see to it. */
    private void revive(Product product) {
        for (int i = 0; i < processes.size(); i++) {
            processes.get(i).wake();
            if (!processes.get(i).isAlive()) {
                System.out.println(processes.get(i).spec().name() + " had ended by itself");
                processes.set(i, product.launch(processes.get(i).spec()));
            }
        }
        processes.forEach(Product::awaitReady);
    }

    private static void awaitNothingLeft(MongoDatabase database, Api api, RealServers servers, String namespace) {
        await("nothing is pending")
                .atMost(Duration.ofMinutes(2))
                .pollInterval(Duration.ofMillis(500))
                .until(() -> database.getCollection("events_shop").countDocuments(new Document("pending", true)) == 0);
        await("every lane is done with its batch")
                .atMost(Duration.ofMinutes(1))
                .pollInterval(Duration.ofMillis(500))
                .until(() -> database.getCollection("lanes")
                                .countDocuments(new Document("state", new Document("$ne", "done")))
                        == 0);
        await("no job is left anywhere")
                .atMost(Duration.ofMinutes(1))
                .pollInterval(Duration.ofMillis(500))
                .untilAsserted(() -> {
                    assertThat(jobs(servers)).as("of namespace " + namespace).isEmpty();
                    JsonNode queue = api.get("/api/v1/queue").orThrow().json();
                    for (String where : List.of("ready", "processing", "delayed", "dead")) {
                        assertThat(queue.path(where).asLong()).as(where).isZero();
                    }
                });
    }

    /** The keys in Redis that hold jobs. */
    private static Set<String> jobs(RealServers servers) {
        Set<String> left = new HashSet<>();
        try (Jedis redis = servers.jedis()) {
            for (String key : redis.keys("*")) {
                String type = redis.type(key);
                if (type.equals("list") || type.equals("zset")) {
                    left.add(key);
                }
            }
        }
        return left;
    }

    private static void verify(MongoDatabase database, Clients clients, Api api, String report) throws IOException {
        Set<String> recorded = new HashSet<>();
        for (Document event : database.getCollection("events_shop").find().projection(new Document("_id", 1))) {
            recorded.add(event.getString("_id"));
        }
        System.out.println("ExactlyOnceIT: " + recorded.size() + " events");
        assertThat(recorded).hasSizeGreaterThan(1_000);
        assertThat(recorded).containsAll(clients.acknowledged());
        assertThat(clients.sent()).containsAll(recorded);

        for (Map.Entry<String, Long> width :
                Map.of("aggr_by_minute", 60_000L, "aggr_by_hour", 3_600_000L).entrySet()) {
            assertThat(Recount.differences(
                            Recount.ofEvents(database, "shop", width.getValue()),
                            Recount.ofRollups(database, width.getKey())))
                    .as("differences between events and rollups of " + width.getKey())
                    .isEmpty();
        }
        assertThat(Recount.lanesMax(database, "aggr_")).isBetween(1, LANES);

        JsonNode answer = api.get("/api/v1/reports/" + report + "/query?metric=COUNT&granularity=all&start="
                        + Clients.FROM + "&end=" + Clients.FROM.plus(Duration.ofHours(Clients.HOURS)))
                .orThrow()
                .json();
        assertThat(answer.path("points").get(0).path("value").asLong()).isEqualTo(recorded.size());
        assertThat(answer.path("partial").asBoolean()).isFalse();
    }
}
