package dev.tallyworks.api.query;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasKey;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.notNullValue;
import static org.hamcrest.Matchers.nullValue;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import dev.tallyworks.api.http.JsonBody;
import dev.tallyworks.api.wiring.ServersForTests;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import io.restassured.response.ValidatableResponse;
import jakarta.inject.Inject;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@QuarkusTest
@QuarkusTestResource(ServersForTests.class)
class QueriesHttpTest {
    private static final String DAY =
            "\"timeRange\": {\"start\": \"2024-01-01T00:00:00Z\", \"end\": \"2024-01-02T00:00:00Z\"}";
    private static final String DAY_PARAMETERS = "&start=2024-01-01T00:00:00Z&end=2024-01-02T00:00:00Z";

    @Inject
    CountedHere counted;

    private final String shop = fresh();

    private static String fresh() {
        return "q" + UUID.randomUUID().toString().replace("-", "").substring(0, 12);
    }

    private static ValidatableResponse send(String path, String body) {
        return given().contentType("application/json")
                .body(body)
                .post("/api/v1" + path)
                .then();
    }

    private static void source(String id) {
        send("/sources", "{\"name\": \"" + id + "\", \"openTypes\": true}").statusCode(201);
    }

    /** @param members of the aggregation, beside where it stores and what it counts */
    private static String aggregation(String source, String members) {
        return "{\"targetCollection\": \"aggr_" + fresh() + "\", \"filter\": {\"sources\": [\"" + source + "\"]}, "
                + members + "}";
    }

    private static String report(String... aggregations) {
        return send("/reports", "{\"name\": \"r\", \"aggregations\": [" + String.join(",", aggregations) + "]}")
                .statusCode(201)
                .extract()
                .path("id");
    }

    /** A shop with its report; what it stores is of this width. */
    private String shopWith(String width) {
        source(shop);
        return report(aggregation(shop, "\"granularity\": \"" + width + "\""));
    }

    private static String event(String type, String timestamp, String payload) {
        return "{\"uuid\": \"" + UUID.randomUUID() + "\", \"type\": \"" + type + "\", \"timestamp\": \"" + timestamp
                + "\", \"payload\": {" + payload.replace('\'', '"') + "}}";
    }

    private static String attributed(String event, String type, String value) {
        return event.substring(0, event.length() - 1) + ", \"attributions\": [{\"type\": \"" + type
                + "\", \"value\": \"" + value + "\"}]}";
    }

    private void happened(String source, String... events) {
        recorded(source, List.of(events));
        counted.count(source);
    }

    private static void recorded(String source, List<String> events) {
        given().contentType("application/x-ndjson")
                .body(String.join("\n", events).getBytes(StandardCharsets.UTF_8))
                .post("/api/v1/sources/" + source + "/events")
                .then()
                .statusCode(200)
                .body("accepted", equalTo(events.size()));
    }

    private static ValidatableResponse ask(String report, String question) {
        return send("/reports/" + report + "/query", "{" + question.replace('\'', '"') + "}");
    }

    private static ValidatableResponse get(String report, String parameters) {
        return given().urlEncodingEnabled(false)
                .get("/api/v1/reports/" + report + "/query?" + parameters)
                .then();
    }

    /** The points, each as {@code timestamp[ category]=value}, the number as it was written. */
    private static List<String> points(ValidatableResponse answer) {
        return points(json(answer).path("points"));
    }

    private static List<String> points(JsonNode list) {
        List<String> points = new ArrayList<>();
        for (JsonNode point : list) {
            points.add(point.path("timestamp").textValue()
                    + (point.has("category") ? " " + point.path("category").textValue() : "") + "="
                    + (point.path("value").isNull()
                            ? "null"
                            : point.path("value").decimalValue().toString()));
        }
        return points;
    }

    private static JsonNode json(ValidatableResponse answer) {
        try {
            return JsonBody.JSON.readTree(answer.statusCode(200).extract().asString());
        } catch (JsonProcessingException noJson) {
            throw new AssertionError(noJson);
        }
    }

