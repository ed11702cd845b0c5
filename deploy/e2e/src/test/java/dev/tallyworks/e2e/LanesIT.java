package dev.tallyworks.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoClients;
import com.mongodb.client.MongoDatabase;
import com.mongodb.client.model.Filters;
import dev.tallyworks.local.process.Api;
import dev.tallyworks.local.process.AppProcess;
import dev.tallyworks.servers.Servers;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.function.IntFunction;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Eight lanes in several processes write the same numbers at once: all into one hot series, and into very many. The numbers
 * are exact, and what a rollup keeps of the lanes stays within their number. On given servers with the full load.
 */
@Timeout(value = 10, unit = TimeUnit.MINUTES)
class LanesIT {
    private static final boolean FULL = Servers.areGiven();
    private static final int LANES = 8;
    private static final int WORKERS = FULL ? 4 : 2;
    private static final int HOT_EVENTS = FULL ? 100_000 : 12_000;
    private static final int SERIES = FULL ? 100_000 : 4_000;
    private static final int BATCH = 2_000;
    private static final Instant HOUR = Instant.parse("2026-01-05T10:00:00Z");
    private static final String RANGE = "start=2026-01-05T10:00:00Z&end=2026-01-05T11:00:00Z";
    private static final Duration LIMIT = Duration.ofMinutes(5);

    private static final Product PRODUCT = Product.onTestServers(LanesIT.class)
            .with("TALLYWORKS_WORKER_LANES", Integer.toString(LANES))
            .with("TALLYWORKS_WORKER_THREADS", Integer.toString(LANES / WORKERS))
            // Small, so that each lane has many.
            .with("TALLYWORKS_WORKER_BATCH_EVENTS_MAX", "500");
    private static final MongoClient CLIENT = MongoClients.create(PRODUCT.mongoUrl());
    private static final MongoDatabase DATABASE = CLIENT.getDatabase(PRODUCT.database());
    private static final long SEED = System.nanoTime();
    private static final Random RANDOM = new Random(SEED);
    private static Api api;

    @BeforeAll
    static void start() {
        System.out.println("LanesIT: seed " + SEED);
        List<AppProcess.Spec> specs = new ArrayList<>(List.of(PRODUCT.ingest("ingest")));
        for (int i = 1; i <= WORKERS; i++) {
            specs.add(PRODUCT.worker("worker-" + i));
        }
        api = Product.api(PRODUCT.start(specs.toArray(AppProcess.Spec[]::new)).get(0))
                .within(Duration.ofMinutes(1));
        await("every lane has an owner").atMost(LIMIT).ignoreExceptions().untilAsserted(() -> {
            JsonNode workers = api.get("/api/v1/workers").orThrow().json().path("items");
            assertThat(workers).hasSize(WORKERS);
            assertThat(workers)
                    .allSatisfy(worker -> assertThat(worker.path("lanes")).hasSize(LANES / WORKERS));
        });
    }

    @AfterAll
    static void stop() {
        PRODUCT.close();
        CLIENT.close();
    }

    private static String define(String source) throws IOException {
        api.post("/api/v1/sources", "{\"name\": \"" + source + "\", \"openTypes\": true}")
                .orThrow();
        return api.post(
                        "/api/v1/reports",
                        "{\"name\": \"r\", \"aggregations\": [{\"targetCollection\": \"aggr_" + source
                                + "\", \"granularity\": \"hour\", \"filter\": {\"sources\": [\"" + source + "\"]}}]}")
                .orThrow()
                .json()
                .path("id")
                .asText();
    }

    private static String event(int number, String user) {
        String amount = (RANDOM.nextInt(20_000) - 5_000) + "." + (10 + RANDOM.nextInt(90));
        return "{\"uuid\": \"e" + number + "\", \"type\": \"sale\", \"timestamp\": \""
                + HOUR.plusMillis(RANDOM.nextInt(3_600_000)) + "\", \"payload\": {\"amount\": " + amount
                + ", \"currency\": \"" + List.of("EUR", "USD", "GBP").get(RANDOM.nextInt(3))
                + "\"}, \"attributions\": [{\"type\": \"user\", \"value\": \"" + user + "\"}]}";
    }

    private static void post(String source, int events, IntFunction<String> user) throws IOException {
        List<String> lines = new ArrayList<>();
        for (int i = 1; i <= events; i++) {
            lines.add(event(i, user.apply(i)));
            if (lines.size() == BATCH || i == events) {
                JsonNode answer = api.postLines("/api/v1/sources/" + source + "/events", String.join("\n", lines))
                        .orThrow()
                        .json();
                assertThat(answer.path("accepted").asInt()).isEqualTo(lines.size());
                lines.clear();
            }
        }
    }

    private static void isExact(String source, String report, int events) {
        Product.awaitCount(api, report, RANGE, events, LIMIT);
        assertThat(Recount.differences(
                        Recount.ofEvents(DATABASE, source, 3_600_000), Recount.ofRollups(DATABASE, "aggr_" + source)))
                .isEmpty();
        assertThat(Recount.lanesMax(DATABASE, "aggr_" + source)).isLessThanOrEqualTo(LANES);
        await("every lane is done with its batch")
                .atMost(LIMIT)
                .until(() -> DATABASE.getCollection("lanes").countDocuments(Filters.ne("state", "done")) == 0);
        assertThat(DATABASE.getCollection("lanes").countDocuments()).isBetween(1L, (long) LANES);
        assertThat(DATABASE.getCollection("events_" + source)
                        .countDocuments(Filters.or(Filters.exists("pending"), Filters.exists("claim.owner"))))
                .isZero();
    }

    @Test
    void oneHotSeries() throws IOException {
        String report = define("hot");
        post("hot", HOT_EVENTS, number -> "one");
        isExact("hot", report, HOT_EVENTS);
        assertThat(Recount.ofRollups(DATABASE, "aggr_hot")).hasSize(2);
        assertThat(Recount.lanesMax(DATABASE, "aggr_hot"))
                .as("lanes that wrote the hot series")
                .isBetween(2, LANES);
    }

    @Test
    void veryManySeries() throws IOException {
        String report = define("wide");
        post("wide", SERIES, number -> "u" + number);
        isExact("wide", report, SERIES);
        assertThat(DATABASE.getCollection("aggr_wide").countDocuments()).isEqualTo(SERIES + 1L);
    }
}
