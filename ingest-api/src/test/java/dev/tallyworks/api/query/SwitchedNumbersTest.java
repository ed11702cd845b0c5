package dev.tallyworks.api.query;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;

import com.mongodb.client.MongoDatabase;
import dev.tallyworks.api.http.JsonBody;
import dev.tallyworks.api.wiring.ServersForTests;
import dev.tallyworks.definition.Aggregation;
import dev.tallyworks.definition.DefinitionLog;
import dev.tallyworks.definition.RebuildChanges;
import dev.tallyworks.event.Event;
import dev.tallyworks.event.EventRef;
import dev.tallyworks.event.RawEvents;
import dev.tallyworks.metric.FieldMetrics;
import dev.tallyworks.mongo.MongoRollupScan;
import dev.tallyworks.mongo.MongoRollups;
import dev.tallyworks.plugin.Hooks;
import dev.tallyworks.realtime.Completeness;
import dev.tallyworks.realtime.RealtimeRollups;
import dev.tallyworks.realtime.RealtimeWindow;
import dev.tallyworks.rollup.RollupFold;
import dev.tallyworks.rollup.RollupScan;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** A rebuild ends while a question is being answered. */
@QuarkusTest
@QuarkusTestResource(ServersForTests.class)
class SwitchedNumbersTest {
    private static final Instant LONG_AGO = Instant.parse("2024-03-01T10:00:00Z");

    @Inject
    MongoDatabase database;

    @Inject
    DefinitionLog definitions;

    @Inject
    RawEvents events;

    @Inject
    RealtimeRollups realtime;

    @Inject
    Completeness completeness;

    @Inject
    RealtimeWindow window;

    @Inject
    Hooks hooks;

    private final String shop =
            "w" + UUID.randomUUID().toString().replace("-", "").substring(0, 12);
    private final AtomicInteger seq = new AtomicInteger();

    private static String create(String path, String body, int status) {
        return given().contentType("application/json")
                .body(body)
                .post("/api/v1" + path)
                .then()
                .statusCode(status)
                .extract()
                .path("id");
    }

    /** Counts an event, as a batch does that feeds just this generation. */
    private void count(Aggregation generation) {
        long incarnation = definitions.known().source(shop).orElseThrow().incarnation();
        Event event = new Event(
                new EventRef(shop, incarnation, UUID.randomUUID().toString()),
                "sale",
                LONG_AGO.toEpochMilli(),
                LONG_AGO.toEpochMilli(),
                Map.of(),
                List.of(),
                1,
                10);
        RollupFold fold = new RollupFold();
        fold.add(event, generation, new FieldMetrics().generate(event, generation));
        new MongoRollups(database).apply("l1", seq.incrementAndGet(), fold.deltasOfAllLevels());
    }

    @Test
    void theAnswerIsMadeOfNumbersThatAreInForceWhenItEnds() throws Exception {
        create("/sources", "{\"name\": \"" + shop + "\", \"openTypes\": true}", 201);
        String report = create(
                "/reports",
                "{\"name\": \"r\", \"aggregations\": [{\"targetCollection\": \"aggr_" + shop
                        + "\", \"granularity\": \"hour\", \"filter\": {\"sources\": [\"" + shop + "\"]}}]}",
                201);
        String rebuild = create("/reports/" + report + "/rebuilds", "{}", 202);
        Aggregation building = definitions.refresh().aggregationsOf(report).get(0);
        Aggregation built = building.asBuilt();
        assertThat(built).isNotNull();
        count(building);
        count(built);
        AtomicInteger scans = new AtomicInteger();
        RollupScan stored = new MongoRollupScan(database);
        RollupScan switching = (partition, series, range, selection, to) -> {
            if (scans.getAndIncrement() == 0) {
                definitions.change((newest, version) ->
                        new DefinitionLog.Decided<>(RebuildChanges.finish(newest, rebuild, Instant.now()), rebuild));
                count(built); // as a batch does that knows of the switch
            }
            stored.scan(partition, series, range, selection, to);
        };
        QueryService service = new QueryService(
                definitions,
                events,
                new RealtimeScan(realtime, completeness, window),
                new HistoricalScan(switching, (partition, series, range, selection, to) -> {}, Runnable::run),
                new PluggedQuestions(hooks),
                new QueryMetrics(new SimpleMeterRegistry()),
                Clock.systemUTC(),
                System::nanoTime);

        Answer answer = service.answer(
                report,
                QuestionReader.read(JsonBody.object(("{\"metric\": {\"type\": \"COUNT\"}, \"granularity\": \"all\","
                                + " \"timeRange\": {\"start\": \"2024-03-01T00:00:00Z\", \"end\":"
                                + " \"2024-03-02T00:00:00Z\"}}")
                        .getBytes(StandardCharsets.UTF_8))));

        assertThat(answer.points()).singleElement().satisfies(point -> assertThat(point.value())
                .isEqualTo(new BigDecimal(2)));
        assertThat(answer.partial()).isFalse();
        assertThat(scans.get()).isEqualTo(2);
    }
}
