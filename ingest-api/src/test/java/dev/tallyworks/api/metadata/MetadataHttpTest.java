package dev.tallyworks.api.metadata;

import static io.restassured.RestAssured.given;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.containsInAnyOrder;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.nullValue;

import dev.tallyworks.api.query.CountedHere;
import dev.tallyworks.api.wiring.ServersForTests;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.ValidatableResponse;
import jakarta.inject.Inject;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;

@QuarkusTest
@QuarkusTestResource(ServersForTests.class)
class MetadataHttpTest {
    private static final String NOON = "2024-01-01T12:00:00.000Z";

    @Inject
    CountedHere counted;

    private final String shop = "m" + UUID.randomUUID().toString().substring(0, 8);

    private static ValidatableResponse post(String path, String body) {
        return given().contentType("application/json")
                .body(body.replace('\'', '"'))
                .post("/api/v1" + path)
                .then();
    }

    private static ValidatableResponse get(String path) {
        return given().get("/api/v1" + path).then();
    }

    private static void source(String id) {
        post("/sources", "{'name': '" + id + "', 'openTypes': true}").statusCode(201);
    }

    private String report(String... aggregations) {
        return post("/reports", "{'name': 'r', 'aggregations': [" + String.join(",", aggregations) + "]}")
                .statusCode(201)
                .extract()
                .path("id");
    }

    private static String aggregation(String source, String members) {
        return "{'targetCollection': 'aggr_" + source + "_"
                + UUID.randomUUID().toString().substring(0, 4) + "', 'filter': {'sources': ['" + source + "']}"
                + members + "}";
    }

    private static void event(String source, String type, String timestamp, String rest) {
        post(
                        "/sources/" + source + "/events",
                        "{'uuid': '" + UUID.randomUUID() + "', 'type': '" + type + "', 'timestamp': '" + timestamp + "'"
                                + rest + "}")
                .statusCode(201);
    }

    @Test
    void aSourceTellsWhatOccursInItsEventsAsSoonAsTheyAreAnswered() {
        source(shop);
        get("/sources/" + shop + "/metadata")
                .statusCode(200)
                .body(
                        "keySet()",
                        equalTo(Set.of("eventTypes", "fields", "attributionTypes", "firstEvent", "lastEvent")))
                .body("eventTypes", empty())
                .body("fields", empty())
                .body("attributionTypes", empty())
                .body("firstEvent", nullValue())
                .body("lastEvent", nullValue());

        event(shop, "sale", NOON, ", 'payload': {'amount': 1.5, 'paid': true, 'to': {'city': 'Rome'}, 'tags': ['a']}");
        get("/sources/" + shop + "/metadata")
                .body("eventTypes", contains("sale"))
                .body("firstEvent", equalTo(NOON))
                .body("lastEvent", equalTo(NOON));

        event(
                shop,
                "refund",
                "2024-01-01T11:59:59.999Z",
                ", 'payload': {'amount': 'all', 'note': null}, 'attributions': [{'type': 'customer', 'value': 'acme'}]");
        event(shop, "sale", "2024-01-02T00:00:00Z", "");
        get("/sources/" + shop + "/metadata")
                .body("eventTypes", contains("refund", "sale"))
                .body(
                        "fields",
                        contains(
                                Map.of("name", "amount", "kinds", List.of("number", "string")),
                                Map.of("name", "paid", "kinds", List.of("boolean")),
                                Map.of("name", "to.city", "kinds", List.of("string"))))
                .body("attributionTypes", contains("customer"))
                .body("firstEvent", equalTo("2024-01-01T11:59:59.999Z"))
                .body("lastEvent", equalTo("2024-01-02T00:00:00.000Z"));
    }

    @Test
    void whatIsRefusedLeavesNoNames() {
        source(shop);
        post(
                        "/sources/" + shop + "/events",
                        "{'uuid': 'u', 'type': 'sale', 'timestamp': '2999-01-01T00:00:00Z', 'payload': {'amount': 1}}")
                .statusCode(422);
        get("/sources/" + shop + "/metadata").body("eventTypes", empty()).body("fields", empty());
    }

    @Test
    void aReportTellsWhatItHasCountedInAllItsAggregations() {
        String second = shop + "b";
        source(shop);
        source(second);
        String report = report(
                aggregation(shop, ", 'granularity': 'hour', 'rollupTo': ['day'], 'fields': {'exclude': ['secret']}"),
                aggregation(second, ", 'granularity': 'day'"));
        get("/reports/" + report + "/metadata")
                .statusCode(200)
                .body(
                        "keySet()",
                        equalTo(Set.of(
                                "metrics",
                                "groupableFields",
                                "attributionTypes",
                                "sources",
                                "eventTypes",
                                "firstBucket",
                                "lastBucket")))
                .body("metrics", empty())
                .body("sources", empty())
                .body("firstBucket", nullValue());

        event(
                shop,
                "sale",
                "2024-01-01T12:34:00Z",
                ", 'payload': {'amount': 1.5, 'paid': true, 'to': {'city': 'Rome'}, 'secret': 7}");
        counted.count(shop);
        get("/reports/" + report + "/metadata")
                .body("metrics", contains("amount_sum", "sale_count"))
                .body("groupableFields", contains("paid", "to.city"))
                .body("attributionTypes", empty())
                .body("sources", contains(shop))
                .body("eventTypes", contains("sale"))
                .body("firstBucket", equalTo(NOON))
                .body("lastBucket", equalTo(NOON));

        event(
                second,
                "visit",
                "2024-01-03T12:34:00Z",
                ", 'payload': {'seconds': 5}, 'attributions': [{'type': 'page', 'value': '/'}]");
        counted.count(second);
        get("/reports/" + report + "/metadata")
                .body("metrics", contains("amount_sum", "seconds_sum", "sale_count", "visit_count"))
                .body("attributionTypes", contains("page"))
                .body("sources", containsInAnyOrder(shop, second))
                .body("firstBucket", equalTo(NOON))
                .body("lastBucket", equalTo("2024-01-03T00:00:00.000Z"));
    }

    @Test
    void aPurgedSourceIsNoMoreInTheReport() {
        source(shop);
        String report = report(aggregation(shop, ""));
        event(shop, "sale", NOON, ", 'payload': {'amount': 1}");
        counted.count(shop);
        get("/reports/" + report + "/metadata").body("sources", contains(shop));

        given().delete("/api/v1/sources/" + shop + "?purge=true").then().statusCode(202);

        get("/reports/" + report + "/metadata")
                .body("metrics", empty())
                .body("sources", empty())
                .body("lastBucket", nullValue());
    }

    @Test
    void whatIsNotDefinedHasNone() {
        get("/sources/none_" + shop + "/metadata")
                .statusCode(404)
                .contentType("application/problem+json")
                .body("type", equalTo("urn:tallyworks:not_found"));
        get("/reports/none/metadata").statusCode(404).body("type", equalTo("urn:tallyworks:not_found"));
    }
}
