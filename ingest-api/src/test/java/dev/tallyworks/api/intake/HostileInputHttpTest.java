package dev.tallyworks.api.intake;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasSize;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import dev.tallyworks.api.http.JsonBody;
import dev.tallyworks.api.wiring.ServersForTests;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What nobody should send: each is the contract's answer, and whatever was recorded is read back as it was sent. */
@QuarkusTest
@QuarkusTestResource(ServersForTests.class)
class HostileInputHttpTest {
    private static final String GOOD = "{\"uuid\": \"good\", \"type\": \"sale\"}";

    @TestHTTPResource("/")
    URI root;

    private final String source =
            "h" + UUID.randomUUID().toString().replace("-", "").substring(0, 12);

    @BeforeEach
    void define() {
        send("POST", "/sources", "{\"name\": \"" + source + "\", \"openTypes\": true}")
                .then()
                .statusCode(201);
    }

    private static Response send(String method, String path, String body) {
        return given().urlEncodingEnabled(false)
                .header("Content-Type", "application/json")
                .body(body.getBytes(StandardCharsets.UTF_8))
                .request(method, "/api/v1" + path);
    }

    private Response post(String body) {
        return send("POST", "/sources/" + source + "/events", body);
    }

    private Response read(String uuid) {
        return given().urlEncodingEnabled(false)
                .get("/api/v1/sources/" + source + "/events/"
                        + URLEncoder.encode(uuid, StandardCharsets.UTF_8).replace("+", "%20"));
    }

    private static void isProblem(Response answer, int status, String kind) {
        answer.then()
                .statusCode(status)
                .contentType("application/problem+json")
                .body("type", equalTo("urn:tallyworks:" + kind))
                .body("status", equalTo(status));
    }

    private static JsonNode json(String text) {
        try {
            return JsonBody.JSON.readTree(text);
        } catch (JsonProcessingException noJson) {
            throw new AssertionError(text, noJson);
        }
    }

