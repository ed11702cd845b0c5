package dev.tallyworks.api.rebuild;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.endsWith;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.notNullValue;
import static org.hamcrest.Matchers.nullValue;

import dev.tallyworks.api.query.CountedHere;
import dev.tallyworks.api.wiring.ServersForTests;
import dev.tallyworks.definition.DefinitionLog;
import dev.tallyworks.definition.Rebuild;
import dev.tallyworks.definition.RebuildChanges;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.ValidatableResponse;
import jakarta.inject.Inject;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Here are no workers: rebuilds wait, and end only by the test's own hand. */
@QuarkusTest
@QuarkusTestResource(ServersForTests.class)
class RebuildsHttpTest {
    private static final String DAY =
            "\"timeRange\": {\"start\": \"2024-03-01T00:30:00Z\", \"end\": \"2024-03-02T00:00:00Z\"}";

    @Inject
    CountedHere counted;

    @Inject
    DefinitionLog definitions;

    private final String shop =
            "b" + UUID.randomUUID().toString().replace("-", "").substring(0, 12);
    private String report = "";
    private List<String> aggregations = List.of();

    private static ValidatableResponse send(String method, String path, String body) {
        return given().contentType("application/json")
                .body(body)
                .request(method, "/api/v1" + path)
                .then();
    }

    private static ValidatableResponse get(String path) {
        return given().get("/api/v1" + path).then();
    }

    private String aggregation(String type, String members) {
        return "{\"targetCollection\": \"aggr_" + shop + type
                + "\", \"granularity\": \"hour\", \"filter\": {\"sources\": [\"" + shop + "\"], \"eventTypes\": [\""
                + type + "\"]}" + members + "}";
    }

    private void happened(String type, String time) {
        send(
                        "POST",
                        "/sources/" + shop + "/events",
                        "{\"uuid\": \"" + UUID.randomUUID() + "\", \"type\": \"" + type + "\", \"timestamp\": \"" + time
                                + "\"}")
                .statusCode(201);
    }

    @BeforeEach
    void shop() {
        send("POST", "/sources", "{\"name\": \"" + shop + "\", \"openTypes\": true}")
                .statusCode(201);
        ValidatableResponse made = send(
                        "POST",
                        "/reports",
                        "{\"name\": \"r\", \"aggregations\": [" + aggregation("sale", "") + ","
                                + aggregation("visit", "") + "]}")
                .statusCode(201);
        report = made.extract().path("id");
        aggregations = made.extract().<List<String>>path("aggregations.id").stream()
                .sorted()
                .toList();
    }

    private String rebuilds() {
        return "/reports/" + report + "/rebuilds";
    }

    private String begin(String body) {
        return send("POST", rebuilds(), body).statusCode(202).extract().path("id");
    }

    @Test
    void beginsListsAndCancels() {
        ValidatableResponse begun = send("POST", rebuilds(), "{" + DAY + "}")
                .statusCode(202)
                .body("state", equalTo("waiting"))
                .body("aggregations", equalTo(aggregations))
                .body("timeRange.start", equalTo("2024-03-01T00:30:00.000Z"))
                .body("timeRange.end", equalTo("2024-03-02T00:00:00.000Z"))
                .body("createdAt", notNullValue())
                .body("done", equalTo(0))
                .body("total", equalTo(0))
                .body("percent", equalTo(0))
                .body("etaSeconds", nullValue());
        String id = begun.extract().path("id");
        begun.header("Location", endsWith("/api/v1" + rebuilds() + "/" + id));
        get(rebuilds() + "/" + id).statusCode(200).body("id", equalTo(id));

        send("POST", rebuilds(), "{}")
                .statusCode(409)
                .body("type", equalTo("urn:tallyworks:conflict"))
                .body("detail", containsString(id));

        send("POST", rebuilds() + "/" + id + "/cancel", "")
                .statusCode(200)
                .body("id", equalTo(id))
                .body("state", equalTo("cancelled"));
        send("POST", rebuilds() + "/" + id + "/cancel", "").statusCode(200).body("state", equalTo("cancelled"));
        String second = given().contentType("application/json")
                .post("/api/v1" + rebuilds())
                .then()
                .statusCode(202)
                .body("timeRange", nullValue())
                .extract()
                .path("id");
        get(rebuilds()).statusCode(200).body("items.id", contains(id, second));
        get(rebuilds() + "?limit=1").body("items.id", contains(id)).body("nextCursor", notNullValue());
    }

