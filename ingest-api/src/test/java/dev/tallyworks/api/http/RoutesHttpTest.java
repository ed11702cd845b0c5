package dev.tallyworks.api.http;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import dev.tallyworks.api.wiring.ServersForTests;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Each route with each method, and what the OpenAPI document says of them. */
@QuarkusTest
@QuarkusTestResource(ServersForTests.class)
class RoutesHttpTest {
    private static final List<String> METHODS = List.of("GET", "POST", "PUT", "PATCH", "DELETE");

    private static JsonNode json(Response answer) {
        try {
            return JsonBody.JSON.readTree(answer.asString());
        } catch (JsonProcessingException noJson) {
            throw new AssertionError(answer.asString(), noJson);
        }
    }

    private static JsonNode document() {
        Response answer = given().header("Accept", "application/json").get("/q/openapi");
        assertThat(answer.statusCode()).isEqualTo(200);
        return json(answer);
    }

    private static Response send(String method, String path, String type, String body) {
        return given().urlEncodingEnabled(false)
                .header("Content-Type", type)
                .body(body.getBytes(StandardCharsets.UTF_8))
                .request(method, path);
    }

    private static void isProblem(Response answer, int status, String kind) {
        assertThat(answer.statusCode()).as(answer.asString()).isEqualTo(status);
        assertThat(answer.contentType()).isEqualTo("application/problem+json");
        JsonNode problem = json(answer);
        assertThat(problem.path("type").textValue()).isEqualTo("urn:tallyworks:" + kind);
        assertThat(problem.path("status").intValue()).isEqualTo(status);
        assertThat(problem.path("title").textValue()).isNotBlank();
        assertThat(problem.path("detail").textValue()).isNotBlank();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "/api/v1/sources|GET POST",
                "/api/v1/sources/none|GET PATCH DELETE",
                "/api/v1/sources/none/event-types|GET",
                "/api/v1/sources/none/event-types/t|PUT DELETE",
                "/api/v1/sources/none/events|GET POST",
                "/api/v1/sources/none/events/u|GET",
                "/api/v1/reports|GET POST",
                "/api/v1/reports/none|GET PATCH DELETE",
                "/api/v1/reports/none/aggregations|GET POST",
                "/api/v1/reports/none/aggregations/none|GET PATCH DELETE",
                "/api/v1/reports/none/query|GET POST",
                "/api/v1/reports/none/audits|POST",
                "/api/v1/reports/none/top|GET POST",
                "/api/v1/reports/none/dataset|GET POST",
                "/api/v1/reports/none/groups|GET POST",
                "/api/v1/reports/none/groups/flat|GET POST",
                "/api/v1/reports/none/rebuilds|GET POST",
                "/api/v1/reports/none/rebuilds/none|GET",
                "/api/v1/queue|GET",
                "/api/v1/dead-letters|GET",
                "/api/v1/dead-letters/none|GET DELETE",
                "/api/v1/workers|GET",
            })
    void onlyTheMethodsOfARouteAreTaken(String path, String taken) {
        List<String> allowed = List.of(taken.split(" "));
        for (String method : METHODS) {
            Response answer = send(method, path, "application/json", "{}");
            if (allowed.contains(method)) {
                assertThat(answer.statusCode())
                        .as(method + " " + path)
                        .isNotEqualTo(405)
                        .isLessThan(500);
                if (path.contains("none")) {
                    assertThat(answer.statusCode()).as(method + " " + path).isIn(400, 404, 422);
                }
            } else {
                isProblem(answer, 405, "method_not_allowed");
            }
            if (allowed.contains(method) && List.of("POST", "PUT", "PATCH").contains(method)) {
                isProblem(send(method, path, "text/plain", "{}"), 415, "unsupported_media_type");
                isProblem(send(method, path, "application/json", "{"), 400, "bad_request");
            }
        }
        Response head = given().head(path);
        assertThat(head.statusCode())
                .isEqualTo(allowed.contains("GET") ? given().get(path).statusCode() : 405);
        assertThat(head.asString()).isEmpty();
        Response options = given().options(path);
        assertThat(options.statusCode()).as("OPTIONS " + path).isEqualTo(200);
        assertThat(List.of(options.header("Allow").split(", *"))).containsAll(allowed);
        isProblem(given().request("TRACE", path), 405, "method_not_allowed");
        isProblem(given().request("BREW", path), 405, "method_not_allowed");
    }

    @Test
    void aSlashAtTheEndIsTheSameOrNothing() {
        for (String path : List.of("/api/v1/sources/", "/api/v1/reports/", "/api/v1/queue/", "/api/v1/workers/")) {
            Response answer = given().get(path);
            if (answer.statusCode() != 200) {
                isProblem(answer, 404, "not_found");
            }
        }
    }

    @Test
    void whateverIsSentIsNoFaultOfOurs() {
        for (String path : List.of(
                "/%00",
                "/api/v1/sources/%00",
                "/api/v1/sources/%ff",
                "/api/v1/sources/%E4/events/%ff%fe",
                "/api/v1/sources/" + "x".repeat(3_000),
                "/api/v1/sources?limit=%00",
                "/api/v1/sources?limit=1&limit=2",
                "/api/v1/sources?cursor=" + "x".repeat(3_000),
                "/api/v1/reports/a;b=c/query?metric",
                "/api/v1//sources",
                "//api/v1/sources",
                "/api/v1/sources/..%2f..%2fq")) {
            Response answer = given().urlEncodingEnabled(false).get(path);
            assertThat(answer.statusCode()).as(path).isBetween(200, 499);
            if (answer.statusCode() >= 400) {
                assertThat(answer.contentType()).as(path).isEqualTo("application/problem+json");
            }
        }
    }

    @Test
    void everyOperationTellsWhatItDoesAndAnswers() {
        JsonNode document = document();
        assertThat(document.path("info").path("title").textValue()).isEqualTo("Tallyworks");
        document.path("paths")
                .properties()
                .forEach(path -> path.getValue().properties().forEach(method -> {
                    String operation = method.getKey() + " " + path.getKey();
                    assertThat(method.getValue().path("summary").textValue())
                            .as(operation)
                            .isNotBlank();
                    assertThat(method.getValue().path("responses").properties())
                            .as(operation)
                            .anyMatch(response -> response.getKey().startsWith("2"));
                }));
    }

    @Test
    void everyExampleIsTaken() {
        Map<String, List<Map.Entry<String, String>>> examples = examples();
        // Other tests share the database.
        String ours = UUID.randomUUID().toString().substring(0, 8);
        Map<String, String> places = new HashMap<>(Map.of("source", "shop_" + ours, "type", "sale"));
        List<String> done = new ArrayList<>();
        for (String operation : List.of(
                "POST /api/v1/sources",
                "PATCH /api/v1/sources/{source}",
                "PUT /api/v1/sources/{source}/event-types/{type}",
                "POST /api/v1/reports",
                "POST /api/v1/reports/{report}/aggregations",
                "PATCH /api/v1/reports/{report}/aggregations/{aggregation}",
                // Before there are events: nobody counts them here, and an audit waits for that.
                "POST /api/v1/reports/{report}/audits",
                "POST /api/v1/sources/{source}/events",
                "POST /api/v1/reports/{report}/query",
                "POST /api/v1/reports/{report}/rebuilds",
                "POST /api/v1/reports/{report}/top",
                "POST /api/v1/reports/{report}/dataset",
                "POST /api/v1/reports/{report}/groups",
                "POST /api/v1/reports/{report}/groups/flat",
                "POST /api/v1/dead-letters/retry",
                "POST /api/v1/dead-letters/discard",
                "PATCH /api/v1/reports/{report}")) {
            assertThat(examples).containsKey(operation);
            String method = operation.substring(0, operation.indexOf(' '));
            String path = operation.substring(operation.indexOf(' ') + 1);
            for (Map.Entry<String, String> place : places.entrySet()) {
                path = path.replace('{' + place.getKey() + '}', place.getValue());
            }
            for (Map.Entry<String, String> example : examples.get(operation)) {
                String body = example.getValue()
                        .replace("\"Shop\"", "\"Shop " + ours + "\"")
                        .replace("\"shop\"", "\"shop_" + ours + "\"")
                        .replace("\"aggr_", "\"aggr_" + ours + "_");
                Response answer = send(method, path, example.getKey(), body);
                assertThat(answer.statusCode())
                        .as(operation + ": " + body + answer.asString())
                        .isIn(200, 201, 202);
                assertThat(json(answer).path("rejected").asInt()).as(operation).isZero();
                if (operation.endsWith(" /api/v1/reports")) {
                    places.put("report", json(answer).path("id").textValue());
                } else if (operation.endsWith("/aggregations")) {
                    places.put("aggregation", json(answer).path("id").textValue());
                }
            }
            done.add(operation);
        }
        assertThat(new TreeSet<>(done)).isEqualTo(new TreeSet<>(examples.keySet()));
    }

    /** By operation, each with its media type. */
    private static Map<String, List<Map.Entry<String, String>>> examples() {
        Map<String, List<Map.Entry<String, String>>> examples = new HashMap<>();
        document().path("paths").properties().forEach(path -> path.getValue()
                .properties()
                .forEach(method -> {
                    JsonNode body = method.getValue().path("requestBody");
                    if (body.isMissingNode()) {
                        return;
                    }
                    String operation = method.getKey().toUpperCase() + " " + path.getKey();
                    List<Map.Entry<String, String>> there = new ArrayList<>();
                    body.path("content").properties().forEach(type -> {
                        type.getValue().path("examples").forEach(example -> {
                            JsonNode value = example.path("value");
                            there.add(
                                    Map.entry(type.getKey(), value.isTextual() ? value.textValue() : value.toString()));
                        });
                        if (type.getValue().has("example")) {
                            there.add(Map.entry(
                                    type.getKey(),
                                    type.getValue().path("example").toString()));
                        }
                    });
                    assertThat(there).as("examples of " + operation).isNotEmpty();
                    examples.put(operation, there);
                }));
        return examples;
    }
}
