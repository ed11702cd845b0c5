package dev.tallyworks.api.plugin;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.not;

import dev.tallyworks.api.query.CountedHere;
import dev.tallyworks.api.wiring.ServersForTests;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.ValidatableResponse;
import jakarta.inject.Inject;
import java.time.Duration;
import java.time.Instant;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@QuarkusTest
@QuarkusTestResource(ServersForTests.class)
class PluginsHttpTest {
    @Inject
    TestPlugin plugin;

    @Inject
    CountedHere counted;

    @Inject
    MeterRegistry registry;

    private final String shop =
            TestPlugin.SOURCES + UUID.randomUUID().toString().substring(0, 8);

    private static ValidatableResponse post(String path, String body) {
        return given().contentType("application/json")
                .body(body.replace('\'', '"'))
                .post("/api/v1" + path)
                .then();
    }

    private String report() {
        post("/sources", "{'name': '" + shop + "', 'openTypes': true}").statusCode(201);
        return post(
                        "/reports",
                        "{'name': 'r', 'aggregations': [{'targetCollection': 'aggr_" + shop
                                + "', 'granularity': 'hour'," + " 'filter': {'sources': ['" + shop
                                + "']}, 'fields': {'exclude': ['secret']}}]}")
                .statusCode(201)
                .extract()
                .path("id");
    }

    private static String event(String uuid, String payload, String rest) {
        return "{'uuid': '" + uuid + "', 'type': 'sale', 'timestamp': '" + Instant.now() + "', 'payload': {" + payload
                + "}" + rest + "}";
    }

    private static ValidatableResponse ask(String report, String parameters) {
        String range = "&start=" + Instant.now().minus(Duration.ofHours(2)) + "&end="
                + Instant.now().plus(Duration.ofHours(2));
        return given().get("/api/v1/reports/" + report + "/query?granularity=all&" + parameters + range)
                .then();
    }

    private double failures(String hook) {
        return registry.find("tallyworks.plugin.failures").tag("hook", hook).counters().stream()
                .mapToDouble(counter -> counter.count())
                .sum();
    }

    @Test
    void isToldOfTheBeginningAndAddsResources() {
        given().get("/api/v1/plugins/test").then().statusCode(200).body(equalTo("init ingest-api"));
        assertThat(failures("onEngineInit")).isEqualTo(1);
    }

    @Test
    void changesPayloadsAndAttributions() {
        report();
        post("/sources/" + shop + "/events", event("a", "'amount': 1.50", ""))
                .statusCode(201)
                .body("payload.region", equalTo("EU"))
                .body("payload.count", equalTo(3))
                .body("attributions.type", contains("region"));
        given().get("/api/v1/sources/" + shop + "/events/a")
                .then()
                .body("payload.region", equalTo("EU"))
                .body("payload.ratio", equalTo(0.5f));
        post("/sources/" + shop + "/events", event("b", "'act': 'nothing'", ""))
                .statusCode(201)
                .body("attributions", hasSize(0));
    }

    @ParameterizedTest
    @CsvSource({
        "refuse, no_such_customer, the customer is unknown",
        "throw, plugin_failed, TestPlugin",
        "hang, plugin_failed, longer than",
        "mess, plugin_failed, kept",
        "grow, event_too_large, 262144",
    })
    void refusesOneEventAndNoOther(String act, String code, String detail) {
        report();
        post("/sources/" + shop + "/events", event("a", "'act': '" + act + "'", ""))
                .statusCode(422)
                .contentType("application/problem+json")
                .body("errors[0].code", equalTo(code))
                .body("errors[0].detail", containsString(detail))
                .body("errors[0].detail", not(containsString("secret")));
        post(
                        "/sources/" + shop + "/events",
                        "[" + event("b", "'amount': 1", "") + "," + event("a", "'act': '" + act + "'", "") + ","
                                + event("c", "'amount': 2", "") + "]")
                .statusCode(207)
                .body("accepted", equalTo(2))
                .body("errors", hasSize(1))
                .body("errors[0].index", equalTo(1))
                .body("errors[0].code", equalTo(code));
    }

    @Test
    void aKnownEventIsADuplicateWhateverPluginsSay() {
        report();
        post("/sources/" + shop + "/events", event("a", "'amount': 1", "")).statusCode(201);
        post("/sources/" + shop + "/events", event("a", "'act': 'refuse'", ""))
                .statusCode(200)
                .body("duplicate", equalTo(true))
                .body("payload.amount", equalTo(1));
    }

    @Test
    void actionsAreToldOfNewEventsAndMayFail() {
        report();
        double before = failures("afterEventRecord");
        String uuid = UUID.randomUUID().toString();
        post("/sources/" + shop + "/events", event(uuid, "'amount': 1", "")).statusCode(201);
        post("/sources/" + shop + "/events", event(uuid, "'amount': 1", "")).statusCode(200);
        await().atMost(Duration.ofSeconds(30)).until(() -> plugin.told.contains("recorded " + uuid));
        await().atMost(Duration.ofSeconds(30)).until(() -> failures("afterEventRecord") == before + 1);
        assertThat(plugin.told.stream().filter(("recorded " + uuid)::equals)).hasSize(1);
    }

    @Test
    void customMetricsCountOnceLikeAllOthers() {
        String report = report();
        post("/sources/" + shop + "/events", event("a", "'amount': 100, 'size': 7, 'secret': 1", ""))
                .statusCode(201);
        post("/sources/" + shop + "/events", event("b", "'amount': -10", "")).statusCode(201);
        // The last minutes, and once they are counted.
        for (String mode : new String[] {"combined", "realtime"}) {
            ask(report, "metric=SUM:tax&mode=" + mode).body("points.value", contains(17.1f));
            ask(report, "metric=COMPOUND_SUM:tax:size&mode=" + mode)
                    .body("points.category", contains("refund", "sale"))
                    .body("points.value", contains(-1.9f, 19));
        }
        counted.count(shop);
        counted.count(shop);
        for (String mode : new String[] {"combined", "historical", "realtime"}) {
            ask(report, "metric=SUM:tax&mode=" + mode).body("points.value", contains(17.1f));
            ask(report, "metric=CATEGORY:size&mode=" + mode)
                    .body("points.category", contains("refund", "sale"))
                    .body("points.value", contains(1, 1));
            // What a plugin names so is no field any more.
            ask(report, "metric=SUM:size&mode=" + mode).body("points", hasSize(0));
            ask(report, "metric=CATEGORY:region&mode=" + mode).body("points.value", contains(2));
        }
        given().get("/api/v1/reports/" + report + "/metadata").then().body("metrics[-2]", equalTo("tax_sum"));
    }

    @Test
    void questionsAreChangedRefusedAndToldOf() {
        String report = report();
        String acme = ", 'attributions': [{'type': 'customer', 'value': 'acme'}]";
        post("/sources/" + shop + "/events", event("a", "'amount': 1", acme)).statusCode(201);
        post("/sources/" + shop + "/events", event("b", "'amount': 2", "")).statusCode(201);
        ask(report, "metric=SUM:amount").body("points.value", contains(3));
        ask(report, "metric=SUM:amount&eventTypes=sale,ours").body("points.value", contains(1));
        ask(report, "metric=SUM:amount&eventTypes=forbidden")
                .statusCode(422)
                .body("errors[0].code", equalTo("not_for_you"))
                .body("errors[0].detail", equalTo("this type is not for you"));
        await().atMost(Duration.ofSeconds(30)).until(() -> plugin.told.contains("answered " + report));
    }
}
