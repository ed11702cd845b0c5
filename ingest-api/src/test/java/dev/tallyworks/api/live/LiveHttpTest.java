package dev.tallyworks.api.live;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;

import dev.tallyworks.api.http.Times;
import dev.tallyworks.api.query.CountedHere;
import dev.tallyworks.api.wiring.ServersForTests;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@QuarkusTest
@QuarkusTestResource(ServersForTests.class)
class LiveHttpTest {
    private static final String OLD = "2024-01-01T00:00:00.000Z";

    @Inject
    CountedHere counted;

    @TestHTTPResource("/")
    URI server;

    private final String shop = "l" + UUID.randomUUID().toString().substring(0, 8);
    private final Instant today = Instant.now().truncatedTo(ChronoUnit.MILLIS);

    private static void post(String path, String body, int status) {
        given().contentType("application/json")
                .body(body.replace('\'', '"'))
                .post("/api/v1" + path)
                .then()
                .statusCode(status);
    }

    private static double metric(String name) {
        String all = given().get("/q/metrics").asString();
        return all.lines()
                .filter(line -> line.startsWith(name + ' ') || line.startsWith(name + '{'))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                .sum();
    }

    private String report(String granularity) {
        post("/sources", "{'name': '" + shop + "', 'openTypes': true}", 201);
        String body = "{'name': 'r', 'aggregations': [{'targetCollection': 'aggr_" + shop + "', 'granularity': '"
                + granularity + "', 'filter': {'sources': ['" + shop + "']}}]}";
        return given().contentType("application/json")
                .body(body.replace('\'', '"'))
                .post("/api/v1/reports")
                .then()
                .statusCode(201)
                .extract()
                .path("id");
    }

    private void happens(Instant when, String rest) {
        post(
                "/sources/" + shop + "/events",
                "{'uuid': '" + UUID.randomUUID() + "', 'type': 'sale', 'timestamp': '" + when + "'" + rest + "}",
                201);
    }

    private EventStream watch(String report, String parameters, @Nullable String lastEventId) {
        return EventStream.open(server + "api/v1/reports/" + report + "/live?" + parameters, lastEventId);
    }

    /** The start of its unit of six hours. */
    private static String unit(Instant when) {
        long start = Math.floorDiv(when.toEpochMilli(), 6 * 3_600_000L) * 6 * 3_600_000L;
        return Instant.ofEpochMilli(start).toString().replace("Z", ".000Z");
    }

    @Test
    void tellsWhatIsThereAtOnceAndThenWhatChanges() {
        String report = report("6hour");
        happens(today, ", 'payload': {'amount': 1.5}");
        try (EventStream stream = watch(report, "metric=SUM:amount", null)) {
            assertThat(stream.response.statusCode()).isEqualTo(200);
            assertThat(stream.response.headers().firstValue("Content-Type").orElseThrow())
                    .startsWith("text/event-stream");
            assertThat(stream.response.headers().firstValue("Cache-Control")).contains("no-store");
            EventStream.Told first = stream.first();
            assertThat(first.id()).isNotEmpty();
            assertThat(first.data()).isEqualTo("{\"points\":[{\"timestamp\":\"" + unit(today) + "\",\"value\":1.5}]}");

            happens(today, ", 'payload': {'amount': 2}");
            stream.awaitState(Map.of(unit(today), "3.5"));
            happens(today, ", 'payload': {'amount': 4}");
            stream.awaitState(Map.of(unit(today), "7.5"));
            assertThat(stream.told).allSatisfy(told -> {
                assertThat(told.id()).isNotEmpty();
                assertThat(told.data()).doesNotContain("\n");
            });
        }
    }

    @Test
    void whereNothingHappenedYetItTellsThatAtOnce() {
        String report = report("minute");
        try (EventStream stream = watch(report, "metric=COUNT", null)) {
            assertThat(stream.first().data()).isEqualTo("{\"points\":[]}");
            assertThat(stream.first().id()).isNotEmpty();
        }
    }