    private static String quoted(String text) {
        return JsonBody.JSON.getNodeFactory().textNode(text).toString();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "a/b",
                "/",
                "//",
                "%",
                "%2F",
                "%25",
                "a?b=c",
                "a#b",
                "a;b=c",
                "a+b",
                "a b",
                " ",
                "../../x",
                "...",
                "a\\b",
                "$where",
                "ü€😀",
                "\u0000",
                "a\u0000b",
                "\n",
                "\"quoted\"",
                "{}",
                "null",
                "\uFEFF",
                "\uFFFD",
                "é",
                "e\u0301",
            })
    void anyUuidIsReadBack(String uuid) {
        String event = "{\"uuid\": " + quoted(uuid) + ", \"type\": " + quoted(uuid) + ", \"payload\": {" + quoted(uuid)
                + ": " + quoted(uuid) + "}, \"attributions\": [{\"type\": " + quoted(uuid) + ", \"value\": "
                + quoted(uuid) + "}]}";
        post("[" + GOOD + ", " + event + "]").then().statusCode(200).body("accepted", equalTo(2));
        JsonNode recorded = json(read(uuid).then().statusCode(200).extract().asString());
        assertThat(recorded.path("uuid").textValue()).isEqualTo(uuid);
        assertThat(recorded.path("id").textValue()).isEqualTo(uuid);
        assertThat(recorded.path("type").textValue()).isEqualTo(uuid);
        assertThat(recorded.path("payload").path(uuid).textValue()).isEqualTo(uuid);
        assertThat(recorded.at("/attributions/0/type").textValue()).isEqualTo(uuid);
        assertThat(recorded.at("/attributions/0/value").textValue()).isEqualTo(uuid);
        post(event).then().statusCode(200).body("duplicate", equalTo(true));
    }

    @Test
    void uuidsOfUpTo128Characters() {
        for (String character : List.of("x", "ü", "😀", "%")) {
            String longest = character.repeat(128);
            post("{\"uuid\": \"" + longest + "\", \"type\": \"t\"}").then().statusCode(201);
            read(longest).then().statusCode(200).body("uuid", equalTo(longest));
            isProblem(post("{\"uuid\": \"" + longest + "x\", \"type\": \"t\"}"), 422, "invalid");
        }
    }

    /** {@code N} stands for the deepest nesting that is kept, {@code L} for 10 kB. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "{'n': 9223372036854775808, 'm': -9223372036854775809}",
                "{'n': 1234567890123456789012345678901234, 'm': 0.1234567890123456789012345678901234}",
                "{'n': 1e400, 'm': -1E-400, 'k': 1.10, 'z': 0.00, 'e': 1E+2, 'x': 9.999999999999999999999999999999999e6144}",
                "{'n': 1e-6176, 'm': 0e-6176, 'k': 0E+6111}",
                "{'': 1, '.': 2, '..': 3, 'a.b': 4, 'a': {'b': 5, '': {'': 6}}, '$': 7, '$set': {'$inc': 8}, '_id': 9}",
                "{'\\u0000': '\\u0000', 'a\\u0000': {'\\u0000b': [null, true, false, '\\u0001']}}",
                "{'v': 'L', 'L': 'v'}",
                "{'v': N}",
                "{'a': [], 'b': {}, 'c': [[], {}, null, '', 0, -0, -0.0]}",
                "{'__proto__': 1, 'constructor': {'prototype': 2}, 'toString': 3}",
                "{'\\ud83d\\ude00': '\\ud83d\\ude00\\u2028\\ufffe', 'ü%2E%': '%24', '__other__': '__other__', '_total': '_total'}",
            })
    void anyPayloadIsReadBackToTheDigit(String template) {
        String payload = template.replace('\'', '"')
                .replace("L", "x".repeat(10_000))
                .replace("N", "[".repeat(63) + "1" + "]".repeat(63));
        String event = "{\"uuid\": \"u\", \"type\": \"sale\", \"payload\": " + payload + "}";
        post("[" + event + ", " + GOOD + "]").then().statusCode(200).body("accepted", equalTo(2));
        String recorded = read("u").then().statusCode(200).extract().asString();
        JsonNode expected = json(payload);
        assertThat(json(recorded).path("payload").toString())
                .isEqualTo(expected.toString().replace(":0E+6111", ":0E+6111"));
        read("good").then().statusCode(200);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "1704067200000|2024-01-01T00:00:00.000Z",
                "1704067200000.999|2024-01-01T00:00:00.000Z",
                "1.7040672E12|2024-01-01T00:00:00.000Z",
                "-0.5|1969-12-31T23:59:59.999Z",
                "0|1970-01-01T00:00:00.000Z",
                "-62135596800000|0001-01-01T00:00:00.000Z",
                "'0001-01-01T00:00:00Z'|0001-01-01T00:00:00.000Z",
                "'2024-01-01T00:00:00.0009999999999Z'|2024-01-01T00:00:00.000Z",
                "'2024-01-01T05:30+05:30'|2024-01-01T00:00:00.000Z",
                "'0000-12-31T23:59:59.999Z'|invalid_event",
                "'-0001-01-01T00:00:00Z'|invalid_event",
                "'0001-01-01T00:00:00+00:01'|invalid_event",
                "-62135596800001|invalid_event",
                "-1e400|invalid_event",
                "'10000-01-01T00:00:00Z'|invalid_event",
                "'+10000-01-01T00:00:00Z'|timestamp_in_future",
                "'9999-12-31T23:59:59Z'|timestamp_in_future",
                "253402300800000|timestamp_in_future",
                "1e400|timestamp_in_future",
                "9223372036854775808|timestamp_in_future",
                "'1704067200000'|invalid_event",
                "'2024-01-01'|invalid_event",
                "'2024-01-01T00:00:00'|invalid_event",
                "'2024-13-01T00:00:00Z'|invalid_event",
                "'2024-01-01T25:00:00Z'|invalid_event",
                "'2024-01-01T00:00:00[Europe/Berlin]'|invalid_event",
                "''|invalid_event",
                "null|invalid_event",
                "true|invalid_event",
                "[1]|invalid_event",
            })
    void timestamps(String timestamp, String expected) {
        String event = "{\"uuid\": \"u\", \"type\": \"sale\", \"timestamp\": " + timestamp.replace('\'', '"') + "}";
        Response batch = post("[" + event + ", " + GOOD + "]");
        if (expected.endsWith("Z")) {
            batch.then().statusCode(200).body("accepted", equalTo(2));
            read("u").then().statusCode(200).body("timestamp", equalTo(expected));
        } else {
            batch.then()
                    .statusCode(207)
                    .body("errors", hasSize(1))
                    .body("errors[0].code", equalTo(expected))
                    .body("errors[0].uuid", equalTo("u"))
                    .body("errors[0].pointer", equalTo("/timestamp"));
            read("u").then().statusCode(404);
        }
        read("good").then().statusCode(200);
    }

    @Test
    void deepNesting() {
        for (int depth : new int[] {65, 1_000, 10_000, 60_000}) {
            for (String deep :
                    List.of("[".repeat(depth) + "]".repeat(depth), "{\"a\":".repeat(depth) + "1" + "}".repeat(depth))) {
                String uuid = "u" + depth + deep.charAt(0);
                String event = "{\"uuid\": \"" + uuid + "\", \"type\": \"t\", \"payload\": {\"v\": " + deep + "}}";
                String code = event.length() > 256 << 10 ? "event_too_large" : "invalid_event";
                String after = "after " + uuid;
                post("[" + event + ", {\"uuid\": \"" + after + "\", \"type\": \"t\"}]")
                        .then()
                        .statusCode(207)
                        .body("accepted", equalTo(1))
                        .body("errors[0].code", equalTo(code))
                        .body("errors[0].uuid", equalTo(uuid));
                read(after).then().statusCode(200);
                isProblem(post(event), 422, "invalid");
            }
        }
        isProblem(post("[".repeat(1_000_000)), 400, "bad_request");
        isProblem(post("{\"a\":".repeat(1_000_000)), 400, "bad_request");
    }

    @Test
    void namesGivenTwiceAreTheLast() {
        post("{\"uuid\": \"first\", \"uuid\": \"u\", \"type\": \"t\", \"type\": \"sale\", \"timestamp\": \"never\","
                        + " \"timestamp\": 0, \"payload\": {\"a\": \"\\ud800\", \"a\": 1, \"b\": {\"c\": 1}, \"b\": {}}}")
                .then()
                .statusCode(201)
                .body("uuid", equalTo("u"))
                .body("type", equalTo("sale"));
        assertThat(json(read("u").asString()).path("payload").toString()).isEqualTo("{\"a\":1,\"b\":{}}");
        read("first").then().statusCode(404);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "gzip|200",
                "GZIP|200",
                "x-gzip|200",
                "identity|400",
                "gzip, gzip|415",
                "deflate|415",
                "br|415",
                "utf-8|415",
            })
    void contentEncodings(String encoding, int status) {
        Response answer = given().header("Content-Type", "application/json")
                .header("Content-Encoding", encoding)
                .body(gzip("[" + GOOD + "]"))
                .post("/api/v1/sources/" + source + "/events");
        if (status == 200) {
            answer.then().statusCode(200).body("accepted", equalTo(1));
        } else {
            isProblem(answer, status, status == 400 ? "bad_request" : "unsupported_media_type");
        }
    }

    @Test
    void brokenGzip() {
        byte[] whole = gzip("[" + GOOD + "]");
        byte[] wrongSum = whole.clone();
        wrongSum[wrongSum.length - 5] ^= 1;
        byte[] wrongData = whole.clone();
        wrongData[12] ^= 0x55;
        for (byte[] broken : List.of(
                new byte[0],
                new byte[] {0x1f},
                Arrays.copyOf(whole, 10),
                Arrays.copyOf(whole, whole.length - 1),
                wrongSum,
                wrongData,
                GOOD.getBytes(StandardCharsets.UTF_8))) {
            Response answer = given().header("Content-Type", "application/json")
                    .header("Content-Encoding", "gzip")
                    .body(broken)
                    .post("/api/v1/sources/" + source + "/events");
            isProblem(answer, 400, "bad_request");
            answer.then().body("errors[0].code", equalTo("malformed_json")).body("detail", containsString("line 1"));
        }
        read("good").then().statusCode(404);
    }

    @Test
    void emptyBodies() {
        for (String type : List.of("application/json", "application/x-ndjson")) {
            Response answer = given().header("Content-Type", type).post("/api/v1/sources/" + source + "/events");
            isProblem(answer, 400, "bad_request");
            answer.then().body("detail", containsString("line 1, column 1"));
        }
    }

    @Test
    void bodiesWithoutAType() throws Exception {
        for (String path : List.of("sources/" + source + "/events", "sources", "reports")) {
            HttpResponse<String> answer = client().send(
                            HttpRequest.newBuilder(root.resolve("/api/v1/" + path))
                                    .POST(HttpRequest.BodyPublishers.ofString("{}"))
                                    .build(),
                            HttpResponse.BodyHandlers.ofString());
            assertThat(answer.statusCode()).as(path + ": " + answer.body()).isIn(415, 422);
            assertThat(answer.headers().firstValue("Content-Type")).hasValue("application/problem+json");
        }
    }

    private static HttpClient client() {
        return HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(Duration.ofSeconds(5))
                .build();
    }

    /** Of a length that is not announced. */
    @Test
    void bodiesInChunksThatAreTooLarge() throws Exception {
        for (int megabytes : new int[] {11, 13, 40}) {
            byte[] body = new byte[megabytes << 20];
            Arrays.fill(body, (byte) ' ');
            HttpResponse<String> answer = client().send(
                            HttpRequest.newBuilder(root.resolve("/api/v1/sources/" + source + "/events"))
                                    .header("Content-Type", "application/json")
                                    .POST(HttpRequest.BodyPublishers.ofInputStream(
                                            () -> new ByteArrayInputStream(body)))
                                    .build(),
                            HttpResponse.BodyHandlers.ofString());
            assertThat(answer.statusCode()).as(megabytes + " MiB").isEqualTo(413);
            assertThat(answer.headers().firstValue("Content-Type")).hasValue("application/problem+json");
            assertThat(answer.body()).contains("urn:tallyworks:too_large");
        }
        post(GOOD).then().statusCode(201);
    }

    @Test
    void linesThatAreTooMany() {
        String lines = IntStream.range(0, 5_001)
                .mapToObj(i -> "{\"uuid\": \"e" + i + "\", \"type\": \"t\"}")
                .collect(Collectors.joining("\n"));
        Response answer = given().header("Content-Type", "application/x-ndjson")
                .body(lines.getBytes(StandardCharsets.UTF_8))
                .post("/api/v1/sources/" + source + "/events");
        isProblem(answer, 413, "too_large");
        read("e0").then().statusCode(404);
    }

    @Test
    void manyThatAreRejectedAreAllNamed() {
        List<String> events = new ArrayList<>();
        for (int i = 0; i < 4_999; i++) {
            events.add("{\"uuid\": \"e" + i + "\", \"type\": 5}");
        }
        Response all = post("[" + String.join(",", events) + "]");
        isProblem(all, 422, "invalid");
        all.then().body("rejected", equalTo(4_999)).body("errors", hasSize(4_999));
        events.add(2_500, GOOD);
        post("[" + String.join(",", events) + "]")
                .then()
                .statusCode(207)
                .body("accepted", equalTo(1))
                .body("errors", hasSize(4_999))
                .body("errors[2500].index", equalTo(2_501));
        read("good").then().statusCode(200);
    }

    /** Each event's check takes all that it may take, and the batch and its company are answered all the same. */
    @Test
    void anExpressionThatGoesBackAndForthStallsNobody() {
        send("PUT", "/sources/" + source + "/event-types/slow", """
                {"schema": {"properties": {"a": {"pattern": "^(a|a)*$"}, "b": {"pattern": "(.*)*=$"}}}}""").then().statusCode(201);
        String slow = IntStream.range(0, 500)
                .mapToObj(i -> "{\"uuid\": \"s" + i + "\", \"type\": \"slow\", \"payload\": {\"a\": \"" + "a".repeat(50)
                        + "!\", \"b\": \"" + "b".repeat(50) + "\"}}")
                .collect(Collectors.joining(","));
        post("[" + slow + "," + GOOD + "]")
                .then()
                .statusCode(207)
                .body("accepted", equalTo(1))
                .body("rejected", equalTo(500))
                .body("errors[0].code", equalTo("schema_violation"));
        read("good").then().statusCode(200);
        post("{\"uuid\": \"fine\", \"type\": \"slow\", \"payload\": {\"a\": \"aaa\", \"b\": \"x=\"}}")
                .then()
                .statusCode(201);
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
