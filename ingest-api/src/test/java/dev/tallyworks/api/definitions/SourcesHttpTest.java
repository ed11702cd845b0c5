package dev.tallyworks.api.definitions;

import static io.restassured.RestAssured.given;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.endsWith;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.hasKey;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.matchesPattern;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.notNullValue;
import static org.hamcrest.Matchers.nullValue;

import dev.tallyworks.api.wiring.ServersForTests;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.ValidatableResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@QuarkusTest
@QuarkusTestResource(ServersForTests.class)
class SourcesHttpTest {
    private static final String TIME = "\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z";

    static ValidatableResponse send(String method, String path, String body) {
        return given().urlEncodingEnabled(false)
                .contentType("application/json")
                .body(body)
                .request(method, "/api/v1" + path)
                .then();
    }

    static ValidatableResponse get(String path) {
        return given().urlEncodingEnabled(false).get("/api/v1" + path).then();
    }

    static ValidatableResponse delete(String path) {
        return given().urlEncodingEnabled(false).delete("/api/v1" + path).then();
    }

    private static String fresh() {
        return "s" + UUID.randomUUID().toString().replace("-", "").substring(0, 12);
    }

    private static String freshSource() {
        String id = fresh();
        send("POST", "/sources", "{\"name\": \"" + id + "\", \"eventTypes\": [{\"name\": \"sale\"}]}")
                .statusCode(201);
        return id;
    }

    private static void post(String source, String uuid) {
        send("POST", "/sources/" + source + "/events", "{\"uuid\": \"" + uuid + "\", \"type\": \"sale\"}")
                .statusCode(201);
    }

    @Test
    void definesASourceWithItsDefaults() {
        String id = fresh();
        String name = id.toUpperCase() + " Ö.x";
        send("POST", "/sources", "{\"name\": \"" + name + "\"}")
                .statusCode(201)
                .header("Location", endsWith("/api/v1/sources/" + id + "___x"))
                .body("id", equalTo(id + "___x"))
                .body("name", equalTo(name))
                .body("owners", empty())
                .body("openTypes", equalTo(false))
                .body("eventTypes", empty())
                .body("$", hasKey("description"))
                .body("retention", nullValue())
                .body("createdAt", matchesPattern(TIME))
                .body("updatedAt", matchesPattern(TIME));
    }

