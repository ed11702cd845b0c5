package dev.tallyworks.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoClients;
import com.mongodb.client.MongoDatabase;
import dev.tallyworks.local.process.Api;
import dev.tallyworks.local.process.AppProcess;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * A thousand events die of a plugin's fault. They are looked into, some are discarded, the fault is mended, the rest is retried
 * by one call, while Redis forgets everything and a worker is killed: each counts exactly once. Skipped where the applications
 * were built without the plugin that has the fault.
 */
@Timeout(value = 6, unit = TimeUnit.MINUTES)
class DeadLettersIT {
    private static final Duration LIMIT = Duration.ofSeconds(90);
    private static final int SOUND = 1_000;
    private static final int POISONOUS = 1_000;
    private static final int DISCARDED = 100;
    private static final String RANGE = "start=2026-01-05T00:00:00Z&end=2026-01-06T00:00:00Z";
    private static final String LETTERS = "/api/v1/dead-letters";

    private static String events(int from, int to, String member) {
        return IntStream.range(from, to)
                .mapToObj(i -> "{\"uuid\": \"e" + i + "\", \"type\": \"" + (i % 2 == 0 ? "sale" : "refund")
                        + "\", \"timestamp\": \"2026-01-05T12:00:00Z\", \"payload\": {\"amount\": 1.5" + member
                        + "}, \"attributions\": [{\"type\": \"user\", \"value\": \"u" + i % 7 + "\"}]}")
                .collect(Collectors.joining("\n"));
    }

    private static JsonNode post(Api api, String path, String body) throws IOException {
        return api.post(path, body).orThrow().json();
    }

    private static JsonNode list(Api api, String filter) throws IOException {
        return api.get(LETTERS + "?" + filter).orThrow().json();
    }

    private static void awaitDead(Api api, int dead) {
        await(dead + " are dead")
                .atMost(LIMIT)
                .ignoreExceptionsMatching(IOException.class::isInstance)
                .until(() -> api.get("/api/v1/queue").json().path("dead").asInt() == dead);
    }

    @Test
    void areMendedAndCountOnce() throws Exception {
        try (Product product = Product.onTestServers(DeadLettersIT.class);
                MongoClient client = MongoClients.create(product.mongoUrl())) {
            Path root = product.installation().root();
            assumeTrue(
                    PluginIT.isPartOf(root, "ingest-api", "e2e-plugin")
                            && PluginIT.isPartOf(root, "aggregator-worker", "e2e-plugin"),
                    "built without the plugin");
            product.with("TALLYWORKS_WORKER_LEASE", "3s")
                    .with("TALLYWORKS_WORKER_RETRIES_FIRST", "20ms")
                    .with("TALLYWORKS_WORKER_RETRIES_CAP", "100ms")
                    .with("TALLYWORKS_WORKER_RETRIES_ATTEMPTS_MAX", "3");
            AppProcess ingest = product.start(product.ingest("ingest")).get(0);
            AppProcess worker = product.start(product.worker("worker-faulty")).get(0);
            Api api = Product.api(ingest);
            post(api, "/api/v1/sources", "{\"name\": \"shop\", \"openTypes\": true}");
            String report = post(api, "/api/v1/reports", """
                    {"name": "r", "aggregations": [{"targetCollection": "aggr_dead", "granularity": "hour",
                     "filter": {"sources": ["shop"]}}]}""").path("id").asText();

            String path = "/api/v1/sources/shop/events";
            api.postLines(path, events(0, SOUND, "")).orThrow();
            api.postLines(path, events(SOUND, SOUND + POISONOUS - DISCARDED, ", \"poison\": \"red\""))
                    .orThrow();
            api.postLines(path, events(SOUND + POISONOUS - DISCARDED, SOUND + POISONOUS, ", \"poison\": \"blue\""))
                    .orThrow();
            awaitDead(api, POISONOUS);
            lookInto(api);
            assertThat(count(api, report)).isEqualTo(SOUND);

            product.forgetQueue();
            assertThat(api.get("/api/v1/queue").json().path("dead").asInt()).isEqualTo(POISONOUS);

            retryInVain(api);
            discard(api);

            worker.stop(Duration.ofSeconds(30));
            product.with("TW_TEST_POISON_MENDED", "yes");
            AppProcess mended = product.start(product.worker("worker-mended")).get(0);
            String all = "{\"source\": \"shop\"}";
            int alive = POISONOUS - DISCARDED;
            JsonNode dry = post(api, LETTERS + "/retry", "{\"source\": \"shop\", \"dryRun\": true}");
            assertThat(dry.path("matched").asInt()).isEqualTo(alive);
            assertThat(dry.path("done").asInt()).isZero();
            JsonNode first = post(api, LETTERS + "/retry", "{\"source\": \"shop\", \"limit\": 300}");
            assertThat(first.path("done").asInt()).isEqualTo(300);
            product.forgetQueue();
            mended.kill();
            product.start(product.worker("worker-heir"));
            JsonNode rest = post(api, LETTERS + "/retry", all);
            assertThat(rest.path("matched").asInt()).isEqualTo(alive - 300);
            assertThat(rest.path("done").asInt()).isEqualTo(alive - 300);
            assertThat(post(api, LETTERS + "/retry", all).path("matched").asInt())
                    .isZero();

            Product.awaitCount(api, report, RANGE, SOUND + alive, LIMIT);
            awaitDead(api, 0);
            MongoDatabase database = client.getDatabase(product.database());
            JsonNode audit = post(
                            api,
                            "/api/v1/reports/" + report + "/audits",
                            "{\"timeRange\": {\"start\": \"2026-01-05T00:00:00Z\", \"end\": \"2026-01-06T00:00:00Z\"}}")
                    .at("/aggregations/0");
            assertThat(audit.path("events").asInt()).isEqualTo(SOUND + alive);
            assertThat(audit.path("difference").asInt()).isZero();
            assertThat(database.getCollection("admin_calls").countDocuments()).isGreaterThanOrEqualTo(8);
        }
    }