    @Test
    void takesFiltersAndGranularitiesAsAQuestionDoes() {
        String report = report("hour");
        String acme = ", 'attributions': [{'type': 'customer', 'value': 'acme'}]";
        try (EventStream byCurrency = watch(report, "metric=COMPOUND_SUM:amount:currency&granularity=6hour", null);
                EventStream ofAcme = watch(
                        report, "metric=COUNT&granularity=6hour&attribution=customer:acme&sources=" + shop, null);
                EventStream refunds = watch(report, "metric=COUNT&granularity=6hour&eventTypes=refund", null)) {
            byCurrency.first();
            happens(today, ", 'payload': {'amount': 1, 'currency': 'EUR'}");
            happens(today, ", 'payload': {'amount': 2, 'currency': 'USD'}" + acme);
            byCurrency.awaitState(Map.of(unit(today) + " EUR", "1", unit(today) + " USD", "2"));
            ofAcme.awaitState(Map.of(unit(today), "1"));
            happens(today, ", 'payload': {'amount': 3, 'currency': 'EUR'}");
            byCurrency.awaitState(Map.of(unit(today) + " EUR", "4", unit(today) + " USD", "2"));
            EventStream.Told last = byCurrency.told.get(byCurrency.told.size() - 1);
            assertThat(last.points()).containsOnlyKeys(unit(today) + " EUR");
            assertThat(ofAcme.state()).containsExactly(Map.entry(unit(today), "1"));
            assertThat(refunds.state()).isEmpty();
        }
    }

    @Test
    void recordedValuesAreToldEachAtItsOwnTime() {
        String report = report("6hour");
        String first = Times.format(today.toEpochMilli());
        try (EventStream stream = watch(report, "metric=BOOLEAN:paid", null)) {
            stream.first();
            happens(today, ", 'payload': {'paid': true}");
            stream.awaitState(Map.of(first, "true"));
            happens(today.minusMillis(1), ", 'payload': {'paid': false}");
            await().atMost(Duration.ofSeconds(30)).until(() -> stream.state().size() == 2);
            assertThat(stream.state()).containsEntry(first, "true").containsValue("false");
            assertThat(stream.told.get(stream.told.size() - 1).points()).hasSize(1);
        }
    }

    @Test
    void aRangeThatIsGivenStaysAndWhatIsCountedLateIsTold() {
        String report = report("minute");
        String range = "&start=2024-01-01T00:00:00Z&end=2024-01-02T00:00:00Z";
        try (EventStream stream = watch(report, "metric=COUNT&granularity=all" + range, null);
                EventStream moving = watch(report, "metric=COUNT", null)) {
            assertThat(stream.first().points()).isEmpty();
            happens(Instant.parse(OLD), "");
            counted.count(shop);
            stream.awaitState(Map.of(OLD, "1"));
            assertThat(moving.state()).isEmpty();
        }
    }

    @Test
    void whoComesBackIsToldWhatChangedMeanwhile() {
        String report = report("6hour");
        happens(today, "");
        String id;
        try (EventStream stream = watch(report, "metric=COUNT", null)) {
            stream.awaitState(Map.of(unit(today), "1"));
            id = stream.lastId();
        }
        happens(today, "");
        try (EventStream stream = watch(report, "metric=COUNT", id)) {
            assertThat(stream.first().points()).isEqualTo(Map.of(unit(today), "2"));
            assertThat(Long.parseLong(stream.first().id())).isGreaterThanOrEqualTo(Long.parseLong(id));
        }
        // Away for so long that what is shown has moved on: what it may have missed is told nevertheless.
        Instant before = Instant.now().minus(Duration.ofDays(20));
        happens(before, "");
        counted.count(shop);
        try (EventStream stream = watch(report, "metric=COUNT", null)) {
            assertThat(stream.first().points()).isEqualTo(Map.of(unit(today), "2"));
        }
        String then = Long.toString(before.minus(Duration.ofDays(1)).toEpochMilli());
        try (EventStream stream = watch(report, "metric=COUNT", then)) {
            assertThat(stream.first().points()).isEqualTo(Map.of(unit(before), "1", unit(today), "2"));
        }
        for (String foreign : List.of("nonsense", "", "999999999999999")) {
            try (EventStream stream = watch(report, "metric=COUNT", foreign)) {
                assertThat(stream.first().points()).isEqualTo(Map.of(unit(today), "2"));
            }
        }
    }

