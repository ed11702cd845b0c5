package dev.tallyworks.api.intake;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.nullValue;

import dev.tallyworks.api.wiring.ServersForTests;
import dev.tallyworks.definition.Change;
import dev.tallyworks.definition.DefinitionLog;
import dev.tallyworks.definition.EventType;
import dev.tallyworks.definition.Retention;
import dev.tallyworks.definition.Source;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.http.ContentType;
import io.restassured.response.Response;
import io.restassured.response.ValidatableResponse;
import jakarta.inject.Inject;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@QuarkusTest
@QuarkusTestResource(ServersForTests.class)
class EventResourceTest {
    private static final String GOOD = "{\"uuid\":\"good\",\"type\":\"sale\"}";
    private static final String GOOD_TOO = "{\"uuid\":\"good too\",\"type\":\"sale\"}";
    private static int sources;

    @Inject
    DefinitionLog definitions;

    private String source = "";

    @BeforeEach
    void defineASource() {
        source = define("http_" + ++sources);
    }

    private String define(String id) {
        Instant now = Instant.now();
        Map<String, EventType> types = new LinkedHashMap<>();
        types.put("sale", new EventType("sale", null, null, now, now));
        String schema = """
                {"type": "object", "required": ["amount"], "properties": {"amount": {"type": "number", "minimum": 0},
                 "items": {"type": "array", "items": {"type": "string"}}}}
                """;
        types.put("checked", new EventType("checked", null, schema, now, now));
        definitions.change((newest, version) -> new DefinitionLog.Decided<>(
                List.of(Change.set(new Source(
                        id,
                        version,
                        id,
                        null,
                        List.of(),
                        new Retention(400_000, null),
                        false,
                        types,
                        Source.State.OPEN,
                        now,
                        now))),
                id));
        return id;
    }

    @Test
    void oneEventIsGivenBackAsRecorded() {
        String event = "{\"uuid\":\"a b/c\",\"type\":\"sale\",\"timestamp\":\"2026-01-01T13:05:00.1239+01:00\","
                + "\"payload\":{\"amount\":1.50,\"exp\":1E2,\"none\":null,\"a.b\":{\"$\":[1,\"x\"],\"\":true}},"
                + "\"attributions\":[{\"type\":\"customer\",\"value\":\"acme\"}]}";
        Response first = post(event);
        assertThat(first.statusCode()).isEqualTo(201);
        assertThat(first.body().asString())
                .contains(
                        "\"id\":\"a b/c\",\"uuid\":\"a b/c\",\"type\":\"sale\",\"timestamp\":\"2026-01-01T12:05:00.123Z\"")
                .contains(
                        "\"payload\":{\"amount\":1.50,\"exp\":1E+2,\"none\":null,\"a.b\":{\"$\":[1,\"x\"],\"\":true}}")
                .contains("\"attributions\":[{\"type\":\"customer\",\"value\":\"acme\"}]")
                .contains("\"duplicate\":false")
                .doesNotContain("aggregated", "dead");

        Response again = post(event.replace("1.50", "9"));
        assertThat(again.statusCode()).isEqualTo(200);
        assertThat(again.body().asString())
                .isEqualTo(first.body().asString().replace("\"duplicate\":false", "\"duplicate\":true"));

        Response read = given().urlEncodingEnabled(false).get("/api/v1/sources/" + source + "/events/a%20b%2Fc");
        assertThat(read.statusCode()).isEqualTo(200);
        assertThat(read.body().asString())
                .isEqualTo(first.body().asString().replace("\"duplicate\":false", "\"aggregated\":false"));
    }

    @Test
    void aBatchIsCounted() {
        post("[" + GOOD + "," + GOOD + "]")
                .then()
                .statusCode(200)
                .body("accepted", equalTo(1))
                .body("duplicates", equalTo(1))
                .body("rejected", equalTo(0))
                .body("errors", hasSize(0));
        post("[" + GOOD_TOO + ",{\"uuid\":\"x\",\"type\":\"other\"}]")
                .then()
                .statusCode(207)
                .body("accepted", equalTo(1))
                .body("rejected", equalTo(1))
                .body("errors[0].index", equalTo(1))
                .body("errors[0].uuid", equalTo("x"))
                .body("errors[0].code", equalTo("unknown_event_type"))
                .body("errors[0].pointer", equalTo("/type"));
        problem(post("[{\"uuid\":\"x\",\"type\":\"other\"},7]"), 422, "invalid")
                .body("accepted", equalTo(0))
                .body("duplicates", equalTo(0))
                .body("rejected", equalTo(2))
                .body("errors", hasSize(2))
                .body("errors[1].index", equalTo(1))
                .body("errors[1].code", equalTo("invalid_event"));
        post("[]").then().statusCode(200).body("accepted", equalTo(0));
    }

