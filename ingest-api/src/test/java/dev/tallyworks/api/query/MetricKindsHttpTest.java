package dev.tallyworks.api.query;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasSize;

import com.mongodb.client.MongoCollection;
import com.mongodb.client.MongoDatabase;
import com.mongodb.client.model.Filters;
import dev.tallyworks.api.wiring.ServersForTests;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.path.json.JsonPath;
import io.restassured.response.ValidatableResponse;
import jakarta.inject.Inject;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.UUID;
import org.bson.Document;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** BOOLEAN, UNIQUE, PERCENTILE, and top. */
@QuarkusTest
@QuarkusTestResource(ServersForTests.class)
class MetricKindsHttpTest {
    private static final String DAY = "&start=2024-01-01T00:00:00Z&end=2024-01-02T00:00:00Z";

    @Inject
    CountedHere counted;

    @Inject
    MongoDatabase database;

    private final String shop =
            "k" + UUID.randomUUID().toString().replace("-", "").substring(0, 12);
    private String report = "";

    @BeforeEach
    void defineReport() {
        post("/sources", "{'name': '" + shop + "', 'openTypes': true}").statusCode(201);
        report = post(
                        "/reports",
                        "{'name': 'r', 'aggregations': [{'targetCollection': 'aggr_" + shop
                                + "', 'granularity': 'minute', 'filter': {'sources': ['" + shop + "']}, 'sketches':"
                                + " {'unique': ['user', 'attribution:campaign'], 'percentiles': ['ms']}}]}")
                .statusCode(201)
                .extract()
                .path("id");
    }

    private static ValidatableResponse post(String path, String body) {
        return given().contentType("application/json")
                .body(body.replace('\'', '"'))
                .post("/api/v1" + path)
                .then();
    }

    private ValidatableResponse get(String question, String parameters) {
        return given().get("/api/v1/reports/" + report + '/' + question + '?' + parameters)
                .then();
    }

    private static String event(String time, String payload, String... attributions) {
        List<String> all = new ArrayList<>();
        for (String attribution : attributions) {
            int colon = attribution.indexOf(':');
            all.add("{'type': '" + attribution.substring(0, colon) + "', 'value': '" + attribution.substring(colon + 1)
                    + "'}");
        }
        return "{'uuid': '" + UUID.randomUUID() + "', 'type': 'call', 'timestamp': '" + time + "', 'payload': {"
                + payload + "}, 'attributions': [" + String.join(",", all) + "]}";
    }

    private void recorded(List<String> events) {
        given().contentType("application/x-ndjson")
                .body(String.join("\n", events).replace('\'', '"').getBytes(StandardCharsets.UTF_8))
                .post("/api/v1/sources/" + shop + "/events")
                .then()
                .statusCode(200)
                .body("accepted", equalTo(events.size()));
    }

    @Test
    void booleansComeBackAtTheirOwnTimes() {
        recorded(List.of(
                event("2024-01-01T10:00:30.250Z", "'up': true, 'text': 'true'", "host:a"),
                event("2024-01-01T10:00:30.250Z", "'up': false"),
                event("2024-01-01T10:00:30.250Z", "'up': true"),
                event("2024-01-01T09:59:59.999Z", "'up': false", "host:a"),
                event("1969-12-31T23:59:59.999Z", "'up': true")));
        counted.count(shop);
        String question = "metric=BOOLEAN:up&granularity=hour";
        get("query", question + DAY)
                .statusCode(200)
                .body(
                        "points.timestamp",
                        contains(
                                "2024-01-01T09:59:59.999Z",
                                "2024-01-01T10:00:30.250Z",
                                "2024-01-01T10:00:30.250Z",
                                "2024-01-01T10:00:30.250Z"))
                .body("points.value", contains(false, false, true, true))
                .body("truncated", equalTo(false))
                .body("mode", equalTo("combined"));
        get("query", question + "&start=1969-01-01T00:00:00Z&end=1970-01-01T00:00:00Z")
                .body("points.timestamp", contains("1969-12-31T23:59:59.999Z"));
        get("query", question + DAY + "&attribution=host:a").body("points.value", contains(false, true));
        get("query", "metric=BOOLEAN:text&granularity=hour" + DAY).body("points", hasSize(0));
        get("query", "metric=BOOLEAN:up&granularity=hour,day" + DAY)
                .body("byGranularity.day.points", hasSize(4))
                .body("byGranularity.hour.points", hasSize(4));
        String csv = given().header("Accept", "text/csv")
                .get("/api/v1/reports/" + report + "/query?" + question + DAY + "&attribution=host:a")
                .then()
                .statusCode(200)
                .extract()
                .asString();
        assertThat(csv)
                .isEqualTo("timestamp,value\r\n2024-01-01T09:59:59.999Z,false\r\n2024-01-01T10:00:30.250Z,true\r\n");
    }