    private void sales() {
        happened(
                shop,
                event("sale", "2024-01-01T00:00:30Z", "'amount': 10.10, 'items': 3, 'currency': 'EUR', 'paid': true"),
                event("sale", "2024-01-01T00:00:40Z", "'amount': -2.5, 'currency': 'USD', 'paid': false"),
                event("refund", "2024-01-01T00:01:10Z", "'amount': 1, 'currency': 'EUR', 'a:b': 7, 'c:d': 'x'"),
                event("visit", "2024-01-01T00:59:59.999Z", "'a': {'b': 'deep'}"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "COUNT||00:00:00.000Z=4",
                "SUM|amount|00:00:00.000Z=8.6",
                "AVG|amount|00:00:00.000Z=2.866666666666666666666666666666667",
                "MIN|amount|00:00:00.000Z=-2.5",
                "MAX|amount|00:00:00.000Z=10.1",
                "CATEGORY|currency|00:00:00.000Z EUR=2, 00:00:00.000Z USD=1",
                "CATEGORY|paid|00:00:00.000Z false=1, 00:00:00.000Z true=1",
                "CATEGORY|a.b|00:00:00.000Z deep=1",
                "COMPOUND_SUM|amount:currency|00:00:00.000Z EUR=11.1, 00:00:00.000Z USD=-2.5",
                "COMPOUND_SUM|items:paid|00:00:00.000Z true=3",
                "SUM|a:b|00:00:00.000Z=7",
                "CATEGORY|c:d|00:00:00.000Z x=1",
                "COMPOUND_SUM|amount:c:d|00:00:00.000Z x=1",
                "SUM|nothing|",
                "AVG|currency|",
                "CATEGORY|amount|",
                "COMPOUND_SUM|amount:nothing|",
                "MIN|a..b|",
                "MAX|$|",
            })
    void everyMetricByBodyAndByParameters(String type, String field, String expected) {
        String report = shopWith("minute");
        sales();
        String metric = "\"type\": \"" + type + "\"";
        if (type.equals("COMPOUND_SUM")) {
            String[] parts = field.split(":", 2);
            metric += ", \"field\": \"" + parts[0] + "\", \"by\": \"" + parts[1] + "\"";
        } else if (field != null) {
            metric += ", \"field\": \"" + field + "\"";
        }
        List<String> wanted = expected == null
                ? List.of()
                : List.of(expected.split(", ")).stream()
                        .map(point -> "2024-01-01T" + point)
                        .toList();
        assertThat(points(ask(report, "'metric': {" + metric + "}, 'granularity': 'hour', " + DAY)))
                .isEqualTo(wanted);
        assertThat(points(get(
                        report,
                        "metric=" + type + (field == null ? "" : ":" + field) + "&granularity=hour" + DAY_PARAMETERS)))
                .isEqualTo(wanted);
    }

    @Test
    void aPointHasACategoryOnlyWhereItIsOfOne() {
        String report = shopWith("minute");
        sales();
        ask(report, "'metric': {'type': 'COUNT'}, 'granularity': 'minute', " + DAY)
                .body("points", hasSize(3))
                .body("points[0]", not(hasKey("category")))
                .body("$", not(hasKey("byGranularity")));
        ask(report, "'metric': {'type': 'CATEGORY', 'field': 'currency'}, 'granularity': 'minute', " + DAY)
                .body("points.category", contains("EUR", "USD", "EUR"));
    }

    @Test
    void numbersHaveAllTheirDigitsAndNoExponents() {
        String report = shopWith("minute");
        happened(
                shop,
                event("sale", "2024-01-01T00:00:00Z", "'amount': 1234567890123456789012345678901234, 'tiny': 1e-30"),
                event("sale", "2024-01-01T00:00:00Z", "'amount': 0.0000001, 'big': 12e30, 'huge': 1e400"),
                event("sale", "2024-01-01T00:00:00Z", "'amount': -1e-9, 'whole': 100.00, 'zero': -0.00"));
        String range = "&granularity=all" + DAY_PARAMETERS;
        assertThat(get(report, "metric=SUM:amount" + range).extract().asString())
                .contains("\"value\":1234567890123456789012345678901234.000000099}");
        assertThat(get(report, "metric=MIN:amount" + range).extract().asString())
                .contains("\"value\":-0.000000001}");
        assertThat(get(report, "metric=SUM:tiny" + range).extract().asString())
                .contains("\"value\":0." + "0".repeat(29) + "1}");
        assertThat(get(report, "metric=SUM:big" + range).extract().asString())
                .contains("\"value\":12" + "0".repeat(30) + "}");
        assertThat(get(report, "metric=SUM:whole" + range).extract().asString()).contains("\"value\":100}");
        assertThat(get(report, "metric=SUM:zero" + range).extract().asString()).contains("\"value\":0}");
        assertThat(points(get(report, "metric=MAX:huge" + range))).containsExactly("2024-01-01T00:00:00.000Z=1E+400");
        assertThat(points(get(report, "metric=AVG:amount" + range)))
                .containsExactly("2024-01-01T00:00:00.000Z=411522630041152263004115226300411.3");
    }

    @Test
    void theRangeIsWidenedToStorageBuckets() {
        String report = shopWith("hour");
        sales();
        ask(
                        report,
                        "'metric': {'type': 'COUNT'}, 'granularity': 'all', 'timeRange': {'start':"
                                + " '2024-01-01T00:10:00Z', 'end': '2024-01-01T00:10:00.001Z'}")
                .body("points", hasSize(1))
                .body("points[0].timestamp", equalTo("2024-01-01T00:00:00.000Z"))
                .body("points[0].value", equalTo(4));
        get(report, "metric=COUNT&granularity=all&start=2024-01-01T01:00:00Z&end=2024-01-01T02:00:00Z")
                .statusCode(200)
                .body("points", hasSize(0));
        get(report, "metric=COUNT&granularity=day&start=2024-01-01T00:59:00Z&end=2024-01-01T02:00:00Z")
                .body("points.timestamp", contains("2024-01-01T00:00:00.000Z"));
        // The end is excluded, so this bucket is not touched.
        get(report, "metric=COUNT&granularity=all&start=2023-12-31T23:00:00Z&end=2024-01-01T00:00:00Z")
                .body("points", hasSize(0));
    }

    @Test
    void aUnitMustBeMadeOfWholeBuckets() {
        String report = shopWith("2hour");
        for (String unit : List.of("hour", "minute", "100ms", "fortnight", "")) {
            ask(report, "'metric': {'type': 'COUNT'}, 'granularity': '" + unit + "', " + DAY)
                    .statusCode(422)
                    .body("type", equalTo("urn:tallyworks:invalid"))
                    .body("errors[0].pointer", equalTo("/granularity"))
                    .body("errors[0].code", equalTo("invalid_value"))
                    .body(
                            "errors[0].detail",
                            containsString("2hour, 4hour, 6hour, 12hour, day, 3day, 7day, 15day, 30day, 45day, 60day,"
                                    + " 90day, week, month, quarter, year, all"));
        }
        ask(report, "'metric': {'type': 'COUNT'}, 'granularity': ['day', 'hour'], " + DAY)
                .statusCode(422)
                .body("errors[0].pointer", equalTo("/granularity/1"));
        get(report, "metric=COUNT&granularity=hour" + DAY_PARAMETERS)
                .statusCode(422)
                .body("errors[0].detail", containsString("granularity"))
                .body("errors[0]", not(hasKey("pointer")));
        // Days of India begin at half past an hour of UTC: none of whole buckets where a bound lies in the range.
        ask(report, "'metric': {'type': 'COUNT'}, 'granularity': 'day', 'timezone': 'Asia/Kolkata', " + DAY)
                .statusCode(422)
                .body("errors[0].detail", containsString("2hour, 4hour, 6hour, 12hour, 3day,"));
        ask(
                        report,
                        "'metric': {'type': 'COUNT'}, 'granularity': 'day', 'timezone': 'Asia/Kolkata',"
                                + " 'timeRange': {'start': '2024-01-01T00:00:00Z', 'end': '2024-01-01T18:00:00Z'}")
                .statusCode(200);
    }

    @Test
    void coarserUnitsAddUpTheBuckets() {
        String report = shopWith("100ms");
        happened(
                shop,
                event("sale", "2024-01-01T00:00:00.050Z", "'amount': 1"),
                event("sale", "2024-01-01T00:00:00.150Z", "'amount': 2"),
                event("sale", "2024-01-01T00:00:00.250Z", "'amount': 4"),
                event("sale", "2024-01-01T00:00:01Z", "'amount': 8"),
                event("sale", "2024-01-01T06:00:01Z", "'amount': 16"));
        JsonNode byUnit = json(ask(
                        report,
                        "'metric': {'type': 'SUM', 'field': 'amount'}, 'granularity': ['100ms', '200ms', 'second',"
                                + " '6hour', 'day', '90day', 'week', 'all'], " + DAY))
                .path("byGranularity");
        assertThat(byUnit.properties().stream()
                        .map(unit ->
                                unit.getKey() + " " + points(unit.getValue().path("points")))
                        .toList())
                .containsExactly(
                        "100ms [2024-01-01T00:00:00.000Z=1, 2024-01-01T00:00:00.100Z=2, 2024-01-01T00:00:00.200Z=4,"
                                + " 2024-01-01T00:00:01.000Z=8, 2024-01-01T06:00:01.000Z=16]",
                        "200ms [2024-01-01T00:00:00.000Z=3, 2024-01-01T00:00:00.200Z=4, 2024-01-01T00:00:01.000Z=8,"
                                + " 2024-01-01T06:00:01.000Z=16]",
                        "second [2024-01-01T00:00:00.000Z=7, 2024-01-01T00:00:01.000Z=8, 2024-01-01T06:00:01.000Z=16]",
                        "6hour [2024-01-01T00:00:00.000Z=15, 2024-01-01T06:00:00.000Z=16]",
                        "day [2024-01-01T00:00:00.000Z=31]",
                        "90day [2023-12-19T00:00:00.000Z=31]",
                        "week [2024-01-01T00:00:00.000Z=31]",
                        "all [2024-01-01T00:00:00.000Z=31]");
        ask(report, "'metric': {'type': 'COUNT'}, 'granularity': ['day'], " + DAY)
                .body("$", not(hasKey("points")))
                .body("byGranularity.day.points[0].value", equalTo(5));
        get(report, "metric=COUNT&granularity=day,hour" + DAY_PARAMETERS)
                .body("byGranularity.hour.points.value", contains(4, 1));
    }

    /** Each event is one hour after the one before, from the start on, so that the count of a unit is its length. */
    private void hourly(String start, int hours) {
        Instant first = Instant.parse(start);
        happened(
                shop,
                IntStream.range(0, hours)
                        .mapToObj(hour ->
                                event("sale", first.plus(Duration.ofHours(hour)).toString(), ""))
                        .toArray(String[]::new));
    }

    @Test
    void daysOfAZoneAreAsLongAsItsClocksMakeThem() {
        String report = shopWith("hour");
        hourly("2024-03-29T23:00:00Z", 72);
        assertThat(points(get(
                        report,
                        "metric=COUNT&granularity=day&timezone=Europe/Berlin&start=2024-03-29T23:00:00Z"
                                + "&end=2024-04-01T22:00:00Z")))
                .containsExactly(
                        "2024-03-29T23:00:00.000Z=24", "2024-03-30T23:00:00.000Z=23", "2024-03-31T22:00:00.000Z=24");
    }

    @Test
    void theHourThatComesTwiceBelongsToItsDay() {
        String report = shopWith("30minute");
        hourly("2024-10-26T22:00:00Z", 26);
        assertThat(points(get(
                        report,
                        "metric=COUNT&granularity=day&timezone=Europe/Berlin&start=2024-10-26T22:00:00Z"
                                + "&end=2024-10-28T00:00:00Z")))
                .containsExactly("2024-10-26T22:00:00.000Z=25", "2024-10-27T23:00:00.000Z=1");
        assertThat(points(get(
                        report,
                        "metric=COUNT&granularity=day&timezone=Asia/Kolkata&start=2024-10-26T00:00:00Z"
                                + "&end=2024-10-29T00:00:00Z")))
                .containsExactly("2024-10-26T18:30:00.000Z=21", "2024-10-27T18:30:00.000Z=5");
    }

    @Test
    void calendarUnits() {
        String report = shopWith("day");
        happened(
                shop,
                event("sale", "2023-12-31T23:00:00Z", "'amount': 1"),
                event("sale", "2024-01-01T00:00:00Z", "'amount': 2"),
                event("sale", "2024-01-07T23:59:59Z", "'amount': 4"),
                event("sale", "2024-01-08T00:00:00Z", "'amount': 8"),
                event("sale", "2024-02-29T12:00:00Z", "'amount': 16"),
                event("sale", "2024-04-01T00:00:00Z", "'amount': 32"));
        String question = "metric=SUM:amount&start=2023-12-31T00:00:00Z&end=2024-05-01T00:00:00Z&granularity=";
        assertThat(points(get(report, question + "week")))
                .containsExactly(
                        "2023-12-25T00:00:00.000Z=1",
                        "2024-01-01T00:00:00.000Z=6",
                        "2024-01-08T00:00:00.000Z=8",
                        "2024-02-26T00:00:00.000Z=16",
                        "2024-04-01T00:00:00.000Z=32");
        assertThat(points(get(report, question + "month")))
                .containsExactly(
                        "2023-12-01T00:00:00.000Z=1",
                        "2024-01-01T00:00:00.000Z=14",
                        "2024-02-01T00:00:00.000Z=16",
                        "2024-04-01T00:00:00.000Z=32");
        assertThat(points(get(report, question + "quarter")))
                .containsExactly(
                        "2023-10-01T00:00:00.000Z=1", "2024-01-01T00:00:00.000Z=30", "2024-04-01T00:00:00.000Z=32");
        assertThat(points(get(report, question + "year")))
                .containsExactly("2023-01-01T00:00:00.000Z=1", "2024-01-01T00:00:00.000Z=62");
        assertThat(points(get(report, question + "all"))).containsExactly("2023-12-31T00:00:00.000Z=63");
        for (String zone : List.of("UTC", "Z", "GMT", "Etc/UTC", "+00:00")) {
            assertThat(points(get(report, question + "year&timezone=" + zone.replace("+", "%2B"))))
                    .hasSize(2);
        }
    }

    @Test
    void unitsWithoutDataAreShownOnRequest() {
        String report = shopWith("hour");
        sales();
        String question = "&granularity=hour&start=2023-12-31T23:00:00Z&end=2024-01-01T02:00:00Z&fill=";
        String first = "2023-12-31T23:00:00.000Z";
        String second = "2024-01-01T00:00:00.000Z";
        String third = "2024-01-01T01:00:00.000Z";
        assertThat(points(get(report, "metric=COUNT" + question + "none"))).containsExactly(second + "=4");
        assertThat(points(get(report, "metric=COUNT" + question + "zero")))
                .containsExactly(first + "=0", second + "=4", third + "=0");
        assertThat(points(get(report, "metric=SUM:amount" + question + "zero")))
                .containsExactly(first + "=0", second + "=8.6", third + "=0");
        for (String type : List.of("AVG", "MIN", "MAX")) {
            assertThat(points(get(report, "metric=" + type + ":items" + question + "zero")))
                    .containsExactly(first + "=null", second + "=3", third + "=null");
        }
        assertThat(points(get(report, "metric=CATEGORY:currency" + question + "zero")))
                .containsExactly(
                        first + " EUR=0",
                        first + " USD=0",
                        second + " EUR=2",
                        second + " USD=1",
                        third + " EUR=0",
                        third + " USD=0");
        assertThat(points(get(report, "metric=COMPOUND_SUM:items:paid" + question + "zero")))
                .containsExactly(first + " true=0", second + " true=3", third + " true=0");
        assertThat(points(get(report, "metric=CATEGORY:nothing" + question + "zero")))
                .isEmpty();
        assertThat(points(get(report, "metric=SUM:nothing" + question + "zero")))
                .containsExactly(first + "=0", second + "=0", third + "=0");
        get(report, "metric=MIN:items" + question + "zero")
                .body("points[0]", hasKey("value"))
                .body("points[0].value", nullValue());
        assertThat(points(get(
                        report,
                        "metric=COUNT&granularity=month&fill=zero&timezone=Europe/Berlin&start=2024-01-15T00:00:00Z"
                                + "&end=2024-02-15T00:00:00Z")))
                .containsExactly("2023-12-31T23:00:00.000Z=0", "2024-01-31T23:00:00.000Z=0");
    }

    @Test
    void attributionsSourcesAndTypes() {
        String other = fresh();
        source(shop);
        source(other);
        String report = report("{\"targetCollection\": \"aggr_" + fresh() + "\", \"granularity\": \"minute\","
                + " \"filter\": {\"sources\": [\"" + shop + "\", \"" + other + "\"]}}");
        happened(
                shop,
                attributed(event("sale", "2024-01-01T00:00:00Z", "'amount': 1"), "user", "u:1"),
                attributed(event("refund", "2024-01-01T00:00:01Z", "'amount': 2"), "user", "u:1"),
                attributed(event("sale", "2024-01-01T00:00:02Z", "'amount': 4"), "user", "u2"),
                event("sale", "2024-01-01T00:00:03Z", "'amount': 8"));
        happened(other, attributed(event("sale", "2024-01-01T00:00:00Z", "'amount': 16"), "user", "u:1"));
        String question = "metric=SUM:amount&granularity=all" + DAY_PARAMETERS;
        assertThat(sum(get(report, question))).isEqualTo(31);
        assertThat(sum(get(report, question + "&attribution=user:u:1"))).isEqualTo(19);
        assertThat(sum(get(report, question + "&attribution=user:u:1&sources=" + shop)))
                .isEqualTo(3);
        assertThat(sum(get(report, question + "&attribution=user:u%3A1&eventTypes=sale")))
                .isEqualTo(17);
        assertThat(sum(get(report, question + "&attribution=user:nobody"))).isZero();
        assertThat(sum(get(report, question + "&attribution=thing:u2"))).isZero();
        assertThat(sum(get(report, question + "&sources=" + other))).isEqualTo(16);
        assertThat(sum(get(report, question + "&sources=" + other + "," + shop)))
                .isEqualTo(31);
        assertThat(sum(get(report, question + "&sources=" + other + "&sources=" + shop)))
                .isEqualTo(31);
        assertThat(sum(get(report, question + "&sources="))).isEqualTo(31);
        assertThat(sum(get(report, question + "&eventTypes=refund"))).isEqualTo(2);
        assertThat(sum(get(report, question + "&eventTypes=nosuch"))).isZero();
        assertThat(sum(ask(
                        report,
                        "'metric': {'type': 'SUM', 'field': 'amount'}, 'granularity': 'all', 'sources': ['" + shop
                                + "'], 'eventTypes': ['sale', 'nosuch'], 'attribution': {'type': 'user', 'value':"
                                + " 'u2'}, " + DAY)))
                .isEqualTo(4);
        ask(report, "'metric': {'type': 'COUNT'}, 'granularity': 'all', 'sources': ['" + shop + "', 'nowhere'], " + DAY)
                .statusCode(422)
                .body("errors", hasSize(1))
                .body("errors[0].code", equalTo("unknown_name"))
                .body("errors[0].pointer", equalTo("/sources/1"));
        get(report, question + "&sources=nowhere")
                .statusCode(422)
                .body("errors[0].code", equalTo("unknown_name"))
                .body("errors[0].detail", containsString("sources"));
    }

    private static int sum(ValidatableResponse answer) {
        JsonNode points = json(answer).path("points");
        return points.isEmpty() ? 0 : points.get(0).path("value").intValue();
    }

    @Test
    void theAggregationsOfAReportAddUp() {
        source(shop);
        String report = report(
                "{\"targetCollection\": \"aggr_" + fresh()
                        + "\", \"granularity\": \"minute\", \"filter\": {\"sources\":"
                        + " [\"" + shop + "\"], \"eventTypes\": [\"sale\"]}, \"partition\": {\"enabled\": true,"
                        + " \"length\": 1}}",
                "{\"targetCollection\": \"aggr_" + fresh() + "\", \"granularity\": \"hour\", \"filter\": {\"sources\":"
                        + " [\"" + shop + "\"], \"eventTypes\": [\"refund\"]}}");
        sales();
        String question = "&granularity=hour&start=2024-01-01T00:00:40Z&end=2024-01-01T00:00:41Z";
        assertThat(points(get(report, "metric=COUNT" + question))).containsExactly("2024-01-01T00:00:00.000Z=3");
        assertThat(points(get(report, "metric=SUM:amount" + question))).containsExactly("2024-01-01T00:00:00.000Z=8.6");
        assertThat(points(get(report, "metric=AVG:amount" + question)))
                .containsExactly("2024-01-01T00:00:00.000Z=2.866666666666666666666666666666667");
        assertThat(points(get(report, "metric=MIN:amount" + question)))
                .containsExactly("2024-01-01T00:00:00.000Z=-2.5");
        assertThat(points(get(report, "metric=CATEGORY:currency" + question)))
                .containsExactly("2024-01-01T00:00:00.000Z EUR=2", "2024-01-01T00:00:00.000Z USD=1");
        get(report, "metric=COUNT&granularity=minute" + DAY_PARAMETERS)
                .statusCode(422)
                .body("errors[0].detail", containsString("hour, 2hour"));
    }

    @ParameterizedTest
    @CsvSource({"'',combined", "&mode=combined,combined", "&mode=historical,historical"})
    void whatIsOldIsAnsweredFromWhatIsStored(String mode, String answered) {
        String report = shopWith("minute");
        sales();
        get(report, "metric=COUNT&granularity=day" + DAY_PARAMETERS + mode)
                .statusCode(200)
                .contentType("application/json")
                .body("mode", equalTo(answered))
                .body("points.value", contains(4))
                .body("partial", equalTo(false))
                .body("truncatedValues", equalTo(0))
                .body("lagSeconds", equalTo(0.0f))
                .body("watermark", notNullValue());
    }

    @Test
    void anEventIsInTheVeryNextAnswer() {
        String report = shopWith("minute");
        String now = Instant.now().toString();
        String range = "&granularity=all&start=" + Instant.now().minusSeconds(3_600) + "&end="
                + Instant.now().plusSeconds(60);
        for (int events = 1; events <= 5; events++) {
            recorded(shop, List.of(event("sale", now, "'amount': 0.1, 'currency': 'EUR'")));
            for (String mode : List.of("combined", "realtime")) {
                JsonNode answer = json(get(report, "metric=SUM:amount&mode=" + mode + range));
                assertThat(answer.at("/points/0/value").decimalValue()).as(mode).isEqualByComparingTo("0." + events);
                assertThat(answer.path("mode").textValue()).isEqualTo(mode);
                assertThat(answer.path("partial").booleanValue()).isEqualTo(mode.equals("realtime"));
            }
            assertThat(json(get(report, "metric=COUNT&mode=historical" + range)).path("points"))
                    .isEmpty();
        }
        counted.count(shop);
        for (String mode : List.of("combined", "realtime", "historical")) {
            JsonNode answer = json(get(report, "metric=CATEGORY:currency&mode=" + mode + range));
            assertThat(answer.at("/points/0/value").intValue()).as(mode).isEqualTo(5);
        }
    }

    @Test
    void realtimeHasNothingOfWhatIsOld() {
        String report = shopWith("minute");
        sales();
        get(report, "metric=COUNT&granularity=day&mode=realtime" + DAY_PARAMETERS)
                .statusCode(200)
                .body("points", hasSize(0))
                .body("partial", equalTo(true));
    }

    @Test
    void anAnswerSaysWhatItMayLack() {
        String report = shopWith("minute");
        sales();
        Instant before = Instant.now();
        recorded(shop, List.of(event("sale", "2024-01-01T12:00:00.005Z", "")));
        JsonNode answer = json(get(report, "metric=COUNT&granularity=day" + DAY_PARAMETERS));
        assertThat(answer.path("partial").booleanValue()).isTrue();
        assertThat(answer.path("watermark").textValue()).isEqualTo("2024-01-01T12:00:00.005Z");
        assertThat(answer.path("lagSeconds").isNumber()).isTrue();
        assertThat(answer.path("lagSeconds").decimalValue())
                .isBetween(
                        java.math.BigDecimal.ZERO,
                        java.math.BigDecimal.valueOf(
                                Duration.between(before, Instant.now()).toMillis() + 1_000, 3));
        // Elsewhere nothing is missing, but the watermark is of all that the report counts.
        get(report, "metric=COUNT&granularity=day&start=2024-01-02T00:00:00Z&end=2024-01-03T00:00:00Z")
                .body("partial", equalTo(false))
                .body("watermark", equalTo("2024-01-01T12:00:00.005Z"));
        counted.count(shop);
        JsonNode whole = json(get(report, "metric=COUNT&granularity=day" + DAY_PARAMETERS));
        assertThat(whole.path("partial").booleanValue()).isFalse();
        assertThat(Instant.parse(whole.path("watermark").textValue()))
                .isBetween(before.minusSeconds(1), Instant.now().plusSeconds(1));
    }

    @Test
    void valuesBeyondTheLimitAreFoldedAndCounted() {
        source(shop);
        String report = report(aggregation(shop, "\"granularity\": \"hour\", \"limits\": {\"values\": 2}"));
        happened(
                shop,
                event("sale", "2024-01-01T00:00:00Z", "'c': 'a', 'n': 1"),
                event("sale", "2024-01-01T00:00:00Z", "'c': '__other__', 'n': 2"),
                event("sale", "2024-01-01T00:00:00Z", "'c': 'x', 'n': 4"),
                event("sale", "2024-01-01T00:00:00Z", "'c': 'y', 'n': 8"));
        String range = "&granularity=day" + DAY_PARAMETERS;
        JsonNode categories = json(get(report, "metric=CATEGORY:c" + range));
        assertThat(points(categories.path("points")).stream()
                        .mapToInt(point -> Integer.parseInt(point.replaceAll(".*=", "")))
                        .sum())
                .isEqualTo(4);
        assertThat(points(categories.path("points"))).anyMatch(point -> point.contains(" __other__="));
        assertThat(categories.path("truncatedValues").longValue()).isPositive();
        JsonNode sums = json(get(report, "metric=COMPOUND_SUM:n:c" + range));
        assertThat(points(sums.path("points")).stream()
                        .mapToInt(point -> Integer.parseInt(point.replaceAll(".*=", "")))
                        .sum())
                .isEqualTo(15);
    }

    private static Response accepting(String accept, String report, String parameters) {
        return given().urlEncodingEnabled(false)
                .header("Accept", accept)
                .get("/api/v1/reports/" + report + "/query?" + parameters);
    }

    @Test
    void csv() {
        String report = shopWith("hour");
        happened(
                shop,
                event("sale", "2024-01-01T00:00:00Z", "'amount': 0.0000001, 'c': 'a,b'"),
                event("sale", "2024-01-01T00:00:00Z", "'amount': 1, 'c': 'say \\\"hi\\\"'"),
                event("sale", "2024-01-01T00:00:00Z", "'amount': 1, 'c': 'two\\nlines'"),
                event("sale", "2024-01-01T00:00:00Z", "'amount': 1, 'c': ' ü '"));
        String range = "&start=2024-01-01T00:00:00Z&end=2024-01-01T02:00:00Z&granularity=";
        Response numbers = accepting("text/csv", report, "metric=SUM:amount" + range + "hour");
        assertThat(numbers.statusCode()).isEqualTo(200);
        assertThat(numbers.contentType()).isEqualTo("text/csv;charset=UTF-8");
        assertThat(numbers.asString()).isEqualTo("timestamp,value\r\n2024-01-01T00:00:00.000Z,3.0000001\r\n");
        assertThat(accepting("text/csv", report, "metric=MIN:amount&fill=zero" + range + "hour")
                        .asString())
                .isEqualTo("timestamp,value\r\n2024-01-01T00:00:00.000Z,0.0000001\r\n2024-01-01T01:00:00.000Z,\r\n");
        assertThat(accepting("text/csv", report, "metric=CATEGORY:c" + range + "hour")
                        .asString())
                .isEqualTo("""
                        timestamp,value,category\r
                        2024-01-01T00:00:00.000Z,1, ü \r
                        2024-01-01T00:00:00.000Z,1,"a,b"\r
                        2024-01-01T00:00:00.000Z,1,"say ""hi""\"\r
                        2024-01-01T00:00:00.000Z,1,"two
                        lines"\r
                        """);
        assertThat(accepting("text/csv", report, "metric=CATEGORY:nothing" + range + "hour")
                        .asString())
                .isEqualTo("timestamp,value,category\r\n");
        assertThat(accepting("text/csv", report, "metric=COUNT" + range + "hour,all")
                        .asString())
                .isEqualTo("granularity,timestamp,value\r\nhour,2024-01-01T00:00:00.000Z,4\r\n"
                        + "all,2024-01-01T00:00:00.000Z,4\r\n");
        for (String parameters : List.of("metric=COUNT" + range + "minute", "metric=NONE" + range + "hour")) {
            Response problem = accepting("text/csv", report, parameters);
            assertThat(problem.statusCode()).isEqualTo(422);
            assertThat(problem.contentType()).isEqualTo("application/problem+json");
        }
        given().header("Accept", "text/csv")
                .contentType("application/json")
                .body("{\"metric\": {\"type\": \"COUNT\"}, \"granularity\": \"all\", " + DAY + "}")
                .post("/api/v1/reports/" + report + "/query")
                .then()
                .statusCode(200)
                .contentType("text/csv");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "text/csv|true",
                "TEXT/CSV|true",
                "text/*|true",
                "text/csv, application/json;q=0.9|true",
                "application/json;q=0.5, text/csv;q=0.8|true",
                "*/*;q=0.1, text/csv|true",
                "application/json;q=0, text/csv;q=0.1|true",
                "application/json, text/csv;q=0.9|false",
                "text/csv;q=0.5, application/json|false",
                "text/csv;q=0, */*|false",
                "*/*|false",
                "application/*|false",
                "text/html, application/json;q=0.1|false",
            })
    void theAcceptHeaderDecides(String accept, boolean csv) {
        String report = shopWith("hour");
        Response answer = accepting(accept, report, "metric=COUNT&granularity=hour" + DAY_PARAMETERS);
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.contentType()).startsWith(csv ? "text/csv" : "application/json");
    }

    @Test
    void tooManyPoints() {
        String report = shopWith("second");
        String question = "metric=COUNT&granularity=second&fill=zero&start=2024-01-01T00:00:00Z&end=";
        get(report, question + "2024-01-02T03:46:40Z").statusCode(200).body("points", hasSize(100_000));
        get(report, question + "2024-01-02T03:46:41Z")
                .statusCode(422)
                .body("errors[0].code", equalTo("invalid_value"))
                .body("detail", containsString("100000"));
        get(report, question + "9999-01-01T00:00:00Z").statusCode(422);
        get(
                        report,
                        "metric=COUNT&granularity=second,hour&fill=zero&start=2024-01-01T00:00:00Z&end=2024-01-02T03:46:40Z")
                .statusCode(422);
        // 50 categories in each of 2,001 units.
        happened(
                shop,
                IntStream.range(0, 50)
                        .mapToObj(i -> event("sale", "2024-01-01T00:00:00Z", "'c': 'v" + i + "'"))
                        .toArray(String[]::new));
        String categories = "metric=CATEGORY:c&granularity=second&fill=zero&start=2024-01-01T00:00:00Z&end=";
        get(report, categories + "2024-01-01T00:33:20Z").statusCode(200).body("points", hasSize(100_000));
        get(report, categories + "2024-01-01T00:33:21Z").statusCode(422);
    }

    @Test
    void aReportThatCountsNothingIsAnswered() {
        String report = report();
        get(report, "metric=COUNT&granularity=hour" + DAY_PARAMETERS)
                .statusCode(200)
                .body("points", hasSize(0))
                .body("partial", equalTo(false));
        get(report, "metric=COUNT&granularity=day&fill=zero" + DAY_PARAMETERS)
                .body("points.value", contains(0))
                .body("points.timestamp", contains("2024-01-01T00:00:00.000Z"));
        get("none", "metric=COUNT&granularity=hour" + DAY_PARAMETERS)
                .statusCode(404)
                .body("type", equalTo("urn:tallyworks:not_found"));
        send("/reports/none/query", "{\"metric\": {\"type\": \"COUNT\"}, \"granularity\": \"all\", " + DAY + "}")
                .statusCode(404);
    }

    @Test
    void anInactiveReportCountsNothingNewButAnswers() {
        String report = shopWith("minute");
        sales();
        given().contentType("application/json")
                .body("{\"active\": false}")
                .patch("/api/v1/reports/" + report)
                .then()
                .statusCode(200);
        happened(shop, event("sale", "2024-01-01T00:00:30Z", ""));
        get(report, "metric=COUNT&granularity=all" + DAY_PARAMETERS)
                .statusCode(200)
                .body("points.value", contains(4));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "'2024-01-01T00:00:00Z'|'2024-01-01T00:01:00Z'",
                "'2024-01-01T01:00:00+01:00'|'2024-01-01T05:31:00.000+05:30'",
                "'2024-01-01T01:00:00+0100'|'2024-01-01T01:01:00+01'",
                "'2024-01-01t00:00z'|'2024-01-01T00:00:59.9999999999Z'",
                "1704067200000|1704067260000",
                "'1704067200000'|'1704067260000'",
                "1704067200000.9|1.70406726E12",
                "'0001-01-01T00:00:00Z'|'2024-01-01T00:01:00Z'",
                "'2024-01-01T00:00:00Z'|'9999-12-31T23:59:59.999Z'",
                "-62135596800000|253402300799999",
            })
    void timesAreTakenInEveryForm(String start, String end) {
        String report = shopWith("minute");
        happened(shop, event("sale", "2024-01-01T00:00:30Z", ""));
        ask(
                        report,
                        "'metric': {'type': 'COUNT'}, 'granularity': 'minute', 'timeRange': {'start': " + start
                                + ", 'end': " + end + "}")
                .statusCode(200)
                .body("points.timestamp", contains("2024-01-01T00:00:00.000Z"));
        get(
                        report,
                        "metric=COUNT&granularity=minute&start="
                                + start.replace("'", "").replace(".9", "") + "&end="
                                + end.replace("'", "").replace("1.70406726E12", "1704067260000"))
                .statusCode(200)
                .body("points.timestamp", contains("2024-01-01T00:00:00.000Z"));
    }

    @Test
    @Timeout(value = 60, unit = TimeUnit.SECONDS)
    void allOfTimeIsAnsweredInBoundedTime() {
        source(shop);
        String report = report(
                aggregation(shop, "\"granularity\": \"100ms\", \"partition\": {\"enabled\": true, \"length\": 1}"));
        happened(
                shop,
                event("sale", "0001-01-01T00:00:00Z", "'amount': 1"),
                event("sale", "1969-12-31T23:59:59.999Z", "'amount': 2"),
                event("sale", "2024-01-01T00:00:00Z", "'amount': 4"));
        String range = "&start=0001-01-01T00:00:00Z&end=9999-12-31T23:59:59.999Z";
        assertThat(points(get(report, "metric=SUM:amount&granularity=100ms" + range)))
                .containsExactly(
                        "0001-01-01T00:00:00.000Z=1", "1969-12-31T23:59:59.900Z=2", "2024-01-01T00:00:00.000Z=4");
        assertThat(points(get(report, "metric=SUM:amount&granularity=year" + range)))
                .containsExactly(
                        "0001-01-01T00:00:00.000Z=1", "1969-01-01T00:00:00.000Z=2", "2024-01-01T00:00:00.000Z=4");
        assertThat(points(get(report, "metric=SUM:amount&granularity=90day" + range))
                        .get(0))
                .isEqualTo("0000-12-04T00:00:00.000Z=1");
        assertThat(points(get(report, "metric=SUM:amount&granularity=all" + range)))
                .containsExactly("0001-01-01T00:00:00.000Z=7");
        get(report, "metric=SUM:amount&granularity=day&timezone=Europe/Berlin" + range)
                .statusCode(200)
                .body("points", hasSize(3));
        get(report, "metric=SUM:amount&granularity=year&fill=zero" + range)
                .statusCode(200)
                .body("points", hasSize(9_999));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{}|422|missing|/metric",
                "{'metric': null, R, G}|422|missing|/metric",
                "{'metric': 'COUNT', R, G}|400|wrong_type|/metric",
                "{'metric': {}, R, G}|422|missing|/metric/type",
                "{'metric': {'type': 1}, R, G}|400|wrong_type|/metric/type",
                "{'metric': {'type': 'MEDIAN'}, R, G}|422|invalid_value|/metric/type",
                "{'metric': {'type': ''}, R, G}|422|invalid_value|/metric/type",
                "{'metric': {'type': 'SUM'}, R, G}|422|missing|/metric/field",
                "{'metric': {'type': 'SUM', 'field': 1}, R, G}|400|wrong_type|/metric/field",
                "{'metric': {'type': 'COMPOUND_SUM', 'field': 'a'}, R, G}|422|missing|/metric/by",
                "{'metric': {'type': 'COMPOUND_SUM', 'by': 'a'}, R, G}|422|missing|/metric/field",
                "{'metric': {'type': 'UNIQUE', 'field': 'a'}, R, G}|422|invalid_value|/metric/field",
                "{'metric': {'type': 'PERCENTILE', 'field': 'a', 'p': 50}, R, G}|422|invalid_value|/metric/field",
                "{'metric': {'type': 'PERCENTILE', 'field': 'a'}, R, G}|422|missing|/metric/p",
                "{'metric': {'type': 'PERCENTILE', 'field': 'a', 'p': 100}, R, G}|422|invalid_value|/metric/p",
                "{'metric': {'type': 'PERCENTILE', 'field': 'a', 'p': true}, R, G}|400|wrong_type|/metric/p",
                "{'metric': {'type': 'COUNT', 'kind': 1}, R, G}|400|unknown_field|/metric/kind",
                "{M, G}|422|missing|/timeRange",
                "{M, G, 'timeRange': {}}|422|missing|/timeRange/start",
                "{M, G, 'timeRange': {'start': 0}}|422|missing|/timeRange/end",
                "{M, G, 'timeRange': {'start': 0, 'end': null}}|422|missing|/timeRange/end",
                "{M, G, 'timeRange': [0, 1]}|400|wrong_type|/timeRange",
                "{M, G, 'timeRange': {'start': 0, 'end': 0}}|422|invalid_value|/timeRange/end",
                "{M, G, 'timeRange': {'start': 1, 'end': 0}}|422|invalid_value|/timeRange/end",
                "{M, G, 'timeRange': {'start': 0, 'end': true}}|400|wrong_type|/timeRange/end",
                "{M, G, 'timeRange': {'start': 'yesterday', 'end': 1}}|422|invalid_value|/timeRange/start",
                "{M, G, 'timeRange': {'start': '2024-01-01', 'end': 1}}|422|invalid_value|/timeRange/start",
                "{M, G, 'timeRange': {'start': '2024-01-01T00:00:00', 'end': 1}}|422|invalid_value|/timeRange/start",
                "{M, G, 'timeRange': {'start': '2024-02-30T00:00:00Z', 'end': 1}}|422|invalid_value|/timeRange/start",
                "{M, G, 'timeRange': {'start': 0, 'end': 1e400}}|422|invalid_value|/timeRange/end",
                "{M, G, 'timeRange': {'start': 0, 'end': 9223372036854775808}}|422|invalid_value|/timeRange/end",
                "{M, G, 'timeRange': {'start': -1e30, 'end': 0}}|422|invalid_value|/timeRange/start",
                "{M, G, 'timeRange': {'start': 0, 'end': '+10000-01-01T00:00:00Z'}}|422|invalid_value|/timeRange/end",
                "{M, G, 'timeRange': {'start': '0000-12-31T23:59:59Z', 'end': 0}}|422|invalid_value|/timeRange/start",
                "{M, G, 'timeRange': {'start': 0, 'end': 1, 'zone': 'UTC'}}|400|unknown_field|/timeRange/zone",
                "{M, R}|422|missing|/granularity",
                "{M, R, 'granularity': 5}|400|wrong_type|/granularity",
                "{M, R, 'granularity': []}|422|invalid_value|/granularity",
                "{M, R, 'granularity': ['hour', 5]}|400|wrong_type|/granularity/1",
                "{M, R, G, 'timezone': 'Mars'}|422|invalid_value|/timezone",
                "{M, R, G, 'timezone': ''}|422|invalid_value|/timezone",
                "{M, R, G, 'timezone': 1}|400|wrong_type|/timezone",
                "{M, R, G, 'attribution': {}}|422|missing|/attribution/type",
                "{M, R, G, 'attribution': {'type': 'a'}}|422|missing|/attribution/value",
                "{M, R, G, 'attribution': {'type': 'a', 'value': ''}}|422|invalid_value|/attribution/value",
                "{M, R, G, 'attribution': {'type': '_total', 'value': 'x'}}|422|invalid_value|/attribution/type",
                "{M, R, G, 'attribution': 'a:b'}|400|wrong_type|/attribution",
                "{M, R, G, 'sources': 'a'}|400|wrong_type|/sources",
                "{M, R, G, 'eventTypes': [1]}|400|wrong_type|/eventTypes/0",
                "{M, R, G, 'mode': 'past'}|422|invalid_value|/mode",
                "{M, R, G, 'mode': 1}|400|wrong_type|/mode",
                "{M, R, G, 'fill': 'null'}|422|invalid_value|/fill",
                "{M, R, G, 'fill': true}|400|wrong_type|/fill",
                "{M, R, G, 'limit': 5}|400|unknown_field|/limit",
                "{M, R, G, 'granularty': 'hour'}|400|unknown_field|/granularty",
                "[]|400|wrong_type|``",
            })
    void refusesBodiesThatMakeNoSense(String body, int status, String code, String pointer) {
        String report = report();
        send(
                        "/reports/" + report + "/query",
                        body.replaceAll("\\bM\\b", "'metric': {'type': 'COUNT'}")
                                .replaceAll("\\bR\\b", "'timeRange': {'start': 0, 'end': 1}")
                                .replaceAll("\\bG\\b", "'granularity': 'hour'")
                                .replace('\'', '"'))
                .statusCode(status)
                .contentType("application/problem+json")
                .body("type", equalTo("urn:tallyworks:" + (status == 400 ? "bad_request" : "invalid")))
                .body("status", equalTo(status))
                .body("title", notNullValue())
                .body("errors[0].code", equalTo(code))
                .body("errors[0].pointer", equalTo(pointer));
    }

    @Test
    void aWholeListOfWhatIsMissing() {
        ask(report(), "")
                .statusCode(422)
                .body("errors.pointer", contains("/metric", "/timeRange", "/granularity"))
                .body("errors.code", contains("missing", "missing", "missing"));
        given().get("/api/v1/reports/" + report() + "/query")
                .then()
                .statusCode(422)
                .body("errors.code", contains("missing", "missing", "missing", "missing"))
                .body("errors[0].detail", containsString("'metric'"))
                .body("errors[1].detail", containsString("'start'"))
                .body("errors[2].detail", containsString("'end'"))
                .body("errors[3].detail", containsString("'granularity'"));
    }

    @Test
    void malformedBodies() {
        String report = report();
        given().contentType("application/json")
                .body("{\n \"metric\": {\"type\": \"COUNT\"},\n   \"a\" 1}")
                .post("/api/v1/reports/" + report + "/query")
                .then()
                .statusCode(400)
                .body("errors[0].code", equalTo("malformed_json"))
                .body("detail", containsString("line 3, column 8"));
        for (String body : List.of("", "{\"timeRange\": {\"start\": 1e99999999999}}", "{\"metric\": NaN}", "\u0000")) {
            given().contentType("application/json")
                    .body(body)
                    .post("/api/v1/reports/" + report + "/query")
                    .then()
                    .statusCode(400)
                    .body("errors[0].code", equalTo("malformed_json"));
        }
        given().contentType("text/plain")
                .body("{}")
                .post("/api/v1/reports/" + report + "/query")
                .then()
                .statusCode(415);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "metric=|422|invalid_value|metric",
                "metric=SUM|422|missing|metric",
                "metric=NONE|422|invalid_value|metric",
                "metric=COMPOUND_SUM:a|422|missing|metric",
                "metric=PERCENTILE:a&p=95|422|invalid_value|metric",
                "metric=COUNT&metric=SUM:a|422|invalid_value|metric",
                "start=1704067200000&start=1704067200000|422|invalid_value|start",
                "start=yesterday|422|invalid_value|start",
                "end=0&start=1|422|invalid_value|end",
                "attribution=|422|invalid_value|attribution",
                "attribution=user|422|invalid_value|attribution",
                "attribution=:u|422|invalid_value|attribution",
                "attribution=user:|422|invalid_value|attribution",
                "attribution=_total:u|422|invalid_value|attribution",
                "attribution=a:b&attribution=a:c|422|invalid_value|attribution",
                "mode=|422|invalid_value|mode",
                "mode=Historical|422|invalid_value|mode",
                "fill=0|422|invalid_value|fill",
                "timezone=Nowhere/City|422|invalid_value|timezone",
                "granularity=eon|422|invalid_value|granularity",
                "granularity=hour,eon|422|invalid_value|granularity",
                "granularity=|422|invalid_value|granularity",
                "sources=nowhere|422|unknown_name|sources",
                "limit=5|400|unknown_field|limit",
                "Metric=COUNT|400|unknown_field|Metric",
                "%00=1|400|unknown_field|parameter",
            })
    void refusesParametersThatMakeNoSense(String parameters, int status, String code, String named) {
        StringBuilder whole = new StringBuilder(parameters);
        for (String other :
                List.of("metric=COUNT", "start=2024-01-01T00:00:00Z", "end=2024-01-02T00:00:00Z", "granularity=hour")) {
            if (!("&" + parameters).contains("&" + other.substring(0, other.indexOf('=') + 1))) {
                whole.append('&').append(other);
            }
        }
        get(report(), whole.toString())
                .statusCode(status)
                .contentType("application/problem+json")
                .body("errors[0].code", equalTo(code))
                .body("errors[0].detail", containsString(named))
                .body("errors[0]", not(hasKey("pointer")))
                .body("detail", containsString(named));
    }

    @Test
    void namesMayBeAnything() {
        String report = shopWith("minute");
        happened(
                shop,
                event(
                        "ty,pe/%",
                        "2024-01-01T00:00:00Z",
                        "'$a.b': 1, '': 2, 'ü%2E': 'x\\u0000y', 'n\\u0000': 4, '__other__': 8"));
        String rest = "'granularity': 'all', " + DAY;
        for (String field : List.of("$a.b=1", "=2", "n\\u0000=4", "__other__=8")) {
            String[] parts = field.split("=");
            assertThat(points(ask(report, "'metric': {'type': 'SUM', 'field': '" + parts[0] + "'}, " + rest)))
                    .containsExactly("2024-01-01T00:00:00.000Z=" + parts[1]);
        }
        assertThat(points(ask(report, "'metric': {'type': 'CATEGORY', 'field': 'ü%2E'}, " + rest)))
                .containsExactly("2024-01-01T00:00:00.000Z x\u0000y=1");
        assertThat(points(ask(report, "'metric': {'type': 'COUNT'}, 'eventTypes': ['ty,pe/%'], " + rest)))
                .containsExactly("2024-01-01T00:00:00.000Z=1");
    }
}
