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
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A thousand events die of a plugin's fault. They are looked into, some are discarded, the fault is mended, the rest is retried
 * in bulk, all by {@code tallyctl}, while Redis forgets everything and a worker is killed: each counts exactly once. Skipped
 * where the applications were built without the plugin that has the fault.
 */
@Timeout(value = 6, unit = TimeUnit.MINUTES)
class DeadLettersIT {
    private static final Duration LIMIT = Duration.ofSeconds(90);
    private static final int SOUND = 1_000;
    private static final int POISONOUS = 1_000;
    private static final int DISCARDED = 100;
    /** Retried before the rest. */
    private static final int FIRST = 300;

    private static final String RANGE = "start=2026-01-05T00:00:00Z&end=2026-01-06T00:00:00Z";
    private static final String LETTERS = "/api/v1/dead-letters";

    @TempDir
    Path folder;

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
            Tallyctl tallyctl =
                    new Tallyctl(folder, "http://127.0.0.1:" + ingest.spec().port());
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
            lookThroughPages(api);
            lookInto(tallyctl);
            assertThat(count(api, report)).isEqualTo(SOUND);

            product.forgetQueue();
            assertThat(api.get("/api/v1/queue").json().path("dead").asInt()).isEqualTo(POISONOUS);
            assertThat(letters(tallyctl, "--source", "shop")).hasSize(POISONOUS);

            retryInVain(api, tallyctl);
            discard(api, tallyctl);

            worker.stop(Duration.ofSeconds(30));
            product.with("TW_TEST_POISON_MENDED", "yes");
            AppProcess mended = product.start(product.worker("worker-mended")).get(0);
            int alive = POISONOUS - DISCARDED;
            bulk(tallyctl, alive, 0, "retry", "--source", "shop", "--dry-run");
            assertThat(letters(tallyctl, "--source", "shop")).hasSize(alive);
            bulk(tallyctl, alive, FIRST, "retry", "--source", "shop", "--limit", Integer.toString(FIRST));
            product.forgetQueue();
            mended.kill();
            product.start(product.worker("worker-heir"));
            bulk(tallyctl, alive - FIRST, alive - FIRST, "retry", "--source", "shop");
            product.forgetQueue();
            bulk(tallyctl, 0, 0, "retry", "--source", "shop");

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

    private static void lookThroughPages(Api api) throws IOException {
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
        String died = list(api, "limit=1").at("/items/0/diedAt").asText();
        assertThat(list(api, "since=" + Api.encoded(died) + "&limit=1000").path("items"))
                .isNotEmpty();
    }

    /** All that match. */
    private static List<JsonNode> letters(Tallyctl tallyctl, String... filter) throws Exception {
        List<String> command = new ArrayList<>(List.of("dead-letters", "list", "--limit", "0"));
        command.addAll(List.of(filter));
        List<JsonNode> letters = new ArrayList<>();
        tallyctl.json(command.toArray(String[]::new)).path("items").forEach(letters::add);
        return letters;
    }

    private static void bulk(Tallyctl tallyctl, int matched, int done, String... deed) throws Exception {
        List<String> command = new ArrayList<>(List.of("dead-letters"));
        command.addAll(List.of(deed));
        JsonNode answer = tallyctl.json(command.toArray(String[]::new));
        assertThat(answer.path("matched").asInt(-1)).as(command.toString()).isEqualTo(matched);
        assertThat(answer.path("done").asInt(-1)).as(command.toString()).isEqualTo(done);
    }

    private static void lookInto(Tallyctl tallyctl) throws Exception {
        List<JsonNode> all = letters(tallyctl, "--source", "shop");
        assertThat(all.stream().map(letter -> letter.path("uuid").asText()))
                .containsExactlyInAnyOrderElementsOf(IntStream.range(SOUND, SOUND + POISONOUS)
                        .mapToObj(i -> "e" + i)
                        .toList());
        JsonNode letter = letters(tallyctl, "--type", "sale").get(0);
        assertThat(letter.path("attempts").asInt()).isEqualTo(3);
        JsonNode opened =
                tallyctl.json("dead-letters", "show", letter.path("id").asText());
        assertThat(opened.path("reason").asText()).contains("IllegalStateException: ");
        assertThat(opened.path("error").asText()).contains("onGetMetrics");
        assertThat(opened.path("stack").asText()).contains("Caused by", "PoisonPlugin.onGetMetrics");
        assertThat(opened.at("/event/payload/poison").asText()).isIn("red", "blue");

        Set<String> reasons =
                all.stream().map(one -> one.path("reason").asText()).collect(Collectors.toSet());
        assertThat(reasons).hasSize(2);
        for (String reason : reasons) {
            assertThat(letters(tallyctl, "--reason", reason))
                    .hasSize(reason.endsWith("blue") ? DISCARDED : POISONOUS - DISCARDED);
        }
        assertThat(letters(tallyctl, "--type", "refund")).hasSize(POISONOUS / 2);
        String last = all.get(0).path("diedAt").asText();
        assertThat(letters(tallyctl, "--since", last))
                .isNotEmpty()
                .allSatisfy(one -> assertThat(one.path("diedAt").asText()).isGreaterThanOrEqualTo(last));
        assertThat(letters(tallyctl, "--since", Instant.now().plusSeconds(3_600).toString()))
                .isEmpty();
    }

    /** The fault is still there: they die again, and none is lost or counted. */
    private static void retryInVain(Api api, Tallyctl tallyctl) throws Exception {
        List<JsonNode> two = letters(tallyctl, "--source", "shop").subList(0, 2);
        String byCommand = two.get(0).path("id").asText();
        String byCall = two.get(1).path("id").asText();
        assertThat(tallyctl.json("dead-letters", "retry", byCommand)
                        .path("state")
                        .asText())
                .isEqualTo("retried");
        assertThat(api.post(LETTERS + "/" + byCall + "/retry", "").status()).isEqualTo(202);
        for (JsonNode letter : two) {
            await("it has died again")
                    .atMost(LIMIT)
                    .until(() -> api.get(LETTERS + "/" + letter.path("id").asText())
                                    .json()
                                    .path("diedAt")
                                    .asText()
                                    .compareTo(letter.path("diedAt").asText())
                            > 0);
        }
        awaitDead(api, POISONOUS);
    }

    /** One by one, and all the others in bulk. */
    private static void discard(Api api, Tallyctl tallyctl) throws Exception {
        JsonNode blue = letters(tallyctl, "--source", "shop").stream()
                .filter(letter -> letter.path("reason").asText().endsWith("blue"))
                .findAny()
                .orElseThrow();
        String id = blue.path("id").asText();
        assertThat(tallyctl.json("dead-letters", "discard", id).path("state").asText())
                .isEqualTo("discarded");
        String reason = blue.path("reason").asText();
        bulk(tallyctl, DISCARDED - 1, 0, "discard", "--reason", reason, "--dry-run");
        bulk(tallyctl, DISCARDED - 1, DISCARDED - 1, "discard", "--reason", reason);
        awaitDead(api, POISONOUS - DISCARDED);
        assertThat(tallyctl.run("dead-letters", "show", id).code()).isEqualTo(3);
    }
}