    @Test
    void booleansOfDifferentStorageWidthsComeInTheOrderOfTime() {
        report = post(
                        "/reports",
                        "{'name': 'r', 'aggregations': [{'targetCollection': 'aggr_f" + shop
                                + "', 'granularity': 'minute', 'filter': {'sources': ['" + shop
                                + "'], 'eventTypes': ['call']}}, {'targetCollection': 'aggr_c" + shop
                                + "', 'granularity': 'day', 'filter': {'sources': ['" + shop
                                + "'], 'eventTypes': ['ring']}}]}")
                .statusCode(201)
                .extract()
                .path("id");
        recorded(List.of(
                event("2024-01-01T10:00:00Z", "'up': true"),
                event("2024-01-01T12:00:00Z", "'up': false").replace("'call'", "'ring'")));
        counted.count(shop);
        get("query", "metric=BOOLEAN:up&granularity=day" + DAY)
                .statusCode(200)
                .body("points.value", contains(true, false));
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void beyondAThousandBooleansOfABucketAreNotGiven(boolean aggregated) {
        Instant now = Instant.now();
        String at = aggregated ? "2024-01-01T10:00:0" : now.toString().substring(0, 18);
        List<String> events = new ArrayList<>();
        for (int i = 0; i < 1_200; i++) {
            // Some in the same millisecond.
            events.add(event(at + "0." + String.format("%03d", i / 2) + "Z", "'up': " + (i % 3 == 0)));
        }
        recorded(events);
        if (aggregated) {
            counted.count(shop);
        }
        String range = aggregated ? DAY : "&start=" + now.minusSeconds(120) + "&end=" + now.plusSeconds(60);
        get("query", "metric=BOOLEAN:up&granularity=minute" + range)
                .statusCode(200)
                .body("points", hasSize(1_000))
                .body("truncated", equalTo(true));
        assertThat(get("query", "metric=CATEGORY:up&granularity=all" + range)
                        .extract()
                        .<Integer>path("points.find {it.category == 'true'}.value"))
                .isEqualTo(400);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void distinctValuesAreCountedWithinTwoPercent(boolean aggregated) {
        Instant now = Instant.now();
        List<String> events = new ArrayList<>();
        for (int i = 0; i < 3_000; i++) {
            String time = aggregated ? "2024-01-01T10:" + (10 + i % 40) + ":00Z" : now.toString();
            events.add(
                    event(time, "'user': " + (i % 2 == 0 ? i % 1_500 : "'u" + i % 1_500 + "'"), "campaign:" + i % 7));
        }
        recorded(events);
        if (aggregated) {
            counted.count(shop);
        }
        String range = "&granularity=all&fill=zero"
                + (aggregated ? DAY : "&start=" + now.minusSeconds(120) + "&end=" + now.plusSeconds(60));
        // 750 numbers and 750 texts.
        int users = get("query", "metric=UNIQUE:user" + range)
                .statusCode(200)
                .extract()
                .path("points[0].value");
        assertThat(users).isBetween(1_440, 1_560);
        get("query", "metric=UNIQUE:attribution:campaign" + range).body("points[0].value", equalTo(7));
        int one = get("query", "metric=UNIQUE:user&attribution=campaign:3" + range)
                .extract()
                .path("points[0].value");
        assertThat(one).isBetween(400, 450);
    }

    @ParameterizedTest
    @CsvSource({"50,500", "95,950", "99.9,999", "0.1,1"})
    void percentilesAreWithinOnePercent(String p, double exact) {
        List<String> events = new ArrayList<>();
        for (int i = 1; i <= 1_000; i++) {
            events.add(event("2024-01-01T10:" + (10 + i % 40) + ":00Z", "'ms': " + i));
        }
        recorded(events);
        counted.count(shop);
        double found = Double.parseDouble(get("query", "metric=PERCENTILE:ms&granularity=day&p=" + p + DAY)
                .statusCode(200)
                .extract()
                .path("points[0].value")
                .toString());
        assertThat(found).isBetween(exact * 0.98999, exact * 1.01001);
        post(
                        "/reports/" + report + "/query",
                        "{'metric': {'type': 'PERCENTILE', 'field': 'ms', 'p': " + p
                                + "}, 'granularity': 'day', 'timeRange': {'start': '2024-01-01T00:00:00Z', 'end':"
                                + " '2024-01-02T00:00:00Z'}}")
                .statusCode(200)
                .body("points", hasSize(1));
    }

    @Test
    void aSketchThatIsNotKeptIsRefusedAndNamed() {
        get("query", "metric=UNIQUE:ms&granularity=day" + DAY)
                .statusCode(422)
                .body("errors[0].detail", containsString("sketches.unique"));
        get("query", "metric=PERCENTILE:user&p=50&granularity=day" + DAY)
                .statusCode(422)
                .body("errors[0].detail", containsString("sketches.percentiles"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"historical", "combined", "realtime"})
    void theTopAttributionsComeLargestFirst(String mode) {
        boolean old = mode.equals("historical");
        Instant now = Instant.now();
        List<String> events = new ArrayList<>();
        String longName = "l".repeat(300);
        for (int i = 0; i < 60; i++) {
            String time = old
                    ? "2024-01-01T1" + i % 10 + ":00:00Z"
                    : now.minusSeconds(i).toString();
            String customer = i % 6 == 0 ? longName : "c" + i % 6;
            events.add(event(time, "'amount': " + i % 6 + ".5", "customer:" + customer, "campaign:x"));
        }
        recorded(events);
        counted.count(shop);
        String range =
                "&mode=" + mode + (old ? DAY : "&start=" + now.minusSeconds(120) + "&end=" + now.plusSeconds(60));
        get("top", "metric=SUM:amount&attributionType=customer&limit=3" + range)
                .statusCode(200)
                .body("items.attribution", contains("c5", "c4", "c3"))
                .body("items.value", contains(55, 45, 35))
                .body("mode", equalTo(mode));
        get("top", "metric=COUNT&attributionType=customer" + range)
                .body("items", hasSize(6))
                .body("items[0].attribution", equalTo("c1"))
                .body("items[5].attribution", containsString("lll"))
                .body("items.value", contains(10, 10, 10, 10, 10, 10));
        get("top", "metric=MAX:amount&attributionType=campaign" + range).body("items.value", contains(5.5f));
        get("top", "metric=COUNT&attributionType=nothing" + range).body("items", hasSize(0));
        get("top", "metric=COUNT&attributionType=customer&eventTypes=other" + range)
                .body("items", hasSize(0));
        String csv = given().header("Accept", "text/csv")
                .get("/api/v1/reports/" + report + "/top?metric=AVG:amount&attributionType=customer&limit=2" + range)
                .asString();
        assertThat(csv).isEqualTo("attribution,value\r\nc5,5.5\r\nc4,4.5\r\n");
    }

    /** What is taken out of the finer level shows where it was read. */
    @Test
    void longRangesAreReadFromCoarserLevelsAndTheirEdgesFromFinerOnes() {
        String levels = post(
                        "/reports",
                        "{'name': 'r', 'aggregations': [{'targetCollection': 'aggr_l" + shop
                                + "', 'granularity': 'minute', 'rollupTo': ['hour', 'day'], 'filter': {'sources': ['"
                                + shop + "']}}]}")
                .statusCode(201)
                .extract()
                .path("id");
        List<String> events = new ArrayList<>();
        for (int hour = 0; hour < 24 * 10; hour++) {
            String time = Instant.parse("2024-01-01T00:00:00Z")
                    .plusSeconds(hour * 3_600L + hour % 60 * 60)
                    .toString();
            events.add(event(time, "'n': " + hour + ", 'up': true", "user:u" + hour % 2));
        }
        recorded(events);
        counted.count(shop);
        List<String> questions = List.of(
                "metric=SUM:n&granularity=day&start=2024-01-01T12:00:00Z&end=2024-01-09T07:30:00Z",
                "metric=SUM:n&granularity=week&start=2024-01-01T00:00:00Z&end=2024-01-11T00:00:00Z",
                "metric=SUM:n&granularity=hour&start=2024-01-01T00:30:00Z&end=2024-01-11T00:00:00Z",
                "metric=SUM:n&granularity=day&timezone=Europe/Berlin&start=2024-01-01T00:00:00Z&end=2024-01-11T00:00:00Z",
                "metric=SUM:n&granularity=minute&start=2024-01-01T00:00:00Z&end=2024-01-11T00:00:00Z",
                "metric=BOOLEAN:up&granularity=day&start=2024-01-01T00:00:00Z&end=2024-01-11T00:00:00Z",
                "metric=MIN:n&granularity=all&attribution=user:u1&start=2024-01-01T12:00:00Z&end=2024-01-11T00:00:00Z",
                "metric=SUM:n&granularity=day,hour&start=2024-01-01T12:00:00Z&end=2024-01-11T00:00:00Z");
        for (String question : questions) {
            String answer = "/query?" + question;
            assertThat(answerOf(levels, answer)).as(question).isEqualTo(answerOf(report, answer));
        }
        String top = "/top?metric=SUM:n&attributionType=user&start=2024-01-01T12:00:00Z&end=2024-01-11T00:00:00Z";
        assertThat(answerOf(levels, top)).isEqualTo(answerOf(report, top));

        // From the 2nd on: only whole days lie there, so nothing of the minutes is asked for any more.
        MongoCollection<Document> minutes = database.getCollection("aggr_l" + shop);
        minutes.deleteMany(Filters.and(
                Filters.gte("bucket", Date.from(Instant.parse("2024-01-02T00:00:00Z"))),
                Filters.lt("bucket", Date.from(Instant.parse("2024-01-09T00:00:00Z")))));
        String days = "/query?" + questions.get(0);
        assertThat(answerOf(levels, days)).isEqualTo(answerOf(report, days));
        database.getCollection("aggr_l" + shop + ".day").deleteMany(new Document());
        assertThat(answerOf(levels, days)).isNotEqualTo(answerOf(report, days));
        String hours = "/query?" + questions.get(2);
        assertThat(answerOf(levels, hours)).isEqualTo(answerOf(report, hours));
    }

    private static String answerOf(String of, String question) {
        JsonPath answer = given().get("/api/v1/reports/" + of + question)
                .then()
                .statusCode(200)
                .extract()
                .jsonPath();
        return String.valueOf(answer.getList("points")) + answer.getMap("byGranularity") + answer.getList("items");
    }

    @Test
    void whatTopCannotAnswerIsRefused() {
        get("top", "metric=CATEGORY:a&attributionType=customer" + DAY)
                .statusCode(422)
                .body("errors[0].detail", containsString("single number"));
        get("top", "metric=COUNT" + DAY).statusCode(422).body("errors[0].code", equalTo("missing"));
        get("top", "metric=COUNT&attributionType=customer&attribution=a:b" + DAY)
                .statusCode(422);
        get("top", "metric=COUNT&attributionType=customer&limit=0" + DAY).statusCode(422);
        get("top", "metric=COUNT&attributionType=customer&limit=x" + DAY).statusCode(400);
        get("top", "metric=COUNT&attributionType=customer&groupBy=x" + DAY).statusCode(400);
        post(
                        "/reports/" + report + "/top",
                        "{'metric': {'type': 'COUNT'}, 'attributionType': 'customer', 'granularity':"
                                + " 'hour', 'timeRange': {'start': 0, 'end': 1}}")
                .statusCode(200);
    }
}