    @Test
    void aSourceOfTheSameNameIsTheOneThatIsThere() {
        String id = fresh();
        String first = send(
                        "POST",
                        "/sources",
                        "{\"name\": \"" + id + "\", \"description\": \"a\", \"owners\": [\"o\"],"
                                + " \"retention\": {\"hotDays\": 9}, \"openTypes\": true,"
                                + " \"eventTypes\": [{\"name\": \"sale\", \"schema\": {\"type\": \"object\"}}]}")
                .statusCode(201)
                .body("retention.hotDays", equalTo(9))
                .extract()
                .asString();
        send("POST", "/sources", "{\"name\": \"" + id + "\", \"description\": \"b\"}")
                .statusCode(200)
                .body("", equalTo(io.restassured.path.json.JsonPath.from(first).get()));
        send(
                        "POST",
                        "/sources",
                        "{\"name\": \"" + id + "\", \"eventTypes\": [{\"name\": \"sale\"}, {\"name\": \"refund\"}]}")
                .statusCode(200)
                .body("description", equalTo("a"))
                .body("eventTypes.name", contains("sale", "refund"))
                .body("eventTypes[0].schema.type", equalTo("object"));
        send("POST", "/sources", "{\"name\": \"" + id.toUpperCase() + "\"}")
                .statusCode(409)
                .body("type", equalTo("urn:tallyworks:conflict"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"tallyworks_usage", "Tallyworks Usage"})
    void theBuiltInSourceIsReserved(String name) {
        send("POST", "/sources", "{\"name\": \"" + name + "\"}").statusCode(409);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{}|422|missing|/name",
                "{\"name\": null}|422|missing|/name",
                "{\"name\": \"\"}|422|invalid_value|/name",
                "{\"name\": 5}|400|wrong_type|/name",
                "{\"name\": \"a\", \"nom\": 1}|400|unknown_field|/nom",
                "{\"name\": \"a\", \"a/b~\": 1}|400|unknown_field|/a~1b~0",
                "{\"name\": \"a\", \"description\": 1}|400|wrong_type|/description",
                "{\"name\": \"a\", \"owners\": \"me\"}|400|wrong_type|/owners",
                "{\"name\": \"a\", \"owners\": [\"me\", 1]}|400|wrong_type|/owners/1",
                "{\"name\": \"a\", \"openTypes\": \"true\"}|400|wrong_type|/openTypes",
                "{\"name\": \"a\", \"openTypes\": 1}|400|wrong_type|/openTypes",
                "{\"name\": \"a\", \"retention\": {}}|422|missing|/retention/hotDays",
                "{\"name\": \"a\", \"retention\": {\"hotDays\": 0}}|422|invalid_value|/retention/hotDays",
                "{\"name\": \"a\", \"retention\": {\"hotDays\": \"3\"}}|400|wrong_type|/retention/hotDays",
                "{\"name\": \"a\", \"retention\": {\"hotDays\": 1e400}}|422|invalid_value|/retention/hotDays",
                "{\"name\": \"a\", \"retention\": {\"hotDays\": 9223372036854775808}}|422|invalid_value|/retention/hotDays",
                "{\"name\": \"a\", \"retention\": {\"hotDays\": 1, \"x\": 1}}|400|unknown_field|/retention/x",
                "{\"name\": \"a\", \"retention\": 3}|400|wrong_type|/retention",
                "{\"name\": \"a\", \"eventTypes\": [{}]}|422|missing|/eventTypes/0/name",
                "{\"name\": \"a\", \"eventTypes\": [\"sale\"]}|400|wrong_type|/eventTypes/0",
                "{\"name\": \"a\", \"eventTypes\": [{\"name\": \"t\", \"kind\": 1}]}|400|unknown_field|/eventTypes/0/kind",
                "{\"name\": \"a\", \"eventTypes\": [{\"name\": \"t\"}, {\"name\": \"u\", \"schema\": {\"type\": \"x\"}}]}"
                        + "|422|invalid_value|/eventTypes/1/schema/type",
                "{\"name\": \"a\", \"eventTypes\": [{\"name\": \"t\", \"schema\": 7}]}|422|invalid_value|/eventTypes/0/schema",
                "[]|400|wrong_type|``",
            })
    void refusesWhatIsNoSource(String body, int status, String code, String pointer) {
        send("POST", "/sources", body)
                .statusCode(status)
                .contentType("application/problem+json")
                .body("status", equalTo(status))
                .body("type", equalTo(status == 400 ? "urn:tallyworks:bad_request" : "urn:tallyworks:invalid"))
                .body("errors[0].code", equalTo(code))
                .body("errors[0].pointer", equalTo(pointer))
                .body("errors[0].detail", notNullValue());
    }

    @Test
    void namesHaveUpTo100Characters() {
        String id = fresh();
        send("POST", "/sources", "{\"name\": \"" + id + "😀".repeat(100 - id.length()) + "\"}")
                .statusCode(201);
        send("POST", "/sources", "{\"name\": \"" + id + "x".repeat(101 - id.length()) + "\"}")
                .statusCode(422);
    }

    @Test
    void listsAndErrorsAreBounded() {
        String owners = java.util.stream.IntStream.range(0, 1_001)
                .mapToObj(i -> "\"o" + i + "\"")
                .collect(java.util.stream.Collectors.joining(","));
        send("POST", "/sources", "{\"name\": \"" + fresh() + "\", \"owners\": [" + owners + "]}")
                .statusCode(422)
                .body("errors[0].pointer", equalTo("/owners"));
        send("POST", "/sources", "{\"name\": \"" + fresh() + "\", \"owners\": [" + "1,".repeat(5_000) + "1]}")
                .statusCode(400)
                .body("errors", hasSize(100));
    }

