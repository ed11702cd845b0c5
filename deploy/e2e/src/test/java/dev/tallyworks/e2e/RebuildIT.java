package dev.tallyworks.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.mongodb.ConnectionString;
import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoClients;
import com.mongodb.client.MongoDatabase;
import dev.tallyworks.local.process.Api;
import dev.tallyworks.local.process.AppProcess;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.bson.Document;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Numbers are made anew while clients go on posting and whoever makes them is killed: exactly, with progress that never goes back,
 * and no reader sees old numbers beside new ones. {@code -Dtallyworks.rebuild.events} says how many events there are to begin
 * with.
 */
class RebuildIT {
    private static final int EVENTS = Integer.getInteger("tallyworks.rebuild.events", 20_000);
    private static final int BATCH = 1_000;
    private static final int WINDOW = Math.max(100, EVENTS / 100);
    private static final Duration LIMIT = Duration.ofSeconds(60 + EVENTS / 200);
    private static final String RANGE =
            "start=" + Clients.FROM + "&end=" + Clients.FROM.plus(Duration.ofHours(Clients.HOURS));
    private static final String BODY = "{\"timeRange\": {\"start\": \"" + Clients.FROM + "\", \"end\": \""
            + Clients.FROM.plus(Duration.ofHours(Clients.HOURS)) + "\"}}";
    /** More than there are events: tells old numbers from new ones. */
    private static final long SPOILT_BY = 1_000_000_000;

    private static final Product PRODUCT = Product.onTestServers(RebuildIT.class);
    private static final MongoClient CLIENT = MongoClients.create(PRODUCT.mongoUrl());
    private static final MongoDatabase DATABASE =
            CLIENT.getDatabase(new ConnectionString(PRODUCT.mongoUrl()).getDatabase());
    private static final List<AppProcess> WORKERS = new ArrayList<>();
    private static Api api;

    @BeforeAll
    static void start() {
        PRODUCT.with("TALLYWORKS_WORKER_LEASE", "3s")
                .with("TALLYWORKS_REALTIME_QUERY_DEADLINE", "3s")
                .with("TALLYWORKS_WORKER_REBUILD_WINDOW_EVENTS", Integer.toString(WINDOW));
        List<AppProcess> processes =
                PRODUCT.start(PRODUCT.ingest("ingest"), PRODUCT.worker("worker-1"), PRODUCT.worker("worker-2"));
        api = Product.api(processes.get(0));
        WORKERS.addAll(processes.subList(1, 3));
    }

    @AfterAll
    static void stop() {
        PRODUCT.close();
        CLIENT.close();
    }

    private static void post(String source, int from, int to) throws IOException {
        for (int first = from; first < to; first += BATCH) {
            Random random = new Random(first);
            StringBuilder lines = new StringBuilder();
            int size = Math.min(BATCH, to - first);
            for (int i = 0; i < size; i++) {
                Instant timestamp = Clients.FROM.plusMillis(random.nextInt(Clients.HOURS * 3_600_000));
                lines.append("{\"uuid\": \"p")
                        .append(first + i)
                        .append("\", \"type\": \"sale\", \"timestamp\": \"")
                        .append(timestamp)
                        .append("\", \"payload\": {\"amount\": ")
                        .append(random.nextInt(10_000))
                        .append(".25, \"currency\": \"EUR\"}, \"attributions\": [{\"type\": \"user\", \"value\": \"u")
                        .append(random.nextInt(Clients.USERS))
                        .append("\"}]}\n");
            }
            Api.Answer answer = api.postLines("/api/v1/sources/" + source + "/events", lines.toString());
            assertThat(answer.json().path("accepted").asInt()).as(answer.text()).isEqualTo(size);
        }
    }

    private static String define(String source, String target, String more) throws IOException {
        return api.post(
                        "/api/v1/reports",
                        "{\"name\": \"r\", \"aggregations\": [{\"targetCollection\": \"" + target
                                + "\", \"granularity\": \"minute\", \"filter\": {\"sources\": [\"" + source
                                + "\"]}, \"partition\": {\"enabled\": true, \"length\": 60}" + more + "}]}")
                .orThrow()
                .json()
                .path("id")
                .asText();
    }

    private static JsonNode rebuild(String report, String id) throws IOException {
        return api.get("/api/v1/reports/" + report + "/rebuilds/" + id)
                .orThrow()
                .json();
    }