    private static long count(Api api, String report) throws IOException {
        return api.get("/api/v1/reports/" + report + "/query?metric=COUNT&granularity=all&" + RANGE)
                .orThrow()
                .json()
                .at("/points/0/value")
                .asLong();
    }

    private static void lookInto(Api api) throws IOException {
        Set<String> seen = new HashSet<>();
        String cursor = "";
        do {
            JsonNode page = list(api, "source=shop&limit=300" + cursor);
            page.path("items")
                    .forEach(item ->
                            assertThat(seen.add(item.path("id").asText())).isTrue());
            cursor = page.path("nextCursor").isNull()
                    ? ""
                    : "&cursor=" + page.path("nextCursor").asText();
        } while (!cursor.isEmpty());
        assertThat(seen).hasSize(POISONOUS);

        JsonNode letter = list(api, "type=sale&limit=1").at("/items/0");
        assertThat(letter.path("attempts").asInt()).isEqualTo(3);
        JsonNode opened =
                api.get(LETTERS + "/" + letter.path("id").asText()).orThrow().json();
        assertThat(opened.path("reason").asText()).contains("IllegalStateException: ");
        assertThat(opened.path("error").asText()).contains("onGetMetrics");
        assertThat(opened.path("stack").asText()).contains("Caused by", "PoisonPlugin.onGetMetrics");
        assertThat(opened.at("/event/payload/poison").asText()).isIn("red", "blue");
        String reason = Api.encoded(letter.path("reason").asText());
        int same = list(api, "limit=1000&reason=" + reason).path("items").size();
        assertThat(same).isIn(DISCARDED, POISONOUS - DISCARDED);
        assertThat(list(api, "type=refund&limit=1000").path("items")).hasSize(POISONOUS / 2);
        assertThat(list(api, "since=" + Api.encoded(letter.path("diedAt").asText()) + "&limit=1000")
                        .path("items"))
                .isNotEmpty();
    }

    /** The fault is still there: they die again, and none is lost or counted. */
    private static void retryInVain(Api api) throws IOException {
        JsonNode letter = list(api, "limit=1").at("/items/0");
        String id = letter.path("id").asText();
        assertThat(api.post(LETTERS + "/" + id + "/retry", "").status()).isEqualTo(202);
        await("it has died again")
                .atMost(LIMIT)
                .until(() -> api.get(LETTERS + "/" + id)
                                .json()
                                .path("diedAt")
                                .asText()
                                .compareTo(letter.path("diedAt").asText())
                        > 0);
        awaitDead(api, POISONOUS);
    }

    private static void discard(Api api) throws IOException {
        JsonNode blue = list(api, "limit=1000").path("items");
        String reason = "";
        for (JsonNode item : blue) {
            if (item.path("reason").asText().endsWith("blue")) {
                reason = item.path("reason").asText();
            }
        }
        JsonNode done = post(api, LETTERS + "/discard", "{\"reason\": \"" + reason + "\"}");
        assertThat(done.path("matched").asInt()).isEqualTo(DISCARDED);
        assertThat(done.path("done").asInt()).isEqualTo(DISCARDED);
        awaitDead(api, POISONOUS - DISCARDED);
    }
}
