package dev.tallyworks.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.tallyworks.local.process.Api;
import dev.tallyworks.local.process.AppProcess;
import dev.tallyworks.local.sample.FlightsSample;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A week of flights, posted by eight clients at once, a tenth of it twice: the totals are those of the CSV, which was made
 * without Tallyworks, and those by day, origin and carrier a recount of the posted lines, for every storage.
 */
class FlightsIT {
    private static final int CLIENTS = 8;
    private static final int BATCH = 1_000;
    private static final int TRIES_MAX = 50;
    private static final String RANGE = "start=2013-01-01T00:00:00Z&end=2013-01-09T00:00:00Z";
    private static final Map<String, Integer> PARTITION_LENGTHS = Map.of("minute", 600, "hour", 24, "day", 3);

    private static final Product PRODUCT = Product.onTestServers(FlightsIT.class);
    private static final Map<String, String> REPORTS = new LinkedHashMap<>();
    private static final List<JsonNode> FLIGHTS = new ArrayList<>();
    private static final AtomicLong ACCEPTED = new AtomicLong();
    private static final AtomicLong DUPLICATES = new AtomicLong();
    private static final AtomicLong REFUSED = new AtomicLong();
    private static Api api;

    @BeforeAll
    static void postWeek() throws Exception {
        List<AppProcess> processes = PRODUCT.start(PRODUCT.ingest("ingest"), PRODUCT.worker("worker-1"));
        api = Product.api(processes.get(0));
        List<String> lines = FlightsSample.read(PRODUCT.installation().sample());
        for (String line : lines) {
            FLIGHTS.add(new ObjectMapper().readTree(line));
        }
        api.post("/api/v1/sources", "{\"name\": \"flights\", \"openTypes\": true}")
                .orThrow();
        for (String width : PARTITION_LENGTHS.keySet()) {
            define(width, false);
            define(width, true);
        }
        post(lines);
        assertThat(ACCEPTED.get())
                .isLessThanOrEqualTo(lines.size())
                .isGreaterThanOrEqualTo(lines.size() - REFUSED.get());
        for (String report : REPORTS.values()) {
            Product.awaitCount(api, report, RANGE, lines.size(), Duration.ofMinutes(3));
        }
    }

    private static void define(String width, boolean partitioned) throws IOException {
        String key = width + (partitioned ? " partitioned" : "");
        String aggregation =
                "{\"targetCollection\": \"aggr_" + key.replace(' ', '_') + "\", \"granularity\": \"" + width
                        + "\", \"filter\": {\"sources\": [\"flights\"]}, \"partition\": {\"enabled\": " + partitioned
                        + ", \"length\": " + PARTITION_LENGTHS.get(width) + "}}";
        REPORTS.put(
                key,
                api.post("/api/v1/reports", "{\"name\": \"" + key + "\", \"aggregations\": [" + aggregation + "]}")
                        .orThrow()
                        .json()
                        .path("id")
                        .asText());
    }

    /** The lines, and every tenth again, shuffled, in batches dealt out to the clients. */
    private static void post(List<String> lines) throws InterruptedException, ExecutionException {
        List<String> all = new ArrayList<>(lines);
        IntStream.range(0, lines.size()).filter(i -> i % 10 == 0).forEach(i -> all.add(lines.get(i)));
        long seed = System.nanoTime();
        System.out.println("FlightsIT: seed " + seed);
        Collections.shuffle(all, new Random(seed));
        ExecutorService clients = Executors.newFixedThreadPool(CLIENTS);
        try {
            List<Callable<Void>> posts = new ArrayList<>();
            for (int from = 0; from < all.size(); from += BATCH) {
                String batch = String.join("\n", all.subList(from, Math.min(all.size(), from + BATCH)));
                posts.add(() -> {
                    JsonNode answer = post(batch);
                    ACCEPTED.addAndGet(answer.path("accepted").asLong());
                    DUPLICATES.addAndGet(answer.path("duplicates").asLong());
                    return null;
                });
            }
            for (Future<Void> posted : clients.invokeAll(posts)) {
                posted.get();
            }
            // What was refused and sent again may have been recorded the first time.
            assertThat(DUPLICATES.get())
                    .isGreaterThanOrEqualTo(all.size() - lines.size())
                    .isLessThanOrEqualTo(all.size() - lines.size() + REFUSED.get());
        } finally {
            clients.shutdownNow();
        }
    }