    private static void awaitDone(String report, String id) {
        await("rebuild " + id).atMost(LIMIT).until(() -> {
            JsonNode stands = rebuild(report, id);
            assertThat(stands.path("state").asText()).isIn("waiting", "running", "done");
            return stands.path("state").asText().equals("done");
        });
    }

    /** Kills the worker that is at a rebuild, once it has come so far, and starts it again. */
    private static void killAt(String report, String id, int percent) {
        await("that it is at " + percent + " %")
                .atMost(LIMIT)
                .pollInterval(Duration.ofMillis(5))
                .until(() -> rebuild(report, id).path("percent").asInt() >= percent);
        Document stands =
                DATABASE.getCollection("rebuilds").find(new Document("_id", id)).first();
        assertThat(stands).isNotNull();
        String owner = stands.getString("owner");
        for (int i = 0; i < WORKERS.size(); i++) {
            AppProcess worker = WORKERS.get(i);
            if (owner.contains("-" + worker.pid() + "-")) {
                worker.kill();
                WORKERS.set(i, PRODUCT.launch(worker.spec()));
                return;
            }
        }
        throw new AssertionError("nobody is at it: " + owner);
    }

    /** Asks for every minute, all the time. */
    private static final class Reader {
        private final AtomicBoolean stop = new AtomicBoolean();
        private final CompletableFuture<Void> running;
        private volatile boolean switched;
        private int answers;

        Reader(String report) {
            running = CompletableFuture.runAsync(() -> read(report));
        }

        private void read(String report) {
            while (!stop.get()) {
                JsonNode points;
                try {
                    points = api.get("/api/v1/reports/" + report + "/query?metric=COUNT&granularity=minute&" + RANGE)
                            .orThrow()
                            .json()
                            .path("points");
                } catch (IOException cut) {
                    throw new AssertionError(cut);
                }
                long old = 0;
                for (JsonNode point : points) {
                    old += point.path("value").asLong() >= SPOILT_BY ? 1 : 0;
                }
                assertThat(old).as("buckets of the old numbers").isIn(0L, (long) points.size());
                assertThat(points).hasSize(Clients.HOURS * 60);
                assertThat(switched && old > 0).as("back to the old numbers").isFalse();
                switched = old == 0;
                answers++;
            }
        }

        void finish() throws Exception {
            await("that it has seen the new numbers").atMost(LIMIT).until(() -> switched || running.isDone());
            stop.set(true);
            running.get(30, TimeUnit.SECONDS);
            assertThat(switched).isTrue();
            assertThat(answers).isGreaterThan(3);
        }
    }

    /** Asks how far it is, all the time. */
    private static CompletableFuture<Integer> watch(String report, String id) {
        return CompletableFuture.supplyAsync(() -> {
            long done = 0;
            int percent = 0;
            int steps = 0;
            String state = "";
            while (!state.equals("done")) {
                JsonNode stands;
                try {
                    stands = rebuild(report, id);
                } catch (IOException cut) {
                    throw new AssertionError(cut);
                }
                state = stands.path("state").asText();
                assertThat(stands.path("done").asLong()).isGreaterThanOrEqualTo(done);
                assertThat(stands.path("percent").asInt()).isGreaterThanOrEqualTo(percent);
                assertThat(stands.path("percent").asInt() == 100).isEqualTo(state.equals("done"));
                steps += stands.path("done").asLong() > done ? 1 : 0;
                done = stands.path("done").asLong();
                percent = stands.path("percent").asInt();
            }
            return steps;
        });
    }

    private static void awaitSwept(String target, int generation) {
        await("that older numbers are gone").atMost(LIMIT).until(() -> collections(target).stream()
                .allMatch(name ->
                        DATABASE.getCollection(name).countDocuments(new Document("generation", generation)) == 0));
    }

    private static List<String> collections(String target) {
        return DATABASE.listCollectionNames().into(new ArrayList<>()).stream()
                .filter(name -> name.startsWith(target) && !name.endsWith("_metrics"))
                .toList();
    }

    private static JsonNode audit(String report) throws IOException {
        JsonNode audited = api.post("/api/v1/reports/" + report + "/audits", BODY)
                .orThrow()
                .json()
                .path("aggregations");
        assertThat(audited).hasSize(1);
        return audited.get(0);
    }