    @Test
    void ndjsonAndGzip() {
        send(gzip(GOOD + "\n" + GOOD_TOO + "\n"), EventResource.NDJSON, "gzip")
                .then()
                .statusCode(200)
                .body("accepted", equalTo(2));
        send(gzip(GOOD), "application/json; charset=UTF-8", "gzip").then().statusCode(200);
        problem(send(GOOD.getBytes(StandardCharsets.UTF_8), "application/json", "gzip"), 400, "bad_request");
        byte[] cut = gzip("[" + GOOD + "]");
        problem(send(java.util.Arrays.copyOf(cut, cut.length - 12), "application/json", "gzip"), 400, "bad_request");
        problem(send(gzip(" ".repeat(11 << 20) + GOOD), "application/json", "gzip"), 413, "too_large");
        problem(send(gzip(" ".repeat(200 << 20)), "application/json", "gzip"), 413, "too_large");
    }

    @Test
    void refusesWhatIsTooLarge() {
        problem(post(" ".repeat(10 << 20) + GOOD), 413, "too_large");
        problem(post(" ".repeat(20 << 20) + GOOD), 413, "too_large");
        problem(post("[" + "7,".repeat(5_000) + "7]"), 413, "too_large");
        post("[" + (GOOD + ",").repeat(4_999) + GOOD_TOO + "]")
                .then()
                .statusCode(200)
                .body("accepted", equalTo(2));
        post(" ".repeat((10 << 20) - GOOD.length()) + GOOD).then().statusCode(200);
    }

    @Test
    void refusesOtherMediaTypes() {
        for (String type : List.of("text/plain", "application/xml", "application/octet-stream")) {
            problem(send(GOOD.getBytes(StandardCharsets.UTF_8), type, null), 415, "unsupported_media_type");
        }
        problem(send(GOOD.getBytes(StandardCharsets.UTF_8), "application/json", "br"), 415, "unsupported_media_type");
    }

