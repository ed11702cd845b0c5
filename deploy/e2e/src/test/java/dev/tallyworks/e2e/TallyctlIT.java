package dev.tallyworks.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.tallyworks.local.process.AppProcess;
import dev.tallyworks.local.sample.FlightsSample;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The command line on the applications: a week of flights whose sending is killed half-way and repeated counts exactly, whether
 * its events bring uuids or not; every command answers.
 */
class TallyctlIT {
    private static final int FLIGHTS = 6_099;
    private static final int HALF = FLIGHTS / 2;
    private static final String[] RANGE = {"--start", "2013-01-01", "--end", "2013-01-09"};
    private static final Duration LIMIT = Duration.ofMinutes(3);

    private static final Product PRODUCT = Product.onTestServers(TallyctlIT.class);
    private static String url;

    @TempDir
    Path folder;

    @BeforeAll
    static void start() {
        List<AppProcess> processes = PRODUCT.start(PRODUCT.ingest("ingest"), PRODUCT.worker("worker-1"));
        url = "http://127.0.0.1:" + processes.get(0).spec().port();
    }

    @AfterAll
    static void stop() {
        PRODUCT.close();
    }

    @Test
    void aWeekOfFlightsIsExactThoughItsSendingIsKilled() throws Exception {
        Tallyctl tallyctl = new Tallyctl(folder, url);
        define(tallyctl, "Killed");

        sendKillAndSendAgain(
                tallyctl, "events", "send", PRODUCT.installation().sample().toString(), "--source", "killed");

        assertExact(tallyctl, "Killed");
    }

    @Test
    void soItIsWithoutUuids() throws Exception {
        Tallyctl tallyctl = new Tallyctl(folder, url);
        define(tallyctl, "Derived");
        Path csv = Files.write(folder.resolve("flights.csv"), csv());

        sendKillAndSendAgain(
                tallyctl,
                "events",
                "send",
                csv.toString(),
                "--source=derived",
                "--type-column=kind",
                "--timestamp-column=scheduled",
                "--timestamp-format=yyyy-MM-dd HH:mm",
                "--timezone=America/New_York",
                "--attribution=carrier");

        assertExact(tallyctl, "Derived");
        JsonNode top = tallyctl.json(with(RANGE, "top", "Derived", "--by", "carrier", "--limit", "1"));
        assertThat(top.path("items").path(0).path("attribution").asText()).isEqualTo("B6");
        assertThat(top.path("items").path(0).path("value").asInt()).isEqualTo(1_107);
    }

    /** The flights as others might write them down. */
    private static List<String> csv() throws IOException {
        ObjectMapper json = new ObjectMapper();
        DateTimeFormatter local =
                DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm").withZone(ZoneId.of("America/New_York"));
        List<String> rows = new ArrayList<>(List.of("scheduled,kind,carrier,distance,depDelay,note"));
        for (String line : FlightsSample.read(PRODUCT.installation().sample())) {
            JsonNode flight = json.readTree(line);
            JsonNode payload = flight.path("payload");
            rows.add(String.join(
                    ",",
                    local.format(Instant.parse(flight.path("timestamp").asText())),
                    flight.path("type").asText(),
                    payload.path("carrier").asText(),
                    payload.path("distance").asText(),
                    payload.path("depDelay").asText(),
                    "\"to \"\"" + payload.path("dest").asText() + "\"\",\nby air\""));
        }
        return rows;
    }

    private static void define(Tallyctl tallyctl, String name) throws Exception {
        JsonNode source = tallyctl.json("sources", "create", name, "--type", "departed", "--type", "cancelled");
        tallyctl.json("reports", "create", name);
        JsonNode aggregation = tallyctl.json(
                "aggregations",
                "create",
                name,
                "--collection",
                "aggr_" + source.path("id").asText(),
                "--granularity",
                "hour",
                "--source",
                source.path("id").asText());
        assertThat(aggregation.path("granularity").asText()).isEqualTo("hour");
    }

    private static void sendKillAndSendAgain(Tallyctl tallyctl, String... command) throws Exception {
        Process first = tallyctl.start(with(command, "--batch=20", "--connections=2"));
        await("half of it is taken")
                .atMost(LIMIT)
                .pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(5))
                .failFast("it has ended", () -> !first.isAlive())
                .until(() -> taken(tallyctl) >= HALF);
        first.destroyForcibly().waitFor();
        assertThat(first.exitValue()).as("SIGKILL").isEqualTo(137);
        long taken = taken(tallyctl);
        assertThat(taken).isBetween((long) HALF, FLIGHTS - 1L);

        JsonNode summary = tallyctl.json(command);