    @Test
    @Timeout(value = 20, unit = TimeUnit.MINUTES)
    void aRebuildIsExactWhoeverPostsAndWhoeverIsKilled() throws Exception {
        api.post("/api/v1/sources", "{\"name\": \"shop\", \"openTypes\": true}").orThrow();
        String report = define("shop", "aggr_shop", "");
        post("shop", 0, EVENTS);
        Product.awaitCount(api, report, RANGE, EVENTS, LIMIT);
        for (String name : collections("aggr_shop")) {
            DATABASE.getCollection(name)
                    .updateMany(new Document(), new Document("$inc", new Document("count", SPOILT_BY)));
        }
        Clients clients = new Clients(List.of(api), 1, 7);
        Reader reader = new Reader(report);

        String id = api.post("/api/v1/reports/" + report + "/rebuilds", "{}")
                .orThrow()
                .json()
                .path("id")
                .asText();
        CompletableFuture<Integer> progress = watch(report, id);
        killAt(report, id, 5);
        killAt(report, id, 40);
        awaitDone(report, id);

        assertThat(progress.get(30, TimeUnit.SECONDS))
                .as("steps of the progress")
                .isGreaterThan(5);
        assertThat(audit(report).path("buckets")).as("while clients post").isEmpty();
        reader.finish();
        clients.finish(LIMIT);
        assertThat(clients.refused()).isEmpty();
        long recorded = DATABASE.getCollection("events_shop").countDocuments();
        assertThat(recorded).isGreaterThan(EVENTS);
        Product.awaitCount(api, report, RANGE, recorded, LIMIT);
        JsonNode audit = audit(report);
        assertThat(audit.path("buckets")).isEmpty();
        assertThat(audit.path("events").asLong()).isEqualTo(recorded);
        assertThat(audit.path("counted").asLong()).isEqualTo(recorded);
        awaitSwept("aggr_shop", 1);
        assertRecounted("shop", "aggr_shop");
        WORKERS.forEach(Product::awaitReady);
    }

    private static void assertRecounted(String source, String target) {
        Map<String, String> differences =
                Recount.differences(Recount.ofEvents(DATABASE, source, 60_000), Recount.ofRollups(DATABASE, target));
        assertThat(differences).isEmpty();
    }

    @Test
    @Timeout(value = 5, unit = TimeUnit.MINUTES)
    void aWrongBucketIsNamedByAnAuditAndRepairedByARebuildOfJustThat() throws Exception {
        api.post("/api/v1/sources", "{\"name\": \"stall\", \"openTypes\": true}")
                .orThrow();
        String report = define("stall", "aggr_stall", "");
        post("stall", 0, 2_000);
        Product.awaitCount(api, report, RANGE, 2_000, LIMIT);
        Instant wrong = Clients.FROM.plus(Duration.ofMinutes(77));
        Document bucket = new Document("bucket", Date.from(wrong)).append("attribution.type", "_total");
        long changed = 0;
        for (String name : collections("aggr_stall")) {
            changed += DATABASE.getCollection(name)
                    .updateMany(bucket, new Document("$inc", new Document("count", 3L)))
                    .getModifiedCount();
        }
        assertThat(changed).isEqualTo(1);

        JsonNode audit = audit(report);
        assertThat(audit.path("difference").asLong()).isEqualTo(3);
        assertThat(audit.path("buckets")).hasSize(1);
        Instant named =
                Instant.parse(audit.path("buckets").get(0).path("timestamp").asText());
        assertThat(named).isEqualTo(wrong);
        String id = api.post(
                        "/api/v1/reports/" + report + "/rebuilds",
                        "{\"timeRange\": {\"start\": \"" + named + "\", \"end\": \"" + named.plusSeconds(60) + "\"}}")
                .orThrow()
                .json()
                .path("id")
                .asText();
        awaitDone(report, id);

        assertThat(rebuild(report, id).path("total").asLong()).isBetween(1L, 100L);
        assertThat(audit(report).path("buckets")).isEmpty();
        post("stall", 2_000, 3_000);
        Product.awaitCount(api, report, RANGE, 3_000, LIMIT);
        await("that the wrong numbers are gone").atMost(LIMIT).until(() -> collections("aggr_stall").stream()
                .allMatch(name -> DATABASE.getCollection(name)
                                .countDocuments(new Document("bucket", Date.from(wrong)).append("generation", 1))
                        == 0));
        assertRecounted("stall", "aggr_stall");
        assertThat(audit(report).path("buckets")).isEmpty();
    }

