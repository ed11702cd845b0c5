package dev.tallyworks.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.mongodb.ConnectionString;
import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoClients;
import com.mongodb.client.MongoDatabase;
import dev.tallyworks.local.process.Api;
import dev.tallyworks.local.process.AppProcess;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.bson.Document;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What is deleted is gone with all its numbers, leaves everything else alone, and its names are free for others. */
class RemovalIT {
    private static final String RANGE = "start=2026-01-05T00:00:00Z&end=2026-01-06T00:00:00Z";
    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final Product PRODUCT = Product.onTestServers(RemovalIT.class);
    private static final MongoClient CLIENT = MongoClients.create(PRODUCT.mongoUrl());
    private static final MongoDatabase DATABASE =
            CLIENT.getDatabase(new ConnectionString(PRODUCT.mongoUrl()).getDatabase());
    private static Api api;

    @BeforeAll
    static void start() {
        List<AppProcess> processes =
                PRODUCT.start(PRODUCT.ingest("ingest"), PRODUCT.worker("worker-1"), PRODUCT.worker("worker-2"));
        api = Product.api(processes.get(0));
    }

    @AfterAll
    static void stop() {
        PRODUCT.close();
        CLIENT.close();
    }

    private static void source(String id) throws IOException {
        api.post("/api/v1/sources", "{\"name\": \"" + id + "\", \"openTypes\": true}")
                .orThrow();
    }

    private static String report(String target, String sources, String more) throws IOException {
        return api.post(
                        "/api/v1/reports",
                        "{\"name\": \"" + target + "\", \"aggregations\": [" + aggregation(target, sources, more)
                                + "]}")
                .orThrow()
                .json()
                .path("id")
                .asText();
    }

    private static String aggregation(String target, String sources, String more) {
        return "{\"targetCollection\": \"" + target + "\", \"filter\": {\"sources\": [" + sources + "]}" + more + "}";
    }

    private static void post(String source, int events) throws IOException {
        List<String> lines = IntStream.range(0, events)
                .mapToObj(i -> "{\"uuid\": \"e" + i + "\", \"type\": \"sale\", \"timestamp\": \"2026-01-05T12:"
                        + String.format("%02d", i % 60) + ":00Z\", \"payload\": {\"amount\": " + i
                        + "}, \"attributions\": [{\"type\": \"user\", \"value\": \"u" + i % 7 + "\"}]}")
                .toList();
        Api.Answer answer = api.postLines("/api/v1/sources/" + source + "/events", String.join("\n", lines));
        assertThat(answer.json().path("accepted").asInt()).as(answer.text()).isEqualTo(events);
    }

    private static long rollups(String target, Document of) {
        List<String> names = DATABASE.listCollectionNames().into(new ArrayList<>());
        return names.stream()
                .filter(name -> name.equals(target) || name.startsWith(target + "_") && !name.endsWith("_metrics"))
                .mapToLong(name -> DATABASE.getCollection(name).countDocuments(of))
                .sum();
    }

    private static long metadata(Document of) {
        return DATABASE.getCollection("metadata").countDocuments(of);
    }

    private static void awaitStatus(String path, int status) {
        await(path + " answers " + status)
                .atMost(LIMIT)
                .until(() -> api.get(path).status() == status);
    }

