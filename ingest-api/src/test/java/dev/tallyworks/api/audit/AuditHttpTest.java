package dev.tallyworks.api.audit;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.hasSize;

import com.mongodb.client.MongoDatabase;
import com.mongodb.client.model.Filters;
import com.mongodb.client.model.Updates;
import dev.tallyworks.api.query.CountedHere;
import dev.tallyworks.api.wiring.ServersForTests;
import dev.tallyworks.definition.DefinitionLog;
import dev.tallyworks.metric.FieldMetrics;
import dev.tallyworks.mongo.MongoAttributionScan;
import dev.tallyworks.mongo.MongoCountableEvents;
import dev.tallyworks.mongo.MongoRollupScan;
import dev.tallyworks.time.TimeRange;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.ValidatableResponse;
import jakarta.inject.Inject;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Date;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.bson.conversions.Bson;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

@QuarkusTest
@QuarkusTestResource(ServersForTests.class)
class AuditHttpTest {
    private static final String DAY =
            "{\"timeRange\": {\"start\": \"2024-03-01T00:00:00Z\", \"end\": \"2024-03-02T00:00:00Z\"}}";

    @Inject
    CountedHere counted;

    @Inject
    MongoDatabase database;

    @Inject
    DefinitionLog definitions;

    private final String shop =
            "a" + UUID.randomUUID().toString().replace("-", "").substring(0, 12);
    private final String target = "aggr_" + shop;
    private String report = "";

    private static ValidatableResponse send(String path, String body) {
        return given().contentType("application/json")
                .body(body)
                .post("/api/v1" + path)
                .then();
    }

    private ValidatableResponse audit() {
        return send("/reports/" + report + "/audits", DAY).statusCode(200).body("aggregations", hasSize(1));
    }

    private void happened(String type, String... times) {
        for (String time : times) {
            send(
                            "/sources/" + shop + "/events",
                            "{\"uuid\": \"" + UUID.randomUUID() + "\", \"type\": \"" + type + "\", \"timestamp\": \""
                                    + time + "\"}")
                    .statusCode(201);
        }
    }

    @BeforeEach
    void shop() {
        send("/sources", "{\"name\": \"" + shop + "\", \"openTypes\": true}").statusCode(201);
        happened("sale", "2024-03-01T09:00:00Z"); // before the aggregation: it holds it not
        report = send(
                        "/reports",
                        "{\"name\": \"r\", \"aggregations\": [{\"targetCollection\": \"" + target
                                + "\", \"granularity\": \"hour\", \"filter\": {\"sources\": [\"" + shop
                                + "\"], \"eventTypes\": [\"sale\"]}}]}")
                .statusCode(201)
                .extract()
                .path("id");
    }

    @Test
    void ofNumbersThatAreRightNoBucketIsNamed() {
        happened("sale", "2024-03-01T09:10:00Z", "2024-03-01T09:20:00Z", "2024-03-01T23:59:59.999Z");
        happened("sale", "2024-02-29T23:59:59.999Z", "2024-03-02T00:00:00Z");
        happened("visit", "2024-03-01T09:10:00Z");
        counted.count(shop);

        audit().body("aggregations[0].events", equalTo(3))
                .body("aggregations[0].counted", equalTo(3))
                .body("aggregations[0].difference", equalTo(0))
                .body("aggregations[0].buckets", empty());
    }

    @Test
    void aBucketThatIsWrongIsNamed() {
        happened("sale", "2024-03-01T09:10:00Z", "2024-03-01T10:10:00Z", "2024-03-01T11:10:00Z");
        counted.count(shop);
        assertThat(database.getCollection(target)
                        .updateOne(
                                Filters.eq("bucket", Date.from(Instant.parse("2024-03-01T10:00:00Z"))),
                                Updates.inc("count", 2L))
                        .getModifiedCount())
                .isEqualTo(1);

        audit().body("aggregations[0].events", equalTo(3))
                .body("aggregations[0].counted", equalTo(5))
                .body("aggregations[0].difference", equalTo(2))
                .body("aggregations[0].buckets", hasSize(1))
                .body("aggregations[0].buckets[0].timestamp", equalTo("2024-03-01T10:00:00.000Z"))
                .body("aggregations[0].buckets[0].events", equalTo(1))
                .body("aggregations[0].buckets[0].counted", equalTo(3));
    }

    private void bought(String time, String amount, String... customers) {
        String attributions = Arrays.stream(customers)
                .map(customer -> "{\"type\": \"customer\", \"value\": \"" + customer + "\"}")
                .collect(Collectors.joining(","));
        send(
                        "/sources/" + shop + "/events",
                        "{\"uuid\": \"" + UUID.randomUUID() + "\", \"type\": \"sale\", \"timestamp\": \"" + time
                                + "\", \"payload\": {\"amount\": " + amount
                                + ", \"currency\": \"EUR\"}, \"attributions\": [" + attributions + "]}")
                .statusCode(201);
    }

    private void plant(Bson which, Bson change) {
        assertThat(database.getCollection(target).updateOne(which, change).getModifiedCount())
                .isEqualTo(1);
    }