    @Test
    @Timeout(value = 5, unit = TimeUnit.MINUTES)
    void coarserLevelsAreAuditedAndRebuiltToo() throws Exception {
        api.post("/api/v1/sources", "{\"name\": \"levels\", \"openTypes\": true}")
                .orThrow();
        String report = define("levels", "aggr_levels", ", \"rollupTo\": [\"hour\"]");
        post("levels", 0, 2_000);
        Product.awaitCount(api, report, RANGE, 2_000, LIMIT);
        assertThat(audit(report).path("buckets")).isEmpty();
        Instant hour = Clients.FROM.plus(Duration.ofHours(1));
        long changed = 0;
        for (String name : collections("aggr_levels.hour")) {
            changed += DATABASE.getCollection(name)
                    .updateMany(
                            new Document("bucket", Date.from(hour)).append("attribution.type", "_total"),
                            new Document("$inc", new Document("count", -1L)))
                    .getModifiedCount();
        }
        assertThat(changed).isEqualTo(1);
        JsonNode buckets = audit(report).path("buckets");
        assertThat(buckets).hasSize(1);
        assertThat(Instant.parse(buckets.get(0).path("timestamp").asText())).isEqualTo(hour);

        String id = api.post(
                        "/api/v1/reports/" + report + "/rebuilds",
                        "{\"timeRange\": {\"start\": \"" + hour + "\", \"end\": \"" + hour.plusSeconds(60) + "\"}}")
                .orThrow()
                .json()
                .path("id")
                .asText();
        awaitDone(report, id);

        assertThat(rebuild(report, id).path("total").asLong())
                .as("of a whole hour")
                .isGreaterThan(100);
        assertThat(audit(report).path("buckets")).isEmpty();
        Product.awaitCount(api, report, RANGE, 2_000, LIMIT);
    }

    @Test
    @Timeout(value = 5, unit = TimeUnit.MINUTES)
    void aNewAggregationIsFilledWithWhatCameBefore() throws Exception {
        api.post("/api/v1/sources", "{\"name\": \"kiosk\", \"openTypes\": true}")
                .orThrow();
        String first = define("kiosk", "aggr_kiosk", "");
        post("kiosk", 0, 3_000);
        Product.awaitCount(api, first, RANGE, 3_000, LIMIT);

        String filled = define("kiosk", "aggr_filled", ", \"backfill\": true");
        post("kiosk", 3_000, 4_000);

        // What is not partial is whole.
        Product.awaitCount(api, filled, RANGE, 4_000, LIMIT);
        JsonNode listed = api.get("/api/v1/reports/" + filled + "/rebuilds")
                .orThrow()
                .json()
                .path("items");
        assertThat(listed).hasSize(1);
        awaitDone(filled, listed.get(0).path("id").asText());
        awaitSwept("aggr_filled", 1);
        assertRecounted("kiosk", "aggr_filled");
    }

    @Test
    @Timeout(value = 5, unit = TimeUnit.MINUTES)
    void aPatchThatChangesTheMeaningMakesTheNumbersAnew() throws Exception {
        api.post("/api/v1/sources", "{\"name\": \"booth\", \"openTypes\": true}")
                .orThrow();
        String report = define("booth", "aggr_booth", "");
        post("booth", 0, 3_000);
        Product.awaitCount(api, report, RANGE, 3_000, LIMIT);
        String aggregations = "/api/v1/reports/" + report + "/aggregations";
        String path = aggregations + "/"
                + api.get(aggregations).json().at("/items/0/id").asText();

        Api.Answer patched =
                api.send("PATCH", path + "?rebuild=true", "application/json", "{\"granularity\": \"hour\"}");
        assertThat(patched.status()).isEqualTo(202);
        post("booth", 3_000, 4_000);
        awaitDone(report, patched.json().path("id").asText());

        assertThat(api.get(path).json().path("granularity").asText()).isEqualTo("hour");
        Product.awaitCount(api, report, RANGE, 4_000, LIMIT);
        assertThat(api.get("/api/v1/reports/" + report + "/query?metric=COUNT&granularity=minute&" + RANGE)
                        .status())
                .isEqualTo(422);
        awaitSwept("aggr_booth", 1);
        Map<String, String> differences = Recount.differences(
                Recount.ofEvents(DATABASE, "booth", 3_600_000), Recount.ofRollups(DATABASE, "aggr_booth"));
        assertThat(differences).isEmpty();
    }
}