    @Test
    void aggregationsAreRebuiltOneByOne() {
        String first = begin("{\"aggregations\": [\"" + aggregations.get(0) + "\"]}");
        send("POST", rebuilds(), "{}").statusCode(409).body("detail", containsString(first));
        String second = begin("{\"aggregations\": [\"" + aggregations.get(1) + "\"]}");
        assertThat(second).isNotEqualTo(first);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"aggregations\": [\"none\"]}|422|unknown_name|/aggregations/0",
                "{\"aggregations\": \"none\"}|400|wrong_type|/aggregations",
                "{\"timeRange\": {\"start\": 5}}|422|missing|/timeRange/end",
                "{\"timeRange\": 5}|400|wrong_type|/timeRange",
                "{\"range\": {}}|400|unknown_field|/range",
            })
    void refusesWhatIsNoRebuild(String body, int status, String code, String pointer) {
        send("POST", rebuilds(), body)
                .statusCode(status)
                .body("errors[0].code", equalTo(code))
                .body("errors[0].pointer", equalTo(pointer));
        get(rebuilds()).body("items", empty());
    }

    @Test
    void answersForWhatThePathNames() {
        String id = begin("{}");
        String other = send("POST", "/reports", "{\"name\": \"o\"}").extract().path("id");
        send("POST", "/reports/none/rebuilds", "{}").statusCode(404);
        send("POST", "/reports/" + other + "/rebuilds", "{}").statusCode(409);
        get("/reports/none/rebuilds").statusCode(404);
        get("/reports/" + other + "/rebuilds").statusCode(200).body("items", empty());
        get("/reports/" + other + "/rebuilds/" + id).statusCode(404);
        send("POST", "/reports/" + other + "/rebuilds/" + id + "/cancel", "").statusCode(404);
        get(rebuilds() + "/none").statusCode(404);
        given().delete("/api/v1/reports/" + report).then().statusCode(204);
        assertThat(definitions.refresh().rebuild(id)).isEmpty();
    }

    private ValidatableResponse ask() {
        return send(
                        "POST",
                        "/reports/" + report + "/query",
                        "{\"metric\": {\"type\": \"COUNT\"}, \"granularity\": \"all\", "
                                + "\"timeRange\": {\"start\": \"2024-03-01T00:00:00Z\", \"end\": \"2099-01-01T00:00:00Z\"}}")
                .statusCode(200);
    }

    private void end(String id) {
        definitions.change(
                (newest, version) -> new DefinitionLog.Decided<>(RebuildChanges.finish(newest, id, Instant.now()), id));
    }

    @Test
    void theOldNumbersAnswerUntilTheNewOnesAreInForce() {
        happened("sale", "2024-03-01T10:00:00Z");
        counted.count(shop);
        String id = begin("{}");
        ask().body("points[0].value", equalTo(1)).body("partial", equalTo(false));

        end(id); // of which nothing was built
        ask().body("points", empty()).body("partial", equalTo(false));
        get(rebuilds() + "/" + id).body("state", equalTo("done")).body("percent", equalTo(100));
        happened("sale", Instant.now().toString());
        // Realtime rollups of these numbers are not complete yet, so it counts as soon as it is aggregated.
        ask().body("partial", equalTo(true));
    }

    @Test
    void whatIsBuiltHasRealtimeRollupsOfItsOwn() {
        Instant longAgo = Instant.now().minus(1, ChronoUnit.DAYS);
        String id = UUID.randomUUID().toString();
        definitions.change((newest, version) -> {
            List<RebuildChanges.Target> all = newest.aggregationsOf(report).stream()
                    .map(one -> RebuildTargets.backfill(newest, one, longAgo))
                    .toList();
            Rebuild rebuild = RebuildTargets.rebuild(id, report, aggregations, null, false, longAgo);
            return new DefinitionLog.Decided<>(RebuildChanges.begin(rebuild, all, version, longAgo), id);
        });
        happened("sale", Instant.now().toString());
        ask().body("points[0].value", equalTo(1)).body("partial", equalTo(false));

        end(id);
        ask().body("points[0].value", equalTo(1)).body("partial", equalTo(false));
        happened("sale", Instant.now().toString());
        ask().body("points[0].value", equalTo(2)).body("partial", equalTo(false));
    }

    @Test
    void ofARangeOnlyItsBucketsAreThoseOfTheRebuild() {
        happened("sale", "2024-03-01T10:00:00Z");
        happened("sale", "2024-03-02T00:00:00Z");
        counted.count(shop);
        end(begin("{" + DAY + "}"));
        ask().body("points[0].value", equalTo(1));
        happened("sale", "2024-03-01T10:00:00Z");
        happened("sale", "2024-03-02T00:00:00Z");
        assertThat(definitions
                        .refresh()
                        .aggregation(aggregations.get(0))
                        .orElseThrow()
                        .generations()
                        .eras())
                .extracting(era ->
                        Instant.ofEpochMilli(Math.max(0, era.startMillis())).toString())
                .containsExactly("1970-01-01T00:00:00Z", "2024-03-01T00:00:00Z", "2024-03-02T00:00:00Z");
    }

    @Test
    void aRangeThatWasRebuiltMakesNoOthersAnswersPartial() {
        String now = Instant.now().toString();
        end(begin("{" + DAY + "}"));
        happened("sale", now);
        // Its realtime rollups are complete, though those of the range that was rebuilt are not yet.
        ask().body("points[0].value", equalTo(1)).body("partial", equalTo(false));
        happened("sale", "2024-03-01T10:00:00Z");
        ask().body("partial", equalTo(true));
    }

    @Test
    void answersArePartialUntilANewAggregationIsFilled() {
        send("POST", "/reports/" + report + "/aggregations", aggregation("refund", ", \"backfill\": true"))
                .statusCode(201)
                .body("backfill", equalTo(true));
        String id = get(rebuilds()).body("items", hasSize(1)).extract().path("items[0].id");
        ask().body("partial", equalTo(true));
        end(id);
        ask().body("partial", equalTo(false));
    }

    @Test
    void aNewAggregationIsNotFilledWithWhatMayHaveExpired() {
        send("PATCH", "/sources/" + shop, "{\"retention\": {\"hotDays\": 30}}").statusCode(200);
        String made = send(
                        "POST",
                        "/reports/" + report + "/aggregations",
                        aggregation("refund", ", \"backfill\": true, \"rollupTo\": [\"day\"]"))
                .statusCode(201)
                .extract()
                .path("id");
        Instant start = Instant.ofEpochMilli(definitions
                .refresh()
                .aggregation(made)
                .orElseThrow()
                .generations()
                .building()
                .range()
                .startMillis());
        assertThat(start).isEqualTo(start.truncatedTo(ChronoUnit.DAYS));
        Instant horizon = Instant.now().minus(30, ChronoUnit.DAYS);
        assertThat(start).isBetween(horizon.minusSeconds(60), horizon.plus(1, ChronoUnit.DAYS));
    }

    @Test
    void aReportIsFilledByOneRebuild() {
        String filled = send(
                        "POST",
                        "/reports",
                        "{\"name\": \"r\", \"aggregations\": ["
                                + aggregation("x", ", \"backfill\": true") + ","
                                + aggregation("y", ", \"backfill\": true") + ","
                                + aggregation("z", "")
                                + "]}")
                .statusCode(201)
                .extract()
                .path("id");
        get("/reports/" + filled + "/rebuilds").body("items", hasSize(1)).body("items[0].aggregations", hasSize(2));
    }

    private String patchOfSales() {
        String aggregation = get("/reports/" + report + "/aggregations")
                .extract()
                .path("items.find { it.filter.eventTypes == ['sale'] }.id");
        return "/reports/" + report + "/aggregations/" + aggregation + "?rebuild=true";
    }

    @Test
    void whatWouldCountInTwoAggregationsIsRefused() {
        String path = patchOfSales();
        send("PATCH", path, "{\"filter\": {\"eventTypes\": [\"sale\", \"visit\"]}}")
                .statusCode(409);
        send("PATCH", path, "{\"filter\": {\"sources\": [\"none\"]}}")
                .statusCode(422)
                .body("errors[0].code", equalTo("unknown_name"));
        String id = send("PATCH", path, "{\"filter\": {\"eventTypes\": [\"sale\", \"refund\"]}}")
                .statusCode(202)
                .extract()
                .path("id");
        // What is being built counts already.
        send("POST", "/reports/" + report + "/aggregations", aggregation("refund", ""))
                .statusCode(409);
        end(id);
        get(path.substring(0, path.indexOf('?'))).body("filter.eventTypes", contains("sale", "refund"));
    }

    @Test
    void aPatchThatChangesNoMeaningNeedsNoRebuild() {
        send("PATCH", patchOfSales(), "{\"granularity\": \"hour\", \"realtime\": false}")
                .statusCode(200)
                .body("realtime", equalTo(false));
        get(rebuilds()).body("items", empty());
    }

    @Test
    void aSourceThatIsBeingAddedIsNamed() {
        String other = shop + "2";
        send("POST", "/sources", "{\"name\": \"" + other + "\"}").statusCode(201);
        send("PATCH", patchOfSales(), "{\"filter\": {\"sources\": [\"" + other + "\"]}}")
                .statusCode(202);
        given().delete("/api/v1/sources/" + other).then().statusCode(409);
    }

    @Test
    void numbersWhoseEventsHaveExpiredStay() {
        happened("sale", "2024-03-01T10:00:00Z");
        counted.count(shop);
        send("PATCH", "/sources/" + shop, "{\"retention\": {\"hotDays\": 30}}").statusCode(200);

        send("POST", rebuilds(), "{" + DAY + "}").statusCode(409).body("detail", containsString("expired"));
        send("PATCH", patchOfSales(), "{\"granularity\": \"day\"}")
                .statusCode(409)
                .body("detail", containsString("expired"));
        end(begin("{}"));
        Rebuild done = definitions.refresh().rebuilds().stream()
                .filter(one -> one.report().equals(report))
                .findFirst()
                .orElseThrow();
        assertThat(done.state()).isEqualTo(Rebuild.State.DONE);
        ask().body("points[0].value", equalTo(1));
        long newest = definitions.known().aggregationsOf(report).stream()
                .filter(one -> one.feedsOn(shop, "sale"))
                .findFirst()
                .orElseThrow()
                .generations()
                .eras()
                .get(1)
                .startMillis();
        Instant horizon = Instant.now().minus(30, ChronoUnit.DAYS);
        assertThat(Instant.ofEpochMilli(newest)).isBetween(horizon.minusSeconds(60), horizon.plus(1, ChronoUnit.HOURS));
    }
}
