package dev.tallyworks.api.http;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.notNullValue;

import dev.tallyworks.api.wiring.ServersForTests;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.ValidatableResponse;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@QuarkusTest
@QuarkusTestResource(ServersForTests.class)
class ProblemsHttpTest {
    @TestHTTPResource("/")
    URI root;

    private static void isProblem(ValidatableResponse answer, int status, String kind) {
        answer.statusCode(status)
                .contentType("application/problem+json")
                .body("type", equalTo("urn:tallyworks:" + kind))
                .body("status", equalTo(status))
                .body("title", notNullValue())
                .body("detail", notNullValue());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/nothing",
                "/api/v1",
                "/api/v1/",
                "/api/v1/nothing",
                "/api/v2/sources",
                "/q/nothing",
                "/api/v1/sources/a/b/c/d"
            })
    void anUnknownPath(String path) {
        isProblem(given().get(path).then(), 404, "not_found");
        isProblem(given().contentType("application/json").body("{}").post(path).then(), 404, "not_found");
    }

    @Test
    void anUnknownMethod() {
        isProblem(given().put("/api/v1/sources").then(), 405, "method_not_allowed");
        isProblem(given().post("/api/v1/sources/x").then(), 405, "method_not_allowed");
        isProblem(given().delete("/api/v1/reports").then(), 405, "method_not_allowed");
    }

    @ParameterizedTest
    @ValueSource(strings = {"text/plain", "application/x-www-form-urlencoded", "application/xml"})
    void aBodyOfAnotherType(String type) {
        isProblem(
                given().header("Content-Type", type)
                        .body("{}")
                        .post("/api/v1/sources")
                        .then(),
                415,
                "unsupported_media_type");
    }

    @Test
    void anAnswerOfAnotherType() {
        isProblem(given().accept("image/png").get("/api/v1/sources").then(), 406, "not_acceptable");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "``|line 1, column 1",
                "`  `|line 1, column 1",
                "{|line 1, column 2",
                "{\\n\\n  \"a\" 1}|line 3, column 7",
                "{\"a\": 1} x|line 1, column 10",
                "{\"a\": NaN}|line 1, column 10",
                "{\"a\": 1,}|line 1, column 9",
                "{\"ä\" 1}|line 1, column 6",
                "nonsense|line 1, column 1",
            })
    void malformedJson(String body, String place) {
        ValidatableResponse answer = given().contentType("application/json")
                .body(body.replace("\\n", "\n"))
                .post("/api/v1/sources")
                .then();
        isProblem(answer, 400, "bad_request");
        answer.body("errors[0].code", equalTo("malformed_json"));
        assertThat(answer.extract().<String>path("detail")).contains("line ").contains(", column ");
        answer.body("detail", containsString(place));
    }

    @Test
    void hostileJson() {
        for (String body : List.of(
                "[".repeat(100_000),
                "{\"a\":".repeat(5_000),
                "{\"name\": " + "9".repeat(100_000) + "}",
                "{\"name\": \"" + "x".repeat(900_000) + "\"}",
                "{\"" + "n".repeat(100_000) + "\": 1}",
                "{\"name\": \"\\ud800\"}",
                "\u0000",
                "\uFEFF{\"name\": 1}")) {
            int status = given().contentType("application/json")
                    .body(body)
                    .post("/api/v1/sources")
                    .statusCode();
            assertThat(status)
                    .as(body.substring(0, Math.min(20, body.length())))
                    .isBetween(400, 499);
        }
    }

    @Test
    void bodiesThatAreTooLarge() throws Exception {
        isProblem(
                given().contentType("application/json")
                        .body(new byte[2 << 20])
                        .post("/api/v1/sources")
                        .then(),
                413,
                "too_large");
        HttpClient client = HttpClient.newHttpClient();
        for (int megabytes : new int[] {13, 40}) {
            HttpResponse<String> answer = client.send(
                    HttpRequest.newBuilder(root.resolve("/api/v1/sources/x/events"))
                            .header("Content-Type", "application/json")
                            .POST(HttpRequest.BodyPublishers.ofByteArray(new byte[megabytes << 20]))
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
            assertThat(answer.statusCode()).isEqualTo(413);
            assertThat(answer.headers().firstValue("Content-Type")).hasValue("application/problem+json");
            assertThat(answer.body()).contains("urn:tallyworks:too_large");
        }
    }

    @Test
    void theOpenApiDocumentHasEveryRoute() {
        var document = given().queryParam("format", "json")
                .get("/q/openapi")
                .then()
                .statusCode(200)
                .extract()
                .jsonPath();
        Map<String, Map<String, Map<String, Object>>> paths = document.getMap("paths");
        List<String> wanted = List.of(
                "post /api/v1/sources",
                "get /api/v1/sources",
                "get /api/v1/sources/{source}",
                "patch /api/v1/sources/{source}",
                "delete /api/v1/sources/{source}",
                "put /api/v1/sources/{source}/event-types/{type}",
                "get /api/v1/sources/{source}/event-types",
                "delete /api/v1/sources/{source}/event-types/{type}",
                "post /api/v1/reports",
                "get /api/v1/reports",
                "get /api/v1/reports/{report}",
                "patch /api/v1/reports/{report}",
                "delete /api/v1/reports/{report}",
                "post /api/v1/reports/{report}/aggregations",
                "get /api/v1/reports/{report}/aggregations",
                "get /api/v1/reports/{report}/aggregations/{aggregation}",
                "patch /api/v1/reports/{report}/aggregations/{aggregation}",
                "delete /api/v1/reports/{report}/aggregations/{aggregation}",
                "post /api/v1/sources/{source}/events",
                "get /api/v1/sources/{source}/events",
                "get /api/v1/sources/{source}/events/{uuid}",
                "get /api/v1/reports/{report}/query",
                "post /api/v1/reports/{report}/query",
                "get /api/v1/queue",
                "post /api/v1/queue/pause",
                "post /api/v1/queue/resume",
                "get /api/v1/dead-letters",
                "get /api/v1/dead-letters/{id}",
                "post /api/v1/dead-letters/{id}/retry",
                "delete /api/v1/dead-letters/{id}",
                "post /api/v1/dead-letters/retry",
                "post /api/v1/dead-letters/discard",
                "get /api/v1/workers");
        List<String> there = new ArrayList<>();
        paths.forEach((path, methods) -> methods.forEach((method, operation) -> {
            if (List.of("get", "put", "post", "patch", "delete").contains(method)) {
                there.add(method + " " + path);
                assertThat(operation.get("summary")).as(method + " " + path).isNotNull();
                assertThat(operation.get("responses").toString())
                        .as(method + " " + path)
                        .contains("503", "application/problem+json", "urn:tallyworks:unavailable");
                Object body = operation.get("requestBody");
                if (body != null) {
                    assertThat(body.toString()).as(method + " " + path).contains("example");
                }
                if (List.of("put", "post", "patch").contains(method)
                        && !path.matches(".*(pause|resume|cancel|\\{id}/retry)")) {
                    assertThat(body).as(method + " " + path).isNotNull();
                }
            }
        }));
        assertThat(there).containsAll(wanted);
    }

    @Test
    void theDocumentationIsServed() {
        given().get("/q/swagger-ui/").then().statusCode(200).contentType("text/html");
    }
}
