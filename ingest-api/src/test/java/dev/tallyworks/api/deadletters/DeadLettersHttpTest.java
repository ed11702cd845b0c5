package dev.tallyworks.api.deadletters;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.notNullValue;
import static org.hamcrest.Matchers.nullValue;
import static org.hamcrest.Matchers.startsWith;

import com.mongodb.client.MongoDatabase;
import dev.tallyworks.api.query.CountedHere;
import dev.tallyworks.api.wiring.ServersForTests;
import dev.tallyworks.definition.Definitions;
import dev.tallyworks.event.Claim;
import dev.tallyworks.event.EventRef;
import dev.tallyworks.event.Fault;
import dev.tallyworks.event.PendingEvents;
import dev.tallyworks.mongo.MongoPendingEvents;
import dev.tallyworks.queue.JobQueue;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.ValidatableResponse;
import jakarta.inject.Inject;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@QuarkusTest
@QuarkusTestResource(ServersForTests.class)
class DeadLettersHttpTest {
    private static final long NOON = Instant.parse("2025-05-01T12:00:00Z").toEpochMilli();

    @Inject
    MongoDatabase database;

    @Inject
    Definitions definitions;

    @Inject
    CountedHere counted;

    @Inject
    JobQueue queue;

    private final String shop =
            "d" + UUID.randomUUID().toString().replace("-", "").substring(0, 12);
    private long batches;
    private String report = "";

    private static ValidatableResponse send(String method, String path, String body) {
        return given().contentType("application/json")
                .body(body)
                .request(method, "/api/v1" + path)
                .then();
    }

    private static ValidatableResponse get(String path) {
        return given().urlEncodingEnabled(false).get("/api/v1" + path).then();
    }

    @BeforeEach
    void shop() {
        send("POST", "/sources", "{\"name\": \"" + shop + "\", \"openTypes\": true}")
                .statusCode(201);
        report = send(
                        "POST",
                        "/reports",
                        "{\"name\": \"r\", \"aggregations\": [{\"targetCollection\": \"aggr_" + shop
                                + "\", \"filter\": {\"sources\": [\"" + shop + "\"]}}]}")
                .statusCode(201)
                .extract()
                .path("id");
    }

    private EventRef ref(String uuid) {
        long incarnation = definitions.refresh().source(shop).orElseThrow().incarnation();
        return new EventRef(shop, incarnation, uuid);
    }

    /** What a worker does with an event whose metrics throw. */
    private void die(String uuid, String type, String timestamp, Fault fault, long atMillis) {
        send(
                        "POST",
                        "/sources/" + shop + "/events",
                        "{\"uuid\": \"" + uuid + "\", \"type\": \"" + type + "\", \"timestamp\": \"" + timestamp
                                + "\", \"payload\": {\"amount\": 1.50}}")
                .statusCode(201);
        PendingEvents pending = new MongoPendingEvents(database);
        Claim claim = new Claim("l00", 1, ++batches);
        pending.claim(List.of(ref(uuid)), claim, Long.MAX_VALUE, false);
        pending.release(ref(uuid), claim, new PendingEvents.Failed(fault, 1, atMillis, attempts -> atMillis));
    }

    private void die(String uuid, String type, String reason, long atMillis) {
        die(uuid, type, "2025-01-01T12:00:00Z", Fault.told(reason), atMillis);
    }

    private void someDie() {
        die("a", "sale", "red", NOON);
        die("b", "sale", "blue", NOON + 1_000);
        die("c", "visit", "red", NOON + 2_000);
    }

    private ValidatableResponse list(String more) {
        return get("/dead-letters?source=" + shop + more).statusCode(200);
    }

    private String id(String uuid) {
        return shop + ":" + uuid;
    }

    private ValidatableResponse bulk(String deed, String members) {
        return send("POST", "/dead-letters/" + deed, "{\"source\": \"" + shop + "\"" + members + "}");
    }

    private void isDone(ValidatableResponse bulk, int matched, int done) {
        bulk.statusCode(200).body("matched", equalTo(matched)).body("done", equalTo(done));
    }