    /** Again for as long as it is asked to, as a slow machine may. */
    private static JsonNode post(String batch) throws IOException {
        for (int tries = 1; ; tries++) {
            Api.Answer answer = api.within(Duration.ofMinutes(2)).postLines("/api/v1/sources/flights/events", batch);
            if (answer.status() != 503 || tries == TRIES_MAX) {
                return answer.orThrow().json();
            }
            REFUSED.addAndGet(BATCH);
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(200));
        }
    }

    @AfterAll
    static void stop() {
        PRODUCT.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"minute", "minute partitioned", "hour", "hour partitioned", "day", "day partitioned"})
    void totalsByDayAreThoseOfTheCsv(String storage) throws IOException {
        List<String> rows = Files.readAllLines(
                PRODUCT.installation().root().resolve("deploy/samples/flights-2013-week1-by-utc-day.csv"));
        Map<String, List<String>> expected = new TreeMap<>();
        for (String row : rows.subList(1, rows.size())) {
            List<String> cells = List.of(row.split(","));
            expected.put(cells.get(0), cells.subList(1, cells.size()));
        }
        Map<String, List<String>> told = new TreeMap<>();
        List<Map<String, BigDecimal>> columns = List.of(
                byDay(storage, "COUNT", "&eventTypes=departed"),
                byDay(storage, "COUNT", "&eventTypes=cancelled"),
                byDay(storage, "SUM:distance", ""),
                byDay(storage, "SUM:depDelay", "&eventTypes=departed"));
        for (String day : expected.keySet()) {
            told.put(
                    day,
                    columns.stream()
                            .map(column ->
                                    column.getOrDefault(day, BigDecimal.ZERO).toPlainString())
                            .toList());
        }
        assertThat(told).isEqualTo(expected);
        assertThat(columns.get(0).keySet()).isEqualTo(expected.keySet());
    }

    @ParameterizedTest
    @ValueSource(strings = {"minute", "minute partitioned", "hour", "hour partitioned", "day", "day partitioned"})
    void numbersByDayOriginAndCarrierAreARecount(String storage) throws IOException {
        for (String field : List.of("origin", "carrier")) {
            assertThat(byDay(storage, "CATEGORY:" + field, ""))
                    .as("CATEGORY " + field)
                    .containsExactlyEntriesOf(recount(field, null, null, null));
            for (String number : List.of("distance", "depDelay", "airTime")) {
                assertThat(byDay(storage, "COMPOUND_SUM:" + number + ":" + field, ""))
                        .as("COMPOUND_SUM " + number + " by " + field)
                        .isEqualTo(recount(field, number, null, null));
            }
        }
        for (String attribution : List.of("origin:EWR", "origin:JFK", "origin:LGA", "carrier:UA", "carrier:HA")) {
            String type = attribution.substring(0, attribution.indexOf(':'));
            String value = attribution.substring(type.length() + 1);
            assertThat(byDay(storage, "COUNT", "&attribution=" + attribution))
                    .as("COUNT of " + attribution)
                    .isEqualTo(recount(null, null, type, value));
            assertThat(byDay(storage, "SUM:depDelay", "&attribution=" + attribution))
                    .as("SUM of " + attribution)
                    .isEqualTo(recount(null, "depDelay", type, value));
            assertThat(byDay(storage, "COMPOUND_SUM:distance:carrier", "&attribution=" + attribution))
                    .as("COMPOUND_SUM of " + attribution)
                    .isEqualTo(recount("carrier", "distance", type, value));
        }
    }

    /** By day, or by day and category with a space between. */
    private static Map<String, BigDecimal> byDay(String storage, String metric, String more) throws IOException {
        JsonNode answer = api.get("/api/v1/reports/" + REPORTS.get(storage) + "/query?metric=" + metric
                        + "&granularity=day&" + RANGE + more)
                .orThrow()
                .json();
        Map<String, BigDecimal> values = new TreeMap<>();
        for (JsonNode point : answer.path("points")) {
            String day = point.path("timestamp").asText().substring(0, 10);
            String key =
                    point.has("category") ? day + " " + point.path("category").asText() : day;
            values.put(key, point.path("value").decimalValue());
        }
        return values;
    }

    /** Counts the posted lines, or adds up one of their numbers, by day and the value of a field. */
    private static Map<String, BigDecimal> recount(
            @Nullable String by, @Nullable String number, @Nullable String type, @Nullable String value) {
        Map<String, BigDecimal> values = new TreeMap<>();
        for (JsonNode flight : FLIGHTS) {
            boolean asked = type == null;
            for (JsonNode attribution : flight.path("attributions")) {
                asked |= attribution.path("type").asText().equals(type)
                        && attribution.path("value").asText().equals(value);
            }
            JsonNode payload = flight.path("payload");
            if (!asked || by != null && !payload.has(by) || number != null && !payload.has(number)) {
                continue;
            }
            String day = flight.path("timestamp").asText().substring(0, 10);
            String key = by == null ? day : day + " " + payload.path(by).asText();
            values.merge(
                    key, number == null ? BigDecimal.ONE : payload.path(number).decimalValue(), BigDecimal::add);
        }
        return values;
    }
}