    @Test
    void listsInPages() {
        List<String> made = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            made.add(freshSource());
        }
        List<String> seen = new ArrayList<>();
        String cursor = null;
        do {
            var page = given().queryParam("limit", 2);
            if (cursor != null) {
                page.queryParam("cursor", cursor);
            }
            var answer = page.get("/api/v1/sources").then().statusCode(200).extract();
            seen.addAll(answer.path("items.id"));
            cursor = answer.path("nextCursor");
        } while (cursor != null);
        org.assertj.core.api.Assertions.assertThat(seen).containsAll(made).doesNotHaveDuplicates();
        get("/sources?limit=1000").statusCode(200).body("nextCursor", nullValue());
        for (String bad : List.of("limit=0", "limit=1001", "limit=x", "cursor=!!")) {
            get("/sources?" + bad)
                    .statusCode(422)
                    .body("errors[0].detail", containsString(bad.substring(0, bad.indexOf('='))));
        }
    }

    @Test
    void patchesByMerging() {
        String id = freshSource();
        String path = "/sources/" + id;
        send("PATCH", path, "{\"description\": \"x\", \"owners\": [\"a\"], \"retention\": {\"hotDays\": 3}}")
                .statusCode(200)
                .body("description", equalTo("x"))
                .body("retention.hotDays", equalTo(3))
                .body("eventTypes", hasSize(1));
        send("PATCH", path, "{\"retention\": {\"offloader\": \"s3\"}}")
                .statusCode(200)
                .body("retention.hotDays", equalTo(3))
                .body("retention.offloader", equalTo("s3"))
                .body("owners", contains("a"));
        String whole = get(path).statusCode(200).extract().asString();
        given().contentType("application/merge-patch+json")
                .body(whole)
                .patch("/api/v1" + path)
                .then()
                .statusCode(200)
                .body("", equalTo(io.restassured.path.json.JsonPath.from(whole).get()));
        send("PATCH", path, "{\"retention\": null, \"description\": null, \"openTypes\": true}")
                .statusCode(200)
                .body("retention", nullValue())
                .body("description", nullValue())
                .body("openTypes", equalTo(true));
        send("PATCH", path, "{\"name\": \"other\"}").statusCode(422).body("errors[0].pointer", equalTo("/name"));
        send("PATCH", path, "{\"name\": null}").statusCode(422);
        send("PATCH", path, "{\"nom\": 1}").statusCode(400).body("errors[0].code", equalTo("unknown_field"));
        send("PATCH", path, "{\"nom\": null}").statusCode(400).body("errors[0].code", equalTo("unknown_field"));
        send("PATCH", path, "{\"owners\": [1]}").statusCode(400).body("errors[0].pointer", equalTo("/owners/0"));
        send("PATCH", path, "{\"retention\": {\"hotDays\": -1}}").statusCode(422);
        send("PATCH", path, "[]").statusCode(400);
        send("PATCH", "/sources/none", "{}").statusCode(404);
    }

    @Test
    void definesEventTypes() {
        String id = freshSource();
        String path = "/sources/" + id + "/event-types";
        send("PUT", path + "/a%2Fb%20%C3%A4", "{\"description\": \"d\", \"schema\": {\"required\": [\"x\"]}}")
                .statusCode(201)
                .body("name", equalTo("a/b ä"))
                .body("description", equalTo("d"))
                .body("schema.required", contains("x"))
                .body("createdAt", matchesPattern(TIME))
                .body("updatedAt", matchesPattern(TIME));
        send("PUT", path + "/a%2Fb%20%C3%A4", "{}")
                .statusCode(200)
                .body("schema", nullValue())
                .body("description", nullValue());
        send("PUT", path + "/t", "{\"schema\": {\"properties\": {\"a\": {\"pattern\": \"(\"}}}}")
                .statusCode(422)
                .body("errors[0].pointer", equalTo("/schema/properties/a/pattern"))
                .body("errors[0].code", equalTo("invalid_value"));
        send("PUT", path + "/t", "{\"schema\": {\"$ref\": \"#\"}}").statusCode(422);
        send("PUT", path + "/t", "{\"schma\": {}}").statusCode(400);
        send("PUT", path + "/" + "x".repeat(101), "{}").statusCode(422);
        send("PUT", "/sources/none/event-types/t", "{}").statusCode(404);
        get(path).statusCode(200).body("items.name", contains("a/b ä", "sale")).body("nextCursor", nullValue());
        get("/sources/none/event-types").statusCode(404);
        delete(path + "/sale").statusCode(204);
        delete(path + "/sale").statusCode(404);
        get(path).body("items.name", not(hasItem("sale")));
    }

    @Test
    void aTypesSchemaIsInForceForTheNextEvent() {
        String id = freshSource();
        for (int i = 0; i < 5; i++) {
            send("PUT", "/sources/" + id + "/event-types/t" + i, "{\"schema\": {\"required\": [\"x\"]}}")
                    .statusCode(201);
            send("POST", "/sources/" + id + "/events", "{\"uuid\": \"" + i + "\", \"type\": \"t" + i + "\"}")
                    .statusCode(422)
                    .body("errors[0].code", equalTo("schema_violation"));
            send("PUT", "/sources/" + id + "/event-types/t" + i, "{}").statusCode(200);
            send("POST", "/sources/" + id + "/events", "{\"uuid\": \"" + i + "\", \"type\": \"t" + i + "\"}")
                    .statusCode(201);
            delete("/sources/" + id + "/event-types/t" + i).statusCode(204);
            send("POST", "/sources/" + id + "/events", "{\"uuid\": \"b" + i + "\", \"type\": \"t" + i + "\"}")
                    .statusCode(422)
                    .body("errors[0].code", equalTo("unknown_event_type"));
        }
    }

    @Test
    void deletesASourceThatNothingNeeds() {
        String id = freshSource();
        delete("/sources/" + id).statusCode(204);
        get("/sources/" + id).statusCode(404).body("type", equalTo("urn:tallyworks:not_found"));
        delete("/sources/" + id).statusCode(404);
        send("POST", "/sources/" + id + "/events", "{\"uuid\": \"u\", \"type\": \"sale\"}")
                .statusCode(404);
        send("POST", "/sources", "{\"name\": \"" + id + "\"}").statusCode(201);
    }

    @Test
    void keepsASourceThatHasEvents() {
        String id = freshSource();
        post(id, "u");
        delete("/sources/" + id).statusCode(409).body("detail", containsString("purge"));
        post(id, "v");
        delete("/sources/" + id + "?purge=yes").statusCode(422);
        delete("/sources/" + id + "?purge=false").statusCode(409);
        delete("/sources/" + id + "?purge=true").statusCode(202);
        delete("/sources/" + id + "?purge=true").statusCode(202);
        send("PATCH", "/sources/" + id, "{\"description\": \"x\"}").statusCode(409);
        send("PUT", "/sources/" + id + "/event-types/x", "{}").statusCode(409);
        send("POST", "/sources", "{\"name\": \"" + id + "\"}").statusCode(409);
        delete("/sources/" + id).statusCode(409);
    }

    @Test
    void keepsASourceThatAnAggregationNames() {
        String id = freshSource();
        String report = send(
                        "POST",
                        "/reports",
                        "{\"name\": \"r\", \"aggregations\": [{\"targetCollection\": \"aggr_" + id
                                + "\", \"filter\": {\"sources\": [\"" + id + "\"]}}]}")
                .statusCode(201)
                .extract()
                .path("id");
        delete("/sources/" + id).statusCode(409);
        delete("/reports/" + report).statusCode(204);
        delete("/sources/" + id).statusCode(204);
    }
}