        assertThat(summary.path("events").asLong()).isEqualTo(FLIGHTS);
        assertThat(summary.path("rejected").asLong()).isZero();
        assertThat(summary.path("accepted").asLong()).isGreaterThanOrEqualTo(taken);
        // Lines, of which a row may have more than one.
        assertThat(summary.path("resumedAfterLine").asLong()).isGreaterThanOrEqualTo(taken);
        assertThat(tallyctl.states()).isEmptyDirectory();

        JsonNode again = tallyctl.json(command);
        assertThat(again.path("duplicates").asLong()).isEqualTo(FLIGHTS);
    }

    /** How many events it knows to be taken. */
    private static long taken(Tallyctl tallyctl) throws IOException {
        if (!Files.exists(tallyctl.states())) {
            return 0;
        }
        try (Stream<Path> states = Files.list(tallyctl.states())) {
            for (Path state :
                    states.filter(file -> file.toString().endsWith(".json")).toList()) {
                JsonNode json = new ObjectMapper().readTree(Files.readString(state));
                return json.path("accepted").asLong() + json.path("duplicates").asLong();
            }
        }
        return 0;
    }

    private static String[] with(String[] some, String... others) {
        // Words of a command first.
        String[] first = some[0].startsWith("-") ? others : some;
        List<String> all = new ArrayList<>(List.of(first));
        all.addAll(List.of(first == some ? others : some));
        return all.toArray(String[]::new);
    }

    private static void assertExact(Tallyctl tallyctl, String report) throws Exception {
        JsonNode audit = tallyctl.json(with(RANGE, "audit", report));
        assertThat(audit.path("aggregations")).hasSize(1);
        JsonNode aggregation = audit.path("aggregations").path(0);
        assertThat(aggregation.path("events").asLong()).isEqualTo(FLIGHTS);
        assertThat(aggregation.path("difference").asLong()).isZero();

        JsonNode dataset = tallyctl.json(with(RANGE, "dataset", report, "-g", "day"));
        Map<String, List<Long>> found = new TreeMap<>();
        for (JsonNode row : dataset.path("rows")) {
            found.put(
                    row.path("timestamp").asText().substring(0, 10),
                    Stream.of("departed_count", "cancelled_count", "distance_sum", "depDelay_sum")
                            .map(column -> row.path(column).asLong())
                            .toList());
        }
        assertThat(found).isEqualTo(expected());
        JsonNode miles = tallyctl.json(with(RANGE, "query", report, "-m", "SUM:distance"));
        assertThat(miles.path("points").path(0).path("value").asLong())
                .isEqualTo(expected().values().stream()
                        .mapToLong(day -> day.get(2))
                        .sum());
    }

    /** Of each day what departed, was cancelled, miles and delays: computed without Tallyworks. */
    private static Map<String, List<Long>> expected() throws IOException {
        List<String> rows = Files.readAllLines(
                PRODUCT.installation().root().resolve("deploy/samples/flights-2013-week1-by-utc-day.csv"));
        Map<String, List<Long>> expected = new TreeMap<>();
        for (String row : rows.subList(1, rows.size())) {
            List<String> cells = List.of(row.split(","));
            expected.put(
                    cells.get(0),
                    cells.subList(1, cells.size()).stream().map(Long::parseLong).toList());
        }
        return expected;
    }

    @Test
    void everyCommandAnswers() throws Exception {
        Tallyctl tallyctl = new Tallyctl(folder, url);
        define(tallyctl, "All");
        Path file = Files.writeString(
                folder.resolve("three.ndjson"),
                "{\"uuid\": \"a\", \"type\": \"departed\", \"timestamp\": \"2013-01-01T10:00:00Z\", \"payload\": {\"n\": 1.25}}\n"
                        + "{\"uuid\": \"b\", \"type\": \"arrived\", \"timestamp\": \"2013-01-01T10:00:00Z\"}\n"
                        + "{\"uuid\": \"c\", \"type\": \"cancelled\", \"timestamp\": \"2013-01-02T10:00:00Z\", \"payload\": {\"n\": 2}}\n");

        Tallyctl.Ended sent = tallyctl.run("events", "send", file.toString(), "-s", "all");
        assertThat(sent.code()).as(sent.err()).isEqualTo(1);
        assertThat(sent.err()).contains("3 events: 2 accepted, 0 known before, 1 rejected");
        assertThat(Files.readString(Path.of(file + ".rejects.ndjson")))
                .contains("\"line\":2,\"uuid\":\"b\",\"code\":\"unknown_event_type\"");

        JsonNode doctor = tallyctl.json("doctor");
        assertThat(doctor.path("healthy").asBoolean()).isTrue();
        assertThat(doctor.path("checks"))
                .hasSize(8)
                .allMatch(check -> check.path("status").asText().equals("ok"));

        assertThat(ids(tallyctl.json("sources", "list"))).contains("all");
        assertThat(tallyctl.json("sources", "show", "all").path("eventTypes")).hasSize(2);
        assertThat(tallyctl.json("sources", "update", "all", "--patch", "{\"description\": \"d\"}")
                        .path("description")
                        .asText())
                .isEqualTo("d");
        assertThat(tallyctl.json("sources", "put-type", "all", "late")
                        .path("name")
                        .asText())
                .isEqualTo("late");
        assertThat(tallyctl.json("sources", "delete-type", "all", "late")
                        .path("state")
                        .asText())
                .isEqualTo("removed");
        assertThat(tallyctl.json("sources", "metadata", "all")
                        .path("fields")
                        .path(0)
                        .path("name")
                        .asText())
                .isEqualTo("n");
        String report = tallyctl.json("reports", "show", "All").path("id").asText();
        assertThat(ids(tallyctl.json("reports", "list"))).contains(report);
        assertThat(tallyctl.json("reports", "metadata", report).path("eventTypes"))
                .hasSize(2);
        String aggregation = ids(tallyctl.json("aggregations", "list", "All")).get(0);
        assertThat(tallyctl.json("aggregations", "show", "All", aggregation)
                        .path("report")
                        .asText())
                .isEqualTo(report);

        assertThat(tallyctl.json("events", "list", "-s", "all").path("items")).hasSize(2);
        assertThat(tallyctl.json("events", "show", "-s", "all", "a")
                        .path("payload")
                        .path("n")
                        .asText())
                .isEqualTo("1.25");
        Tallyctl.Ended tail =
                tallyctl.run("events", "tail", "-s", "all", "--from", "2013-01-01", "--no-follow", "-o", "json");
        assertThat(tail.out().lines()).hasSize(2);

        assertThat(tallyctl.json(with(RANGE, "audit", "All"))
                        .path("aggregations")
                        .path(0)
                        .path("counted")
                        .asInt())
                .isEqualTo(2);
        assertThat(tallyctl.json("rebuild", "All", "--wait").path("state").asText())
                .isEqualTo("done");
        String rebuild = ids(tallyctl.json("rebuilds", "list", "All")).get(0);
        assertThat(tallyctl.json("rebuilds", "show", "All", rebuild)
                        .path("percent")
                        .asInt())
                .isEqualTo(100);
        assertThat(tallyctl.json("rebuilds", "cancel", "All", rebuild)
                        .path("state")
                        .asText())
                .isEqualTo("done");
        assertThat(tallyctl.run(with(RANGE, "query", "All", "-m", "SUM:n", "-g", "day", "-o", "csv"))
                        .out())
                .isEqualTo("timestamp,value\r\n2013-01-01T00:00:00.000Z,1.25\r\n2013-01-02T00:00:00.000Z,2\r\n");
        assertThat(tallyctl.run(with(RANGE, "query", "All", "-m", "SUM:n", "-g", "day", "--chart"))
                        .out()
                        .lines())
                .hasSize(2)
                .allMatch(line -> line.matches("2013-01-0[12]  +[0-9.]+ █+.*"));

        assertThat(tallyctl.json("queue", "pause").path("paused").asBoolean()).isTrue();
        assertThat(tallyctl.json("queue").path("paused").asBoolean()).isTrue();
        assertThat(tallyctl.json("queue", "resume").path("paused").asBoolean()).isFalse();
        assertThat(tallyctl.run("queue", "--watch", "--times", "2", "--interval", "0s", "-o", "json")
                        .out()
                        .lines())
                .hasSize(2);
        assertThat(ids(tallyctl.json("workers"))).hasSize(1);
        assertThat(tallyctl.json("dead-letters", "list").path("items")).isEmpty();
        JsonNode retried = tallyctl.json("dead-letters", "retry", "--source", "all", "--dry-run");
        assertThat(retried.path("matched").asInt(-1)).isZero();

        Tallyctl.Ended unknown = tallyctl.run(with(RANGE, "query", "nowhere"));
        assertThat(unknown.code()).isEqualTo(3);
        assertThat(unknown.err()).isEqualTo("tallyctl: There is no report 'nowhere'. (404 not_found)\n");
        assertThat(tallyctl.run("queue", "--retry-for", "0", "--url", "http://127.0.0.1:1")
                        .code())
                .isEqualTo(4);
        assertThat(tallyctl.json("reports", "delete", "All").path("state").asText())
                .isEqualTo("removed");
        assertThat(tallyctl.json("sources", "delete", "all", "--purge")
                        .path("state")
                        .asText())
                .isEqualTo("removing");
    }

    private static List<String> ids(JsonNode page) {
        List<String> ids = new ArrayList<>();
        page.path("items").forEach(item -> ids.add(item.path("id").asText()));
        return ids;
    }
}
