package dev.tallyworks.api.audit;

import static io.restassured.RestAssured.given;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasSize;

import dev.tallyworks.api.query.CountedHere;
import dev.tallyworks.api.wiring.ServersForTests;
import dev.tallyworks.definition.Aggregation;
import dev.tallyworks.definition.Change;
import dev.tallyworks.definition.DefinitionLog;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.ValidatableResponse;
import jakarta.inject.Inject;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Partitions that a worker has closed, here by the test's own hand, but not dropped yet. */
@QuarkusTest
@QuarkusTestResource(ServersForTests.class)
class ClosedPartitionsHttpTest {
    private static final String RANGE =
            "\"timeRange\": {\"start\": \"2024-03-01T00:00:00Z\", \"end\": \"2024-03-03T00:00:00Z\"}";

    @Inject
    CountedHere counted;

    @Inject
    DefinitionLog definitions;

    private final String shop =
            "c" + UUID.randomUUID().toString().replace("-", "").substring(0, 12);
    private String report = "";

    private static ValidatableResponse send(String path, String body) {
        return given().contentType("application/json")
                .body(body)
                .post("/api/v1" + path)
                .then();
    }

    private ValidatableResponse happened(String type, String time) {
        return send(
                "/sources/" + shop + "/events",
                "{\"uuid\": \"" + type + time + "\", \"type\": \"" + type + "\", \"timestamp\": \"" + time + "\"}");
    }

    private String define(String type) {
        return send(
                        "/reports",
                        "{\"name\": \"r\", \"aggregations\": [{\"targetCollection\": \"aggr_"
                                + UUID.randomUUID().toString().replace("-", "") + "\", \"granularity\": \"hour\","
                                + " \"filter\": {\"sources\": [\"" + shop + "\"], \"eventTypes\": [\"" + type
                                + "\"]}, \"partition\": {\"enabled\": true, \"length\": 24}, \"retention\": {\"hotDays\":"
                                + " 9}}]}")
                .statusCode(201)
                .extract()
                .path("id");
    }

    private void closeBefore(String of, String time) {
        definitions.change((newest, version) -> {
            Aggregation aggregation = newest.aggregationsOf(of).get(0);
            long edge = aggregation.partitionStartMillis(Instant.parse(time).toEpochMilli());
            return new DefinitionLog.Decided<>(List.of(Change.set(aggregation.closedBefore(edge))), "");
        });
    }

    @BeforeEach
    void countAndClose() {
        send("/sources", "{\"name\": \"" + shop + "\", \"openTypes\": true}").statusCode(201);
        report = define("sale");
        happened("sale", "2024-03-01T23:00:00Z").statusCode(201);
        happened("sale", "2024-03-02T00:00:00Z").statusCode(201);
        counted.count(shop);
        closeBefore(report, "2024-03-02T07:00:00Z");
    }

    @Test
    void whatWouldCountInClosedPartitionsAloneIsTooOld() {
        happened("sale", "2024-03-01T23:59:59.999Z")
                .statusCode(422)
                .body("errors[0].code", equalTo("too_old"))
                .body("errors[0].pointer", equalTo("/timestamp"));
        happened("sale", "2024-03-01T23:00:00Z").statusCode(200).body("duplicate", equalTo(true));
        happened("sale", "2024-03-02T00:00:00.001Z").statusCode(201);
        happened("visit", "2024-03-01T23:00:00Z").statusCode(201);
        define("sale"); // counts it too, and has nothing closed
        happened("sale", "2024-03-01T23:59:59.999Z").statusCode(201);
    }

    @Test
    void theirNumbersAreNeitherAnsweredNorAuditedNorRebuilt() {
        send(
                        "/reports/" + report + "/query",
                        "{\"metric\": {\"type\": \"COUNT\"}, \"granularity\": \"hour\", " + RANGE + "}")
                .statusCode(200)
                .body("points", hasSize(1))
                .body("points[0].timestamp", equalTo("2024-03-02T00:00:00.000Z"));
        send("/reports/" + report + "/audits", "{" + RANGE + "}")
                .statusCode(200)
                .body("aggregations[0].events", equalTo(1))
                .body("aggregations[0].buckets", empty());
        String closed = RANGE.replace("03-03", "03-02");
        send("/reports/" + report + "/rebuilds", "{" + closed + "}")
                .statusCode(409)
                .body("detail", containsString("expired"));
        send("/reports/" + report + "/audits", "{" + closed + "}")
                .statusCode(200)
                .body("aggregations[0].events", equalTo(0));
        send(
                        "/reports/" + report + "/query",
                        "{\"metric\": {\"type\": \"COUNT\"}, \"granularity\": \"all\", " + closed + "}")
                .statusCode(200)
                .body("points", empty());
    }
}