    @Test
    void aBucketWhoseSumsAreWrongIsNamed() {
        bought("2024-03-01T09:10:00Z", "1.25", "a", "b");
        bought("2024-03-01T10:10:00Z", "-7", "a");
        bought("2024-03-01T10:20:00Z", "3.5");
        counted.count(shop);
        audit().body("aggregations[0].buckets", empty());

        plant(
                Filters.and(at("2024-03-01T10:00:00Z"), Filters.eq("attribution.type", "_total")),
                Updates.inc("sum.amount.0", 1L));

        audit().body("aggregations[0].difference", equalTo(0))
                .body("aggregations[0].buckets.timestamp", equalTo(List.of("2024-03-01T10:00:00.000Z")))
                .body("aggregations[0].buckets[0].events", equalTo(2))
                .body("aggregations[0].buckets[0].counted", equalTo(2));
    }

    private static Bson at(String time) {
        return Filters.eq("bucket", Date.from(Instant.parse(time)));
    }

    @Test
    void aBucketThatIsWrongForAnAttributionIsNamed() {
        bought("2024-03-01T09:10:00Z", "1.25", "a", "b");
        bought("2024-03-01T10:10:00Z", "-7", "a");
        counted.count(shop);

        plant(Filters.and(at("2024-03-01T09:00:00Z"), Filters.eq("attribution.value", "b")), Updates.inc("count", 3L));

        audit().body("aggregations[0].difference", equalTo(0))
                .body("aggregations[0].buckets.timestamp", equalTo(List.of("2024-03-01T09:00:00.000Z")))
                .body("aggregations[0].buckets[0].events", equalTo(2))
                .body("aggregations[0].buckets[0].counted", equalTo(5));
    }

    @Test
    void sliceBySliceItIsTheSame() {
        for (int minute = 10; minute < 30; minute++) {
            bought("2024-03-01T09:" + minute + ":00Z", "1", "a");
            bought("2024-03-01T1" + minute % 10 + ":00:00Z", "1", "b");
        }
        counted.count(shop);
        plant(
                Filters.and(at("2024-03-01T15:00:00Z"), Filters.eq("attribution.type", "_total")),
                Updates.inc("count", 1L));
        plant(
                Filters.and(at("2024-03-01T09:00:00Z"), Filters.eq("attribution.type", "_total")),
                Updates.inc("count", -1L));

        for (int sliceEvents : new int[] {1, 3, 7, 1_000}) {
            AuditService audits = new AuditService(
                    new AggregationAudit.Stores(
                            definitions,
                            new MongoCountableEvents(database),
                            new MongoRollupScan(database),
                            new MongoAttributionScan(database),
                            new FieldMetrics(),
                            sliceEvents),
                    Duration.ZERO,
                    new AuditMetrics(new SimpleMeterRegistry()),
                    Clock.systemUTC());
            long day = Instant.parse("2024-03-01T00:00:00Z").toEpochMilli();
            AuditedAggregation audited =
                    audits.audit(report, new TimeRange(day, day + 86_400_000)).get(0);
            assertThat(audited.events()).as("slices of " + sliceEvents).isEqualTo(40);
            assertThat(audited.counted()).isEqualTo(40);
            assertThat(audited.buckets())
                    .containsExactly(
                            new AuditedAggregation.Bucket("2024-03-01T09:00:00.000Z", 20, 19),
                            new AuditedAggregation.Bucket("2024-03-01T15:00:00.000Z", 2, 3));
        }
    }

    @Test
    void numbersThatAreGoneAreMissed() {
        happened("sale", "2024-03-01T09:10:00Z");
        counted.count(shop);
        database.getCollection(target).deleteMany(Filters.empty());

        audit().body("aggregations[0].difference", equalTo(-1))
                .body("aggregations[0].buckets.timestamp", hasItem("2024-03-01T09:00:00.000Z"));
    }

    @Test
    void deadEventsAreNotMissed() {
        happened("sale", "2024-03-01T09:10:00Z");
        database.getCollection("events_" + shop)
                .updateMany(
                        Filters.eq("pending", true),
                        Updates.combine(Updates.unset("pending"), Updates.set("irregular.dead.reason", "poison")));

        audit().body("aggregations[0].events", equalTo(0)).body("aggregations[0].buckets", empty());
    }

    @Test
    void whatIsPendingIsWaitedFor() throws Exception {
        happened("sale", "2024-03-01T09:10:00Z");

        CompletableFuture<ValidatableResponse> answer = CompletableFuture.supplyAsync(this::audit);
        counted.count(shop);

        answer.get(30, TimeUnit.SECONDS)
                .body("aggregations[0].events", equalTo(1))
                .body("aggregations[0].difference", equalTo(0));
    }

    @Test
    void whatCantBeAuditedIsRefused() {
        send("/reports/none/audits", DAY).statusCode(404);
        send("/reports/" + report + "/audits", "{}")
                .statusCode(422)
                .body("errors.pointer", equalTo(List.of("/timeRange")));
        send("/reports/" + report + "/audits", DAY.replace("timeRange", "range"))
                .statusCode(400)
                .body("errors[0].code", equalTo("unknown_field"));
        send("/reports/" + report + "/audits", "{\"timeRange\": {\"start\": 5, \"end\": 5}}")
                .statusCode(422)
                .body("errors.pointer", equalTo(List.of("/timeRange/end")));
    }
}
