package dev.tallyworks.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.tallyworks.local.process.Api;
import dev.tallyworks.local.process.AppProcess;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * A store is gone, killed or standing still: the probes say so within the time that is promised, nothing is accepted that is
 * not durable, and all comes back by itself.
 */
@Timeout(value = 4, unit = TimeUnit.MINUTES)
class OutagesIT {
    /** From the loss of a store until readiness is refused. */
    private static final Duration RED = Duration.ofSeconds(5);

    private static final Duration BACK = Duration.ofMinutes(1);
    private static final String EVENTS = "/api/v1/sources/shop/events";
    private static final String RANGE = "start=2026-01-05T00:00:00Z&end=2026-01-06T00:00:00Z";

    private static final HttpClient CLIENT = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(5))
            .build();

    private static RealServers servers;
    private static Product product;
    private static AppProcess ingest;
    private static Api api;
    private static Api worker;
    private static String report;
    private static int posted;
    /** Events that were not taken, as far as anyone knows. */
    private static final Deque<String> REFUSED = new ArrayDeque<>();

    private static final Map<String, Map<String, Integer>> OBSERVED = new LinkedHashMap<>();

    private final Set<String> liveness = ConcurrentHashMap.newKeySet();

    @BeforeAll
    static void start() throws IOException {
        servers = new RealServers();
        product = new Product(OutagesIT.class, servers.mongoUrl(), servers.redisUrl());
        List<AppProcess> processes = product.start(product.ingest("ingest"), product.worker("worker"));
        ingest = processes.get(0);
        api = Product.api(ingest);
        worker = Product.api(processes.get(1));
        api.post("/api/v1/sources", "{\"name\": \"shop\", \"openTypes\": true}").orThrow();
        report = api.post("/api/v1/reports", """
                {"name": "r", "aggregations": [{"targetCollection": "aggr_r", "filter": {"sources": ["shop"]}}]}""").orThrow().json().path("id").asText();
    }

    @AfterAll
    static void stop() {
        if (product != null) {
            product.close();
        }
        if (servers != null) {
            servers.close();
        }
    }

    /** A new event, and what it was answered, with its headers. */
    private static HttpResponse<String> post() throws IOException, InterruptedException {
        String uuid = "e" + ++posted;
        HttpResponse<String> answer = post(uuid);
        if (answer.statusCode() != 201) {
            REFUSED.add(uuid);
        }
        return answer;
    }

    private static HttpResponse<String> post(String uuid) throws IOException, InterruptedException {
        String event = "{\"uuid\": \"" + uuid + "\", \"type\": \"sale\", \"timestamp\": \"2026-01-05T12:00:00Z\"}";
        return CLIENT.send(
                HttpRequest.newBuilder(
                                URI.create("http://127.0.0.1:" + ingest.spec().port() + EVENTS))
                        .header("Content-Type", "application/json")
                        .timeout(Duration.ofSeconds(20))
                        .POST(HttpRequest.BodyPublishers.ofString(event))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }

    /** All is well, and what was ever posted is counted once, as soon as what was refused has been posted again. */
    private static void allIsWell() throws IOException, InterruptedException {
        await("the ingest API is ready").atMost(BACK).until(() -> api.isHealthy("ready"));
        await("the worker is ready").atMost(BACK).until(() -> worker.isHealthy("ready"));
        assertThat(api.isHealthy("started")).isTrue();
        assertThat(worker.isHealthy("started")).isTrue();
        await("a post is taken").atMost(BACK).until(() -> post().statusCode() == 201);
        while (!REFUSED.isEmpty()) {
            assertThat(post(REFUSED.remove()).statusCode()).isIn(200, 201);
        }
        Product.awaitCount(api, report, RANGE, posted, BACK);
    }

    /** What all probes of both applications say while a store is away; see {@link #printTable}. */
    private static void observe(String outage, int ingestReady, int workerReady) {
        Map<String, Integer> seen = new LinkedHashMap<>();
        for (String probe : List.of("live", "ready", "started")) {
            seen.put("ingest " + probe, api.health(probe));
            seen.put("worker " + probe, worker.health(probe));
        }
        OBSERVED.put(outage, seen);
        assertThat(seen)
                .as(outage)
                .isEqualTo(Map.of(
                        "ingest live", 200,
                        "ingest ready", ingestReady,
                        "ingest started", 200,
                        "worker live", 200,
                        "worker ready", workerReady,
                        "worker started", 200));
    }

    @AfterAll
    static void printTable() {
        OBSERVED.forEach((outage, seen) -> System.out.println("OutagesIT: " + outage + ": " + seen));
    }

    private static void isRed(String what, Api application) {
        await(what + " is not ready")
                .atMost(RED)
                .pollInterval(Duration.ofMillis(200))
                .until(() -> application.health("ready") == 503);
    }

    @FunctionalInterface
    private interface Step {
        void run() throws Exception;
    }

    /** Does something while both applications are asked over and over whether they live, which they must. */
    private void alive(Step step) throws Exception {
        ScheduledExecutorService asking = Executors.newSingleThreadScheduledExecutor();
        try {
            asking.scheduleWithFixedDelay(
                    () -> {
                        note("ingest", api.health("live"));
                        note("worker", worker.health("live"));
                    },
                    0,
                    200,
                    TimeUnit.MILLISECONDS);
            step.run();
        } finally {
            asking.shutdownNow();
            assertThat(asking.awaitTermination(20, TimeUnit.SECONDS)).isTrue();
        }
        assertThat(liveness).containsExactlyInAnyOrder("ingest 200", "worker 200");
    }

    private void note(String application, int status) {
        if (!Thread.currentThread().isInterrupted()) {
            liveness.add(application + " " + status);
        }
    }

    /** MongoDB away: nothing is accepted, and whoever posts is told so at once. */
    private static void withoutMongo(String outage) throws Exception {
        isRed("the ingest API", api);
        isRed("the worker", worker);
        observe(outage, 503, 503);
        for (int i = 0; i < 5; i++) {
            HttpResponse<String> refused = post();
            assertThat(refused.statusCode()).isEqualTo(503);
            assertThat(refused.headers().firstValue("Retry-After"))
                    .get()
                    .asString()
                    .matches("[1-9][0-9]*");
            assertThat(refused.headers().firstValue("Content-Type")).hasValue("application/problem+json");
            assertThat(refused.body()).contains("\"type\":\"urn:tallyworks:unavailable\"", "\"status\":503");
        }
        Api.Answer question = api.get("/api/v1/reports/" + report + "/query?metric=COUNT&granularity=all&" + RANGE);
        assertThat(question.status()).as(question.text()).isEqualTo(503);
    }

    /** Redis away: events are accepted all the same. */
    private static void withoutRedis(String outage) throws Exception {
        isRed("the worker", worker);
        observe(outage, 200, 503);
        for (int i = 0; i < 5; i++) {
            assertThat(post().statusCode()).isEqualTo(201);
        }
        assertThat(api.health("ready")).isEqualTo(200);
    }

    @Test
    void mongoIsKilled() throws Exception {
        allIsWell();
        alive(() -> {
            servers.killMongo();
            withoutMongo("MongoDB is killed");
            servers.restartMongo();
            allIsWell();
        });
    }

    /** What begins while MongoDB is away waits for it, without being killed for that, and lets nobody in. */
    @Test
    void whatBeginsWithoutMongoWaitsForIt() throws Exception {
        allIsWell();
        servers.killMongo();
        List<Api> young = new ArrayList<>();
        for (AppProcess process : List.of(
                product.launch(product.ingest("ingest-young")), product.launch(product.worker("worker-young")))) {
            Api begun = Product.api(process);
            young.add(begun);
            await("it answers").atMost(BACK).until(() -> begun.health("live") == 200);
            assertThat(begun.health("ready")).isEqualTo(503);
        }
        assertThat(young.get(0).get("/api/v1/sources").status()).isEqualTo(503);
        servers.restartMongo();
        for (Api begun : young) {
            await("it is ready").atMost(BACK).until(() -> begun.isHealthy("ready"));
        }
        assertThat(young.get(0).get("/api/v1/sources").status()).isEqualTo(200);
        allIsWell();
    }

    @Test
    void mongoStandsStill() throws Exception {
        allIsWell();
        alive(() -> {
            servers.pauseMongo();
            try {
                withoutMongo("MongoDB stands still");
            } finally {
                servers.wakeMongo();
            }
            allIsWell();
        });
    }

    @Test
    void redisIsKilled() throws Exception {
        allIsWell();
        alive(() -> {
            servers.killRedis();
            withoutRedis("Redis is killed");
            servers.restartRedis();
            allIsWell();
        });
    }

    @Test
    void redisStandsStill() throws Exception {
        allIsWell();
        alive(() -> {
            servers.pauseRedis();
            try {
                withoutRedis("Redis stands still");
            } finally {
                servers.wakeRedis();
            }
            allIsWell();
        });
    }

    /** It would lose numbers with nobody noticing. */
    @Test
    void redisMayDropKeys() throws Exception {
        allIsWell();
        alive(() -> {
            servers.setRedisPolicy("allkeys-lru");
            try {
                isRed("the ingest API", api);
                isRed("the worker", worker);
                observe("Redis may drop keys", 503, 503);
            } finally {
                servers.setRedisPolicy("noeviction");
            }
            allIsWell();
        });
    }
}