    @Test
    void knowsNoOtherSource() {
        problem(
                given().contentType(ContentType.JSON).body(GOOD).post("/api/v1/sources/nowhere/events"),
                404,
                "not_found");
        problem(
                given().contentType(ContentType.JSON).body("[]").post("/api/v1/sources/nowhere/events"),
                404,
                "not_found");
        problem(given().get("/api/v1/sources/nowhere/events"), 404, "not_found");
        problem(given().get("/api/v1/sources/nowhere/events/a"), 404, "not_found");
        problem(given().get("/api/v1/sources/" + source + "/events/a"), 404, "not_found");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"uuid\":\"u\",\"type\":\"sale\",\"payload\":{\"n\":NaN}}|line 1, column",
                "{\"uuid\":\"u\",%n \"type\":\"sale\",%n \"a\" 1}|line 3, column 6",
                "[{\"uuid\":\"u\",\"type\":\"sale\"}|line 1, column",
                "7|line 1, column 1",
                "''|line 1, column 1",
                "hello|line 1, column",
                "{}{}|line 1, column 3",
            })
    void malformedBodiesAreRefusedWhole(String body, String where) {
        problem(post(body.replace("%n", "\n")), 400, "bad_request")
                .body("detail", containsString(where))
                .body("errors[0].code", equalTo("malformed_json"))
                .body("errors[0].detail", containsString(where));
        problem(post("[" + GOOD + ",\n" + body.replace("%n", "\n") + "\n,{]"), 400, "bad_request");
        problem(
                        send((GOOD + "\n" + "{\"uuid\"").getBytes(StandardCharsets.UTF_8), EventResource.NDJSON, null),
                        400,
                        "bad_request")
                .body("detail", containsString("line 2, column"));
        problem(given().get("/api/v1/sources/" + source + "/events/good"), 404, "not_found");
    }

    /** {@code U} and {@code T} stand for a uuid and a type that are fine. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\0',
            value = {
                "{U,T,'payload':{'n':1e400}}|",
                "{U,T,'payload':{'n':9223372036854775808}}|",
                "{U,T,'payload':{'n':-1e-6000}}|",
                "{U,T,'payload':{'a':1,'a':{'b':2}}}|",
                "{U,T,'payload':{'':1,' ':2}}|",
                "{U,T,'payload':{'a.b':1,'.':2,'..':3,'a..b':{'.c':1}}}|",
                "{U,T,'payload':{'$set':{'$inc':1},'$':2,'_id':3,'__proto__':4}}|",
                "{U,T,'payload':{'\\u0000':'\\u0000','a\\u0000b':1}}|",
                "{U,T,'payload':{'v':'<10kB>'}}|",
                "{U,T,'payload':{'<10kB>':'v'}}|",
                "{U,T,'payload':{'\\ud83d\\ude00':'\\ud83d\\ude00','%':'%2E','__other__':'__other__'}}|",
                "{U,T,'timestamp':'0001-01-01T00:00:00Z'}|too_old",
                "{U,T,'timestamp':-30610224000000}|",
                "{U,T,'timestamp':'1969-12-31T23:59:59.999Z'}|",
                "{U,T,'timestamp':'+999999-12-31T23:59:59Z'}|timestamp_in_future",
                "{U,T,'timestamp':1e300}|timestamp_in_future",
                "{U,T,'timestamp':99999999999999999999999999999999999}|invalid_event",
                "{U,T,'timestamp':'0000-12-31T23:59:59Z'}|invalid_event",
                "{U,T,'timestamp':'-4000-01-01T00:00:00Z'}|invalid_event",
                "{U,T,'timestamp':'yesterday'}|invalid_event",
                "{U,T,'timestamp':{}}|invalid_event",
                "{U,T,'payload':{'n':1e99999}}|invalid_event",
                "{U,T,'payload':{'n':1e-9999999999}}|invalid_event",
                "{U,T,'payload':{'n':123456789012345678901234567890123456}}|invalid_event",
                "{U,T,'payload':{'v':'\\ud800'}}|invalid_event",
                "{U,T,'payload':{'\\udfff':1}}|invalid_event",
                "{'uuid':'\\ud800',T}|invalid_event",
                "{U,T,'payload':{'v':<deep>}}|invalid_event",
                "{U,T,'payload':{'v':'<1MB>'}}|event_too_large",
                "{U,T,'payload':'text'}|invalid_event",
                "{U,T,'payload':[]}|invalid_event",
                "{U,'type':7}|invalid_event",
                "{U,'type':'nosuch'}|unknown_event_type",
                "{'uuid':{},T}|invalid_event",
                "{T}|invalid_event",
                "{U,T,'more':1}|invalid_event",
                "{U,T,'Payload':{}}|invalid_event",
                "[]|invalid_event",
                "null|invalid_event",
                "'text'|invalid_event",
                "{U,T,'attributions':[{'type':'_total','value':'x'}]}|invalid_event",
                "{U,T,'attributions':[{'type':'a','value':''}]}|invalid_event",
                "{U,T,'attributions':[<33>]}|too_many_attributions",
                "{U,T,'attributions':[{'type':'$.a','value':'<10kB>'}]}|",
                "{U,'type':'checked','payload':{'amount':-1}}|schema_violation",
                "{U,'type':'checked','payload':{'amount':1.5,'items':['a']}}|",
            })
    void hostileEventsAreAnsweredAndTheRestIsRecorded(String template, String code) {
        String event = template.replace('\'', '"')
                .replace("U", "\"uuid\":\"u\"")
                .replace("{T", "{\"type\":\"sale\"")
                .replace(",T", ",\"type\":\"sale\"")
                .replace("<10kB>", "x".repeat(10_000))
                .replace("<1MB>", "x".repeat(1_000_000))
                .replace("<deep>", "[".repeat(1_000) + "]".repeat(1_000))
                .replace(
                        "<33>",
                        IntStream.range(0, 33)
                                .mapToObj(i -> "{\"type\":\"a\",\"value\":\"" + i + "\"}")
                                .collect(Collectors.joining(",")));
        Response batch = post("[" + GOOD + "," + event + "," + GOOD_TOO + "]");
        Response single = event.startsWith("{") ? post(event) : null;
        given().get("/api/v1/sources/" + source + "/events/good").then().statusCode(200);
        given().urlEncodingEnabled(false)
                .get("/api/v1/sources/" + source + "/events/good%20too")
                .then()
                .statusCode(200);
        if (code == null) {
            batch.then().statusCode(200).body("accepted", equalTo(3));
            assertThat(single).isNotNull();
            single.then().statusCode(200).body("duplicate", equalTo(true));
        } else {
            batch.then()
                    .statusCode(207)
                    .body("accepted", equalTo(2))
                    .body("errors", hasSize(1))
                    .body("errors[0].index", equalTo(1))
                    .body("errors[0].code", equalTo(code));
            if (single != null) {
                problem(single, 422, "invalid").body("errors[0].code", equalTo(code));
            }
        }
    }

    @Test
    void aSchemaViolationSaysWhere() {
        problem(
                        post("{\"uuid\":\"u\",\"type\":\"checked\",\"payload\":{\"amount\":1,\"items\":[\"a\",7]}}"),
                        422,
                        "invalid")
                .body("errors[0].code", equalTo("schema_violation"))
                .body("errors[0].pointer", equalTo("/payload/items/1"));
    }

    @Test
    void listsWhatWasRecorded() {
        post(IntStream.range(0, 7)
                        .mapToObj(i -> "{\"uuid\":\"e" + i + "\",\"type\":\"sale\",\"timestamp\":\"2026-01-01T00:00:0"
                                + i + "Z\",\"attributions\":[{\"type\":\"c\",\"value\":\"a:" + i % 2 + "\"}]}")
                        .collect(Collectors.joining(",", "[", "]")))
                .then()
                .statusCode(200);
        String cursor = list("?limit=3")
                .then()
                .statusCode(200)
                .body("items.uuid", equalTo(List.of("e6", "e5", "e4")))
                .body("items[0].aggregated", equalTo(false))
                .extract()
                .path("nextCursor");
        cursor = list("?limit=3&cursor=" + cursor)
                .then()
                .body("items.uuid", equalTo(List.of("e3", "e2", "e1")))
                .extract()
                .path("nextCursor");
        list("?limit=3&cursor=" + cursor)
                .then()
                .body("items.uuid", equalTo(List.of("e0")))
                .body("nextCursor", nullValue());
        list("?from=2026-01-01T00:00:01Z&to=2026-01-01T00:00:03Z&type=sale")
                .then()
                .body("items.uuid", equalTo(List.of("e2", "e1")));
        list("?from=1767225605000").then().body("items.uuid", equalTo(List.of("e6", "e5")));
        list("?attribution=c:a:1").then().body("items.uuid", equalTo(List.of("e5", "e3", "e1")));
        list("?type=checked").then().statusCode(200).body("items", hasSize(0));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "limit=0",
                "limit=1001",
                "limit=x",
                "cursor=x",
                "cursor=%21",
                "from=x",
                "to=2026-01-01",
                "attribution=x",
                "attribution=:x"
            })
    void refusesParametersThatMakeNoSense(String query) {
        problem(list("?" + query), 422, "invalid")
                .body("errors[0].code", equalTo("invalid_value"))
                .body("errors[0].detail", containsString(query.substring(0, query.indexOf('='))));
    }

    private Response list(String query) {
        return given().urlEncodingEnabled(false).get("/api/v1/sources/" + source + "/events" + query);
    }

    private Response post(String body) {
        return send(body.getBytes(StandardCharsets.UTF_8), "application/json", null);
    }

    private Response send(byte[] body, String type, String encoding) {
        return given().header("Content-Type", type)
                .headers(encoding == null ? Map.of() : Map.of("Content-Encoding", encoding))
                .body(body)
                .post("/api/v1/sources/" + source + "/events");
    }

    private static ValidatableResponse problem(Response response, int status, String kind) {
        return response.then()
                .statusCode(status)
                .contentType("application/problem+json")
                .body("type", equalTo("urn:tallyworks:" + kind))
                .body("status", equalTo(status));
    }

    private static byte[] gzip(String text) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (GZIPOutputStream zipping = new GZIPOutputStream(bytes)) {
            zipping.write(text.getBytes(StandardCharsets.UTF_8));
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
        return bytes.toByteArray();
    }
}
