package dev.tallyworks.api.audit;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.hasSize;

import com.mongodb.client.MongoDatabase;
import com.mongodb.client.model.Filters;
import com.mongodb.client.model.Updates;
import dev.tallyworks.api.query.CountedHere;
import dev.tallyworks.api.wiring.ServersForTests;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.ValidatableResponse;
import jakarta.inject.Inject;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

@QuarkusTest
@QuarkusTestResource(ServersForTests.class)
class AuditHttpTest {
    private static final String DAY =
            "{\"timeRange\": {\"start\": \"2024-03-01T00:00:00Z\", \"end\": \"2024-03-02T00:00:00Z\"}}";

    @Inject
    CountedHere counted;

    @Inject
    MongoDatabase database;

    private final String shop =
            "a" + UUID.randomUUID().toString().replace("-", "").substring(0, 12);
    private final String target = "aggr_" + shop;
    private String report = "";

    private static ValidatableResponse send(String path, String body) {
        return given().contentType("application/json")
                .body(body)
                .post("/api/v1" + path)
                .then();
    }

    private ValidatableResponse audit() {
        return send("/reports/" + report + "/audits", DAY).statusCode(200).body("aggregations", hasSize(1));
    }

    private void happened(String type, String... times) {
        for (String time : times) {
            send(
                            "/sources/" + shop + "/events",
                            "{\"uuid\": \"" + UUID.randomUUID() + "\", \"type\": \"" + type + "\", \"timestamp\": \""
                                    + time + "\"}")
                    .statusCode(201);
        }
    }

    @BeforeEach
    void shop() {
        send("/sources", "{\"name\": \"" + shop + "\", \"openTypes\": true}").statusCode(201);
        happened("sale", "2024-03-01T09:00:00Z"); // before the aggregation: it holds it not
        report = send(
                        "/reports",
                        "{\"name\": \"r\", \"aggregations\": [{\"targetCollection\": \"" + target
                                + "\", \"granularity\": \"hour\", \"filter\": {\"sources\": [\"" + shop
                                + "\"], \"eventTypes\": [\"sale\"]}}]}")
                .statusCode(201)
                .extract()
                .path("id");
    }

    @Test
    void ofNumbersThatAreRightNoBucketIsNamed() {
        happened("sale", "2024-03-01T09:10:00Z", "2024-03-01T09:20:00Z", "2024-03-01T23:59:59.999Z");
        happened("sale", "2024-02-29T23:59:59.999Z", "2024-03-02T00:00:00Z");
        happened("visit", "2024-03-01T09:10:00Z");
        counted.count(shop);

        audit().body("aggregations[0].events", equalTo(3))
                .body("aggregations[0].counted", equalTo(3))
                .body("aggregations[0].difference", equalTo(0))
                .body("aggregations[0].buckets", empty());
    }

    @Test
    void aBucketThatIsWrongIsNamed() {
        happened("sale", "2024-03-01T09:10:00Z", "2024-03-01T10:10:00Z", "2024-03-01T11:10:00Z");
        counted.count(shop);
        assertThat(database.getCollection(target)
                        .updateOne(
                                Filters.eq(
                                        "bucket", java.util.Date.from(java.time.Instant.parse("2024-03-01T10:00:00Z"))),
                                Updates.inc("count", 2L))
                        .getModifiedCount())
                .isEqualTo(1);

        audit().body("aggregations[0].events", equalTo(3))
                .body("aggregations[0].counted", equalTo(5))
                .body("aggregations[0].difference", equalTo(2))
                .body("aggregations[0].buckets", hasSize(1))
                .body("aggregations[0].buckets[0].timestamp", equalTo("2024-03-01T10:00:00.000Z"))
                .body("aggregations[0].buckets[0].events", equalTo(1))
                .body("aggregations[0].buckets[0].counted", equalTo(3));
    }

    @Test
    void numbersThatAreGoneAreMissed() {
        happened("sale", "2024-03-01T09:10:00Z");
        counted.count(shop);
        database.getCollection(target).deleteMany(Filters.empty());

        audit().body("aggregations[0].difference", equalTo(-1))
                .body("aggregations[0].buckets.timestamp", hasItem("2024-03-01T09:00:00.000Z"));
    }

    @Test
    void deadEventsAreNotMissed() {
        happened("sale", "2024-03-01T09:10:00Z");
        database.getCollection("events_" + shop)
                .updateMany(
                        Filters.eq("pending", true),
                        Updates.combine(Updates.unset("pending"), Updates.set("irregular.dead.reason", "poison")));

        audit().body("aggregations[0].events", equalTo(0)).body("aggregations[0].buckets", empty());
    }

    @Test
    void whatIsPendingIsWaitedFor() throws Exception {
        happened("sale", "2024-03-01T09:10:00Z");

        CompletableFuture<ValidatableResponse> answer = CompletableFuture.supplyAsync(this::audit);
        counted.count(shop);

        answer.get(30, TimeUnit.SECONDS)
                .body("aggregations[0].events", equalTo(1))
                .body("aggregations[0].difference", equalTo(0));
    }

    @Test
    void whatCantBeAuditedIsRefused() {
        send("/reports/none/audits", DAY).statusCode(404);
        send("/reports/" + report + "/audits", "{}")
                .statusCode(422)
                .body("errors.pointer", equalTo(List.of("/timeRange")));
        send("/reports/" + report + "/audits", DAY.replace("timeRange", "range"))
                .statusCode(400)
                .body("errors[0].code", equalTo("unknown_field"));
        send("/reports/" + report + "/audits", "{\"timeRange\": {\"start\": 5, \"end\": 5}}")
                .statusCode(422)
                .body("errors.pointer", equalTo(List.of("/timeRange/end")));
    }
}