    private void event(String uuid, boolean aggregated, @Nullable String dead) {
        get("/sources/" + shop + "/events/" + uuid)
                .statusCode(200)
                .body("aggregated", equalTo(aggregated))
                .body("dead.id", dead == null ? nullValue() : equalTo(dead));
    }

    @Test
    void listsTheOneThatDiedLastFirst() {
        list("").body("items", empty()).body("nextCursor", nullValue());
        someDie();
        list("").body("items.uuid", contains("c", "b", "a"))
                .body("items[0].id", equalTo(id("c")))
                .body("items[0].source", equalTo(shop))
                .body("items[0].type", equalTo("visit"))
                .body("items[0].reason", equalTo("red"))
                .body("items[0].attempts", equalTo(1))
                .body("items[0].diedAt", equalTo("2025-05-01T12:00:02.000Z"))
                .body("items[0].size()", equalTo(7));
        get("/dead-letters?limit=1000").statusCode(200).body("items.id", hasItem(id("b")));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "type=sale|b a",
                "reason=red|c a",
                "reason=re|",
                "type=visit&reason=red|c",
                "since=2025-05-01T12:00:01Z|c b",
                "since=2025-05-01T14:00:01%2B02:00|c b",
                "since=2025-05-01T14:00:01+02:00|c b",
                "since=1746100802000|c",
                "since=2025-05-01T12:00:01Z&type=sale|b",
                "type=none|",
            })
    void selects(String filter, @Nullable String expected) {
        someDie();
        List<String> uuids = expected == null ? List.of() : List.of(expected.split(" "));
        assertThat(list("&" + filter).extract().<List<String>>path("items.uuid"))
                .isEqualTo(uuids);
    }

    @Test
    void pagesGoOverAllSources() {
        someDie();
        String other = shop;
        List<String> seen = new ArrayList<>();
        String cursor = "";
        do {
            ValidatableResponse page = get("/dead-letters?limit=2&since=2025-05-01T12:00:00Z" + cursor)
                    .statusCode(200);
            seen.addAll(page.extract().<List<String>>path("items.id"));
            String next = page.extract().path("nextCursor");
            cursor = next == null ? "" : "&cursor=" + next;
        } while (!cursor.isEmpty() && seen.size() < 1_000);
        assertThat(seen).doesNotHaveDuplicates();
        assertThat(seen.stream().filter(id -> id.startsWith(other + ":"))).containsExactly(id("c"), id("b"), id("a"));
        List<String> whole = get("/dead-letters?limit=1000&since=2025-05-01T12:00:00Z")
                .extract()
                .path("items.id");
        assertThat(seen).isEqualTo(whole);
    }

    @Test
    void tellsWhatWasThrown() {
        die("x y/z", "sale", "2025-01-01T12:00:00Z", Fault.of(new IllegalStateException("no rate")), NOON);
        ValidatableResponse letter = given().urlEncodingEnabled(false)
                .get("/api/v1/dead-letters/" + shop + "%3Ax%20y%2Fz")
                .then()
                .statusCode(200)
                .body("id", equalTo(id("x y/z")))
                .body("uuid", equalTo("x y/z"))
                .body("reason", equalTo("IllegalStateException: no rate"))
                .body("error", equalTo("java.lang.IllegalStateException: no rate"))
                .body("stack", startsWith("java.lang.IllegalStateException: no rate"))
                .body("event.uuid", equalTo("x y/z"))
                .body("event.aggregated", equalTo(false))
                .body("event.dead.attempts", equalTo(1));
        assertThat(letter.extract().<Float>path("event.payload.amount")).isEqualTo(1.5f);
        die("b", "sale", "told", NOON);
        get("/dead-letters/" + id("b")).body("error", equalTo("told")).body("stack", nullValue());
        assertThat(get("/dead-letters/" + id("b")).extract().asString()).contains("\"stack\":null");
    }

    @Test
    void aRetriedOneCountsOnce() {
        someDie();
        long before = queue.state().ready();
        send("POST", "/dead-letters/" + id("a") + "/retry", "").statusCode(202);
        assertThat(queue.state().ready()).isEqualTo(before + 1);
        list("").body("items.uuid", contains("c", "b"));
        get("/dead-letters/" + id("a")).statusCode(404).body("type", equalTo("urn:tallyworks:not_found"));
        event("a", false, null);
        send("POST", "/dead-letters/" + id("a") + "/retry", "").statusCode(202);
        assertThat(queue.state().ready()).isEqualTo(before + 1);
        send("DELETE", "/dead-letters/" + id("a"), "").statusCode(409).body("detail", containsString("being retried"));

        counted.count(shop);
        event("a", true, null);
        send("POST", "/dead-letters/" + id("a") + "/retry", "").statusCode(404);
        send("DELETE", "/dead-letters/" + id("a"), "").statusCode(404);
    }

    @Test
    void ofManyWhoRetryAtOnceNobodyIsRefusedAndItCountsOnce() throws Exception {
        someDie();
        ExecutorService pool = Executors.newFixedThreadPool(8);
        try {
            List<Callable<Integer>> calls =
                    Collections.nCopies(8, () -> send("POST", "/dead-letters/" + id("a") + "/retry", "")
                            .extract()
                            .statusCode());
            for (Future<Integer> answer : pool.invokeAll(calls)) {
                assertThat(answer.get()).isEqualTo(202);
            }
        } finally {
            pool.shutdownNow();
        }
        counted.count(shop);
        get("/reports/" + report
                        + "/query?metric=COUNT&granularity=all&mode=historical&start=2025-01-01T00:00:00Z&end=2025-01-02T00:00:00Z")
                .body("points[0].value", equalTo(1));
    }

    @Test
    void aDiscardedOneStaysRecordedAndUncounted() {
        someDie();
        send("DELETE", "/dead-letters/" + id("a"), "").statusCode(204);
        send("DELETE", "/dead-letters/" + id("a"), "").statusCode(404);
        send("POST", "/dead-letters/" + id("a") + "/retry", "").statusCode(404);
        list("").body("items.uuid", contains("c", "b"));
        event("a", false, null);
        send(
                        "POST",
                        "/sources/" + shop + "/events",
                        "{\"uuid\": \"a\", \"type\": \"sale\", \"timestamp\": \"2025-01-01T12:00:00Z\"}")
                .statusCode(200)
                .body("duplicate", equalTo(true));
    }

    @Test
    void answersLackWhatIsDeadOrWillLackWhatWasDiscarded() {
        String now = Instant.now().toString();
        die("young", "sale", now, Fault.told("red"), NOON);
        String young = "/reports/" + report + "/query?metric=COUNT&granularity=all&start="
                + Instant.now().minusSeconds(60) + "&end=" + Instant.now().plusSeconds(60);
        get(young).body("partial", equalTo(true));
        send("DELETE", "/dead-letters/" + id("young"), "").statusCode(204);
        get(young).body("partial", equalTo(true)).body("points[0].value", equalTo(1));
        get(young + "&mode=historical").body("partial", equalTo(false)).body("points", empty());

        die("old", "sale", "2025-01-01T12:00:00Z", Fault.told("red"), NOON);
        String old = "/reports/" + report
                + "/query?metric=COUNT&granularity=all&start=2025-01-01T00:00:00Z&end=2025-01-02T00:00:00Z";
        get(old).body("partial", equalTo(true));
        send("POST", "/dead-letters/" + id("old") + "/retry", "").statusCode(202);
        get(old).body("partial", equalTo(true)).body("points", empty());
        counted.count(shop);
        get(old).body("partial", equalTo(false)).body("points[0].value", equalTo(1));
    }

    @ParameterizedTest
    @ValueSource(strings = {"retry", "discard"})
    void manyAtOnce(String deed) {
        someDie();
        isDone(bulk(deed, ", \"dryRun\": true"), 3, 0);
        isDone(bulk(deed, ", \"reason\": \"red\", \"dryRun\": true"), 2, 0);
        list("").body("items", hasSize(3));
        isDone(bulk(deed, ", \"limit\": 1"), 3, 1);
        list("").body("items.uuid", contains("b", "a"));
        isDone(bulk(deed, ", \"type\": \"sale\", \"reason\": \"blue\", \"since\": \"2025-05-01T12:00:00Z\""), 1, 1);
        list("").body("items.uuid", contains("a"));
        isDone(bulk(deed, ", \"since\": " + (NOON + 1)), 0, 0);
        isDone(bulk(deed, ""), 1, 1);
        isDone(bulk(deed, ""), 0, 0);
        list("").body("items", empty());
        counted.count(shop);
        event("a", deed.equals("retry"), null);
    }

    @Test
    void moreThanAChunk() {
        List<String> uuids = new ArrayList<>();
        StringBuilder lines = new StringBuilder();
        for (int i = 0; i < 2_300; i++) {
            uuids.add("u" + i);
            lines.append("{\"uuid\": \"u").append(i).append("\", \"type\": \"sale\", \"timestamp\": 1735732800000}\n");
        }
        given().header("Content-Type", "application/x-ndjson")
                .body(lines.toString().getBytes(StandardCharsets.UTF_8))
                .post("/api/v1/sources/" + shop + "/events")
                .then()
                .statusCode(200);
        PendingEvents pending = new MongoPendingEvents(database);
        List<EventRef> refs = uuids.stream().map(this::ref).toList();
        Claim claim = new Claim("l00", 1, 1);
        pending.claim(refs, claim, Long.MAX_VALUE, false);
        refs.forEach(ref ->
                pending.release(ref, claim, new PendingEvents.Failed(Fault.told("red"), 1, NOON, attempts -> NOON)));

        long before = queue.state().ready();
        isDone(bulk("retry", ", \"limit\": 1500"), 2_300, 1_500);
        assertThat(queue.state().ready()).isEqualTo(before + 1_500);
        list("&limit=1000").body("items", hasSize(800));
        isDone(bulk("discard", ""), 800, 800);
        counted.count(shop);
        get("/reports/" + report
                        + "/query?metric=COUNT&granularity=all&mode=historical&start=2025-01-01T00:00:00Z&end=2025-01-02T00:00:00Z")
                .body("points[0].value", equalTo(1_500));
    }

    @Test
    void aPurgedSourceHasNone() {
        someDie();
        send("DELETE", "/sources/" + shop + "?purge=true", "").statusCode(202);
        get("/dead-letters/" + id("a")).statusCode(404);
        get("/dead-letters?limit=1000").body("items.id", not(hasItem(id("a"))));
    }

    @ParameterizedTest
    @ValueSource(strings = {"limit=0", "limit=x", "cursor=%C3%A4", "cursor=eA", "since=yesterday", "source=none"})
    void whatIsAskedWrongIsNamed(String parameter) {
        get("/dead-letters?" + parameter)
                .statusCode(422)
                .body("detail", containsString("'" + parameter.substring(0, parameter.indexOf('=')) + "'"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"limit\": 0}|422|/limit",
                "{\"limit\": \"x\"}|400|/limit",
                "{\"since\": \"yesterday\"}|422|/since",
                "{\"since\": true}|400|/since",
                "{\"source\": \"none\"}|422|/source",
                "{\"type\": 1}|400|/type",
                "{\"dryRun\": 1}|400|/dryRun",
                "{\"what\": 1}|400|/what",
            })
    void whatIsOrderedWrongIsNamed(String body, int status, String pointer) {
        for (String deed : List.of("retry", "discard")) {
            send("POST", "/dead-letters/" + deed, body)
                    .statusCode(status)
                    .body("errors[0].pointer", equalTo(pointer))
                    .body("errors[0].code", notNullValue());
            send("POST", "/dead-letters/" + deed, "").statusCode(400);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"none", "none:a", ":", "a:b:c", "%20"})
    void thereIsNoSuchLetter(String id) {
        get("/dead-letters/" + id).statusCode(404).body("type", equalTo("urn:tallyworks:not_found"));
        send("DELETE", "/dead-letters/" + id, "").statusCode(404);
        send("POST", "/dead-letters/" + id + "/retry", "").statusCode(404);
        get("/dead-letters/" + shop + ":none").statusCode(404);
    }
}