    @Test
    void aPurgedSourceLeavesNothingBehindAndItsNamesAreNew() throws IOException {
        source("going");
        source("staying");
        String all = report("aggr_all", "", "");
        String alone = report("aggr_alone", "\"going\"", ", \"partition\": {\"enabled\": true, \"length\": 10}");
        String both = report("aggr_both", "\"going\", \"staying\"", "");
        post("going", 500);
        post("staying", 100);
        Product.awaitCount(api, all, RANGE, 600, LIMIT);
        Product.awaitCount(api, alone, RANGE, 500, LIMIT);
        Product.awaitCount(api, both, RANGE, 600, LIMIT);
        Document total = new Document("source", "going").append("attribution.type", "_total");
        Document stray = DATABASE.getCollection("aggr_all").find(total).first();
        assertThat(stray).isNotNull();

        assertThat(api.send("DELETE", "/api/v1/sources/going?purge=true", "application/json", "")
                        .status())
                .isEqualTo(202);
        Product.awaitCount(api, all, RANGE, 100, Duration.ofSeconds(5));
        assertThat(api.post("/api/v1/sources/going/events", "{\"uuid\": \"x\", \"type\": \"sale\"}")
                        .status())
                .isEqualTo(404);
        awaitStatus("/api/v1/sources/going", 404);

        assertThat(DATABASE.getCollection("events_going").countDocuments()).isZero();
        assertThat(metadata(new Document("source", "going"))).isZero();
        assertThat(metadata(new Document("source", "staying"))).isPositive();
        assertThat(rollups("aggr_all", new Document("source", "going"))).isZero();
        assertThat(rollups("aggr_all", new Document("source", "staying"))).isPositive();
        await("numbers of what counted this source alone")
                .atMost(LIMIT)
                .until(() -> rollups("aggr_alone", new Document()) == 0);
        assertThat(api.get("/api/v1/reports/" + alone + "/aggregations").json().path("items"))
                .isEmpty();
        assertThat(api.get("/api/v1/reports/" + both + "/aggregations")
                        .json()
                        .path("items")
                        .get(0)
                        .at("/filter/sources")
                        .toString())
                .isEqualTo("[\"staying\"]");

        // As an owner leaves it that was held up in the middle of a batch until the purge was over.
        DATABASE.getCollection("aggr_all").insertOne(stray);
        source("going");
        post("going", 40);
        Product.awaitCount(api, all, RANGE, 140, LIMIT);
        Product.awaitCount(api, both, RANGE, 100, LIMIT);
    }

    @Test
    void aDeletedAggregationsNumbersGoAndItsTargetMayBeAnothers() throws IOException {
        source("shop");
        String report = report("aggr_reused", "\"shop\"", ", \"partition\": {\"enabled\": true, \"length\": 10}");
        post("shop", 300);
        Product.awaitCount(api, report, RANGE, 300, LIMIT);
        String old = api.get("/api/v1/reports/" + report + "/aggregations")
                .json()
                .at("/items/0/id")
                .asText();

        String path = "/api/v1/reports/" + report + "/aggregations";
        assertThat(api.send("DELETE", path + "/" + old, "application/json", "").status())
                .isEqualTo(204);
        api.post(
                        path,
                        aggregation(
                                "aggr_reused",
                                "\"shop\"",
                                ", \"granularity\": \"hour\", \"partition\": {\"enabled\": true, \"length\": 24}"))
                .orThrow();
        api.postLines(
                        "/api/v1/sources/shop/events",
                        "{\"uuid\": \"later\", \"type\": \"sale\", \"timestamp\": \"2026-01-05T13:00:00Z\"}")
                .orThrow();

        Product.awaitCount(api, report, RANGE, 1, LIMIT);
        await("its numbers").atMost(LIMIT).until(() -> rollups("aggr_reused", new Document("aggregation", old)) == 0);
        await("that it is done")
                .atMost(LIMIT)
                .until(() -> DATABASE.getCollection("removals").countDocuments(new Document("_id", old)) == 1);
        assertThat(metadata(new Document("aggregation", old))).isZero();
        Product.awaitCount(api, report, RANGE, 1, LIMIT);
        assertThat(rollups("aggr_reused", new Document())).isEqualTo(1);
    }

    @Test
    void aDeletedReportTakesItsNumbersWithIt() throws IOException {
        source("whole");
        String report = report("aggr_whole", "\"whole\"", "");
        post("whole", 60);
        Product.awaitCount(api, report, RANGE, 60, LIMIT);

        assertThat(api.send("DELETE", "/api/v1/reports/" + report, "application/json", "")
                        .status())
                .isEqualTo(204);

        assertThat(api.get("/api/v1/reports/" + report + "/query?metric=COUNT&granularity=all&" + RANGE)
                        .status())
                .isEqualTo(404);
        await("its numbers").atMost(LIMIT).until(() -> rollups("aggr_whole", new Document()) == 0);
        assertThat(DATABASE.getCollection("events_whole").countDocuments()).isEqualTo(60);
    }
}