    @Test
    void aPurgedSourceIsToldAsNothing() {
        String report = report("6hour");
        happens(today, ", 'payload': {'amount': 1.5}");
        try (EventStream sums = watch(report, "metric=SUM:amount", null);
                EventStream averages = watch(report, "metric=AVG:amount", null)) {
            sums.awaitState(Map.of(unit(today), "1.5"));
            averages.awaitState(Map.of(unit(today), "1.5"));
            given().delete("/api/v1/sources/" + shop + "?purge=true").then().statusCode(202);
            sums.awaitState(Map.of(unit(today), "0"));
            averages.awaitState(Map.of(unit(today), "null"));
        }
    }

    @Test
    void theStreamsOfADeletedReportEnd() {
        String report = report("minute");
        try (EventStream stream = watch(report, "metric=COUNT", null)) {
            stream.first();
            given().delete("/api/v1/reports/" + report).then().statusCode(204);
            await().atMost(Duration.ofSeconds(30)).until(() -> stream.ended);
        }
        given().get("/api/v1/reports/" + report + "/live?metric=COUNT").then().statusCode(404);
    }

    @Test
    void viewersOfOneQuestionShareItAndAreCountedOnlyWhileTheyAreThere() {
        String report = report("6hour");
        double before = metric("tallyworks_live_viewers");
        double asked = metric("tallyworks_live_asked_total");
        List<EventStream> streams = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            streams.add(watch(report, "metric=COUNT", null));
        }
        streams.forEach(EventStream::first);
        assertThat(metric("tallyworks_live_viewers")).isEqualTo(before + 40);
        happens(today, "");
        streams.forEach(stream -> stream.awaitState(Map.of(unit(today), "1")));
        // Each on its own would have asked at least twice by now: at the beginning and for the change.
        assertThat(metric("tallyworks_live_asked_total") - asked).isLessThan(80);
        streams.forEach(EventStream::close);
        await().atMost(Duration.ofSeconds(60)).until(() -> {
            happens(today, "");
            return metric("tallyworks_live_viewers") <= before;
        });
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "|422|missing|metric",
                "metric=SUM|422|missing|field",
                "metric=NONE:a|422|invalid_value|type",
                "metric=COUNT&granularity=100ms|422|invalid_value|granularity",
                "metric=COUNT&granularity=fortnight|422|invalid_value|granularity",
                "metric=COUNT&granularity=all|422|invalid_value|granularity",
                "metric=COUNT&granularity=minute,hour|422|invalid_value|granularity",
                "metric=COUNT&end=2024-01-01T00:00:00Z|422|invalid_value|end",
                "metric=COUNT&attribution=acme|422|invalid_value|attribution",
                "metric=COUNT&sources=none|422|unknown_name|sources",
                "metric=COUNT&colour=red|400|unknown_field|colour",
            })
    void whatIsWrongWithTheQuestionIsAProblemBeforeTheStreamBegins(
            String parameters, int status, String code, String named) {
        String report = report("minute");
        given().urlEncodingEnabled(false)
                .get("/api/v1/reports/" + report + "/live?" + (parameters == null ? "fill=none" : parameters))
                .then()
                .statusCode(status)
                .contentType("application/problem+json")
                .body("errors[0].code", equalTo(code))
                .body("errors[0].detail", containsString(named));
    }

    @Test
    void aClientThatTakesNothingButEventsIsToldOfAProblemToo() {
        try (EventStream stream = watch("none", "metric=COUNT", null)) {
            assertThat(stream.response.statusCode()).isEqualTo(404);
            assertThat(stream.response.headers().firstValue("Content-Type")).contains("application/problem+json");
        }
    }

    @Test
    void whatIsNotDefinedCannotBeWatched() {
        given().get("/api/v1/reports/none/live?metric=COUNT")
                .then()
                .statusCode(404)
                .contentType("application/problem+json")
                .body("type", equalTo("urn:tallyworks:not_found"));
    }
}
