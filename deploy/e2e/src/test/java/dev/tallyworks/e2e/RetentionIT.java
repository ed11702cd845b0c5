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
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import org.bson.Document;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What is older than it is to be kept goes, numbers by whole partitions and events one by one, and never comes back. */
@Timeout(300)
class RetentionIT {
    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final Product PRODUCT = Product.onTestServers(RetentionIT.class);
    private static final MongoClient CLIENT = MongoClients.create(PRODUCT.mongoUrl());
    private static final MongoDatabase DATABASE =
            CLIENT.getDatabase(new ConnectionString(PRODUCT.mongoUrl()).getDatabase());
    private static final Instant NOW = Instant.now().truncatedTo(ChronoUnit.HOURS);
    private static final Instant OLD = NOW.minus(5, ChronoUnit.DAYS);
    private static final Instant YOUNG = NOW.minus(1, ChronoUnit.HOURS);
    private static final String RANGE = "start=" + OLD + "&end=" + NOW.plusSeconds(3600);
    private static Api api;

    @BeforeAll
    static void start() {
        PRODUCT.with("TALLYWORKS_REALTIME_QUERY_DEADLINE", "2s");
        List<AppProcess> processes =
                PRODUCT.start(PRODUCT.ingest("ingest"), PRODUCT.worker("worker-1"), PRODUCT.worker("worker-2"));
        api = Product.api(processes.get(0));
    }

    @AfterAll
    static void stop() {
        PRODUCT.close();
        CLIENT.close();
    }

    private static Api.Answer post(String uuid, Instant timestamp) throws IOException {
        return api.post(
                "/api/v1/sources/shop/events",
                "{\"uuid\": \"" + uuid + "\", \"type\": \"sale\", \"timestamp\": \"" + timestamp + "\"}");
    }

    private static List<String> partitions() {
        return DATABASE.listCollectionNames().into(new ArrayList<>()).stream()
                .filter(name -> name.startsWith("aggr_shop") && !name.endsWith("_metrics"))
                .sorted()
                .toList();
    }

    private static JsonNode audit(String report) throws IOException {
        return api.post(
                        "/api/v1/reports/" + report + "/audits",
                        "{\"timeRange\": {\"start\": \"" + OLD + "\", \"end\": \"" + NOW.plusSeconds(3600) + "\"}}")
                .orThrow()
                .json()
                .path("aggregations")
                .get(0);
    }

    @Test
    void numbersAndEventsGoWhenTheyAreTooOld() throws Exception {
        api.post("/api/v1/sources", "{\"name\": \"shop\", \"openTypes\": true}").orThrow();
        JsonNode report = api.post("/api/v1/reports", """
                {"name": "r", "aggregations": [{"targetCollection": "aggr_shop", "granularity": "minute",
                 "filter": {"sources": ["shop"]}, "partition": {"enabled": true, "length": 60}}]}""").orThrow().json();
        String id = report.path("id").asText();
        String aggregation = "/api/v1/reports/" + id + "/aggregations/"
                + report.at("/aggregations/0/id").asText();
        for (int i = 0; i < 20; i++) {
            post("old" + i, OLD.plusSeconds(i)).orThrow();
            post("young" + i, YOUNG.plusSeconds(i)).orThrow();
        }
        Product.awaitCount(api, id, RANGE, 40, LIMIT);
        String old = "aggr_shop_" + OLD.toEpochMilli() / 3_600_000;
        assertThat(partitions()).hasSize(2).contains(old);

        api.send("PATCH", aggregation, "application/json", "{\"retention\": {\"hotDays\": 2}}")
                .orThrow();

        await("that the old partition is dropped").atMost(LIMIT).until(() -> !partitions()
                .contains(old));
        Product.awaitCount(api, id, RANGE, 20, LIMIT);
        assertThat(post("late", OLD).status()).isEqualTo(422);
        assertThat(post("late", OLD).json().at("/errors/0/code").asText()).isEqualTo("too_old");
        assertThat(post("old1", OLD.plusSeconds(1)).json().path("duplicate").asBoolean())
                .isTrue();
        assertThat(partitions()).hasSize(1);
        assertThat(audit(id).path("events").asLong()).isEqualTo(20);
        assertThat(audit(id).path("buckets")).isEmpty();

        api.send("PATCH", "/api/v1/sources/shop", "application/json", "{\"retention\": {\"hotDays\": 2}}")
                .orThrow();

        await("that the old events are gone")
                .atMost(LIMIT)
                .until(() -> DATABASE.getCollection("events_shop").countDocuments() == 20);
        assertThat(post("old1", OLD.plusSeconds(1)).status())
                .as("known no more, and too old")
                .isEqualTo(422);
        assertThat(DATABASE.getCollection("events_shop")
                        .countDocuments(new Document("_id", new Document("$regex", "^old"))))
                .isZero();
        Product.awaitCount(api, id, RANGE, 20, LIMIT);
        assertThat(audit(id).path("buckets")).isEmpty();
        post("new", YOUNG).orThrow();
        Product.awaitCount(api, id, RANGE, 21, LIMIT);
    }
}
