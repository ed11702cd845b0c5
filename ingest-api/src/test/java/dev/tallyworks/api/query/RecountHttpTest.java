package dev.tallyworks.api.query;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tallyworks.api.http.JsonBody;
import dev.tallyworks.api.query.NaiveQuestion.Dataset;
import dev.tallyworks.api.query.NaiveQuestion.Flat;
import dev.tallyworks.api.query.NaiveQuestion.Groups;
import dev.tallyworks.api.query.NaiveQuestion.Measure;
import dev.tallyworks.api.query.NaiveQuestion.Metric;
import dev.tallyworks.api.query.NaiveQuestion.Sort;
import dev.tallyworks.api.query.NaiveTally.Aggregation;
import dev.tallyworks.api.query.NaiveTally.Event;
import dev.tallyworks.api.wiring.ServersForTests;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/**
 * Asks the product ({@link RealTally}) and a list of events and a loop ({@link NaiveTally}) the same, and holds their answers to
 * be equal to the digit: random definitions, events and questions ({@link RandomTally}). Sketches may be wrong by what they say;
 * of values beyond a guard only the totals are compared. Whatever differs is told with the seed; {@code -Drecount.seed=} asks
 * the same again, {@code -Drecount.rounds=} and {@code -Drecount.questions=} more.
 */
@QuarkusTest
@QuarkusTestResource(ServersForTests.class)
class RecountHttpTest {
    private static final int ROUNDS = Integer.getInteger("recount.rounds", 14);
    private static final int QUESTIONS = Integer.getInteger("recount.questions", 150);
    private static final int ASKED_AGAIN_MAX = 100;
    private static final String NAME = "name";
    private static final String VALUE = "value";

    /** Of a sketch of distinct values: what is off by more than this many standard errors, and one value, is no chance. */
    private static final double UNIQUE_STANDARD_ERRORS = 5 * 1.04 / Math.sqrt(4_096);

    private static final double UNIQUE_ERROR = 0.02;
    /** Of a percentile: what is stated, and what the rounding to the digits shown adds. */
    private static final BigDecimal PERCENTILE_ERROR = new BigDecimal("0.01001");

    @Inject
    CountedHere counted;

    private final List<Double> uniqueErrors = new ArrayList<>();
    private final Map<String, Integer> cases = new TreeMap<>();

    @Test
    @DisplayName("answers equal a naive recount")
    void answersEqualANaiveRecount() {
        long seed = Long.getLong("recount.seed", System.nanoTime());
        System.out.println("recount.seed=" + seed);
        for (int round = 0; round < ROUNDS; round++) {
            new Round(new Random(seed + round), "recount.seed=" + seed + ", round " + round).run();
        }
        int all = cases.values().stream().mapToInt(Integer::intValue).sum();
        System.out.println("recount: " + all + " cases " + cases);
        assertThat(all).isGreaterThanOrEqualTo(ROUNDS * QUESTIONS / 2);
        double squares =
                uniqueErrors.stream().mapToDouble(error -> error * error).sum();
        assertThat(Math.sqrt(squares / Math.max(1, uniqueErrors.size())))
                .as("recount.seed=" + seed + ": the error of distinct values, root mean square")
                .isLessThanOrEqualTo(UNIQUE_ERROR);
    }

    private final class Round {
        private final Random random;
        private final String where;
        private final RandomTally definitions;
        private final NaiveTally naive;
        private final RealTally real;
        private final String report;
        private final Set<String> unguardedColumns = new LinkedHashSet<>();

        Round(Random random, String where) {
            this.random = random;
            this.where = where;
            this.definitions = new RandomTally(random);
            definitions
                    .sources()
                    .forEach(source -> created(
                            "/sources",
                            JsonBody.JSON.createObjectNode().put(NAME, source).put("openTypes", true)));
            List<Aggregation> aggregations = definitions.aggregations();
            ObjectNode body = JsonBody.JSON.createObjectNode().put(NAME, "r");
            aggregations.forEach(aggregation -> body.withArray("/aggregations").add(definitions.json(aggregation)));
            this.report = created("/reports", body).path("id").textValue();
            this.naive = new NaiveTally(aggregations);
            this.real = new RealTally(report, random);
            unguardedColumns.add(NaiveTally.TIMESTAMP);
            unguardedColumns.add(NaiveTally.FLAGS);
            RandomTally.TYPES.forEach(type -> unguardedColumns.add(type + "_count"));
            // The last number's column may be that of a text's value.
            RandomTally.NUMBERS
                    .subList(0, RandomTally.NUMBERS.size() - 1)
                    .forEach(number -> unguardedColumns.add(number + "_sum"));
        }

        private JsonNode created(String path, ObjectNode body) {
            return RealTally.json(given().contentType("application/json")
                    .body(body.toString().getBytes(StandardCharsets.UTF_8))
                    .post("/api/v1" + path)
                    .then()
                    .statusCode(201)
                    .extract()
                    .asString());
        }

        void run() {
            List<String> modes = List.of("combined", "historical", "combined", "historical", "realtime");
            for (int batch = 0; batch < 3; batch++) {
                boolean active = random.nextInt(4) > 0;
                activate(active);
                post(random.nextInt(150), active, definitions::oldEvent);
                activate(true);
                post(random.nextInt(20), true, definitions::oldEvent);
                // Some are left pending on purpose.
                definitions.sources().stream()
                        .filter(source -> random.nextInt(4) > 0)
                        .forEach(this::count);
                questions(QUESTIONS / 6, modes, false);
            }
            for (int batch = 0; batch < 3; batch++) {
                post(30, true, definitions::recentEvent);
                questions(QUESTIONS / 12, List.of("combined", "historical", "realtime"), true);
                if (batch > 0) {
                    count(definitions.sources().get(batch - 1));
                    questions(QUESTIONS / 12, List.of("combined", "historical", "realtime"), true);
                }
            }
            definitions.sources().forEach(this::count);
            questions(QUESTIONS / 12, List.of("combined", "historical", "realtime"), true);
        }

        private void activate(boolean active) {
            given().contentType("application/json")
                    .body("{\"active\": " + active + "}")
                    .patch("/api/v1/reports/" + report)
                    .then()
                    .statusCode(200);
        }

        private void count(String source) {
            counted.count(source);
            naive.aggregate(source);
        }

        private void post(int many, boolean active, Supplier<Event> random) {
            List<Event> known = naive.events();
            Map<String, List<Event>> batches = new LinkedHashMap<>();
            for (int i = 0; i < many; i++) {
                Event event = random.get();
                batches.computeIfAbsent(event.source(), none -> new ArrayList<>())
                        .add(event);
                naive.post(event, active);
            }
            batches.forEach((source, events) -> {
                List<Event> batch = new ArrayList<>(events);
                // Those that are known, and some twice, count once.
                known.stream()
                        .filter(event -> event.source().equals(source) && this.random.nextInt(20) == 0)
                        .forEach(batch::add);
                events.stream().filter(event -> this.random.nextInt(20) == 0).forEach(batch::add);
                Collections.shuffle(batch, this.random);
                JsonNode answer = RealTally.json(given().contentType("application/x-ndjson")
                        .body(batch.stream()
                                .map(definitions::json)
                                .collect(Collectors.joining("\n"))
                                .getBytes(StandardCharsets.UTF_8))
                        .post("/api/v1/sources/" + source + "/events")
                        .then()
                        .statusCode(200)
                        .extract()
                        .asString());
                assertThat(answer.path("accepted").intValue()).as(where).isEqualTo(events.size());
                assertThat(answer.path("duplicates").intValue()).as(where).isEqualTo(batch.size() - events.size());
            });
        }

        private void questions(int many, List<String> modes, boolean recent) {
            for (int i = 0; i < many; i++) {
                compare(definitions.question(naive, modes, recent));
            }
        }

        private void compare(NaiveQuestion asked) {
            boolean answerable = naive.isAnswerable(asked);
            for (int asks = 0; asks < ASKED_AGAIN_MAX; asks++) {
                long before = System.currentTimeMillis();
                RealTally.Answer actual = real.ask(asked);
                String as = where + ": " + actual.how();
                assertThat(actual.isRefused()).as(as).isEqualTo(!answerable);
                if (!answerable) {
                    note("refused");
                    return;
                }
                Map<String, List<Map<String, Object>>> expected = naive.answer(asked, before);
                // Where what is recent has begun elsewhere meanwhile, nobody knows which of both was answered.
                if (expected.equals(naive.answer(asked, System.currentTimeMillis()))) {
                    compare(asked, expected, actual, before, as);
                    note(
                            asked.what() instanceof Measure measure
                                    ? measure.metric().type()
                                    : asked.what().path());
                    return;
                }
            }
            throw new AssertionError(where + ": " + asked + " has no answer that stays");
        }

        private void compare(
                NaiveQuestion asked,
                Map<String, List<Map<String, Object>>> expected,
                RealTally.Answer actual,
                long now,
                String as) {
            JsonNode rest = actual.rest();
            if (rest != null) {
                whole(asked, rest, now, as);
            }
            for (String unit : asked.units()) {
                List<Map<String, Object>> should = expected.get(unit);
                List<Map<String, Object>> does = actual.byUnit().get(unit);
                if (actual.isCsv()) {
                    should = asCsv(asked.what() instanceof Groups groups ? lines(groups, should) : should);
                }
                rows(asked, should, does, actual.isCsv(), as + ", " + unit);
            }
        }

        /** What an answer says of itself. */
        private void whole(NaiveQuestion asked, JsonNode answer, long now, String as) {
            assertThat(answer.path("mode").textValue()).as(as).isEqualTo(asked.mode());
            assertThat(answer.path("truncated").booleanValue()).as(as).isFalse();
            if (!naive.isGuarded()) {
                assertThat(answer.path("truncatedValues").longValue()).as(as).isZero();
            }
            OptionalLong oldest = naive.oldestPending(asked);
            if (oldest.isPresent()) {
                assertThat(answer.path("watermark").textValue()).as(as).isEqualTo(NaiveTally.time(oldest.getAsLong()));
            }
            if (naive.lacks(asked, now)) {
                assertThat(answer.path("partial").booleanValue()).as(as).isTrue();
            } else if (oldest.isEmpty() && !asked.mode().equals("realtime")) {
                assertThat(answer.path("partial").booleanValue()).as(as).isFalse();
            }
        }

        private void rows(
                NaiveQuestion asked,
                List<Map<String, Object>> expected,
                List<Map<String, Object>> actual,
                boolean csv,
                String as) {
            if (asked.what() instanceof Measure measure) {
                Metric metric = measure.metric();
                if (metric.isOfSketch()) {
                    sketch(metric, expected, actual, as);
                } else if (metric.type().equals("BOOLEAN")) {
                    assertThat(actual)
                            .as(as)
                            .extracting(point -> (String) point.get(NaiveTally.TIMESTAMP))
                            .isSorted();
                    assertThat(actual).as(as).containsExactlyInAnyOrderElementsOf(expected);
                } else if (naive.keepsAllValues()) {
                    assertThat(actual).as(as).isEqualTo(expected);
                } else {
                    assertThat(totals(actual, "category")).as(as).isEqualTo(totals(expected, "category"));
                }
            } else if (asked.what() instanceof Flat flat) {
                flat(flat, expected, actual, as);
            } else if (naive.keepsAllValues()) {
                assertThat(actual).as(as).isEqualTo(expected);
            } else if (asked.what() instanceof Groups groups) {
                assertThat(totals(csv ? actual : lines(groups, actual), NAME))
                        .as(as)
                        .isEqualTo(totals(csv ? expected : lines(groups, expected), NAME));
                if (!csv) {
                    assertThat(unguarded(asked, actual)).as(as).isEqualTo(unguarded(asked, expected));
                }
            } else {
                assertThat(unguarded(asked, actual)).as(as).isEqualTo(unguarded(asked, expected));
            }
        }

        private void flat(Flat flat, List<Map<String, Object>> expected, List<Map<String, Object>> actual, String as) {
            Sort sort = flat.sort();
            if (sort != null) {
                Comparator<BigDecimal> order =
                        sort.descending() ? Comparator.reverseOrder() : Comparator.naturalOrder();
                assertThat(actual)
                        .as(as)
                        .extracting(row -> (BigDecimal) row.get(sort.column()))
                        .isSortedAccordingTo(Comparator.nullsLast(order));
            }
            if (naive.keepsAllLeaves()) {
                assertThat(actual).as(as).containsExactlyInAnyOrderElementsOf(expected);
                return;
            }
            // Of what is still known by its own name there is no more than there was.
            Map<List<Object>, BigDecimal> counts = new HashMap<>();
            expected.forEach(row -> counts.put(path(flat, row), (BigDecimal) row.get("count")));
            for (Map<String, Object> row : actual) {
                List<Object> path = path(flat, row);
                if (!path.contains("__other__")) {
                    assertThat((BigDecimal) row.get("count")).as(as).isLessThanOrEqualTo(counts.get(path));
                }
            }
        }

        private List<Object> path(Flat flat, Map<String, Object> row) {
            // In CSV nothing but the level tells an empty value from none.
            return Stream.concat(Stream.of("level"), flat.groupBy().stream())
                    .<Object>map(row::get)
                    .toList();
        }

        private void sketch(
                Metric metric, List<Map<String, Object>> expected, List<Map<String, Object>> actual, String as) {
            List<BigDecimal> exact = withoutValues(expected);
            List<BigDecimal> about = withoutValues(actual);
            assertThat(actual).as(as).isEqualTo(expected);
            for (int i = 0; i < exact.size(); i++) {
                BigDecimal right = exact.get(i);
                BigDecimal told = about.get(i);
                if (right == null || told == null || right.signum() == 0) {
                    assertThat(told).as(as).isEqualTo(right);
                    continue;
                }
                BigDecimal off = told.subtract(right).abs();
                if (metric.type().equals("UNIQUE")) {
                    assertThat(off.doubleValue())
                            .as(as + ": " + told + " for " + right)
                            .isLessThanOrEqualTo(1 + UNIQUE_STANDARD_ERRORS * right.doubleValue());
                    uniqueErrors.add(off.doubleValue() / right.doubleValue());
                } else {
                    assertThat(off)
                            .as(as + ": " + told + " for " + right)
                            .isLessThanOrEqualTo(right.abs().multiply(PERCENTILE_ERROR));
                }
            }
        }

        private List<BigDecimal> withoutValues(List<Map<String, Object>> points) {
            List<BigDecimal> values = new ArrayList<>();
            points.forEach(point -> values.add((BigDecimal) point.remove(VALUE)));
            return values;
        }

        /** What no guard has touched. */
        private List<Map<String, Object>> unguarded(NaiveQuestion asked, List<Map<String, Object>> rows) {
            List<Map<String, Object>> unguarded = new ArrayList<>();
            for (Map<String, Object> row : rows) {
                Map<String, Object> some = new TreeMap<>(row);
                some.keySet()
                        .removeIf(column -> !unguardedColumns.contains(column)
                                && !(asked.what() instanceof Dataset dataset
                                        && dataset.computed().stream().anyMatch(computed -> computed.name()
                                                .equals(column))));
                unguarded.add(some);
            }
            return unguarded;
        }

        /** The sums of rows that differ in a column only. */
        private List<Map<String, Object>> totals(List<Map<String, Object>> rows, String over) {
            Map<Map<String, Object>, Map<String, Object>> totals = new LinkedHashMap<>();
            for (Map<String, Object> row : rows) {
                Map<String, Object> numbers = new TreeMap<>();
                Map<String, Object> names = new TreeMap<>();
                row.forEach((column, value) -> {
                    if (value instanceof BigDecimal) {
                        numbers.put(column, value);
                    } else if (!column.equals(over)) {
                        names.put(column, value);
                    }
                });
                Map<String, Object> total = totals.computeIfAbsent(names, none -> new TreeMap<>(names));
                numbers.forEach((column, value) -> total.merge(
                        column,
                        value,
                        (one, other) -> NaiveTally.canonical(((BigDecimal) one).add((BigDecimal) other))));
            }
            return List.copyOf(totals.values());
        }

        /** Nested groups, one line a group. */
        private List<Map<String, Object>> lines(Groups groups, List<Map<String, Object>> rows) {
            List<Map<String, Object>> lines = new ArrayList<>();
            for (Map<String, Object> row : rows) {
                for (String field : groups.groupBy()) {
                    for (Object group : (List<?>) row.get("group_by_" + field)) {
                        Map<String, Object> line = new TreeMap<>();
                        ((Map<?, ?>) group).forEach((column, value) -> line.put((String) column, value));
                        line.put(NaiveTally.TIMESTAMP, row.get(NaiveTally.TIMESTAMP));
                        line.put("group_by", field);
                        lines.add(line);
                    }
                }
            }
            return lines;
        }

        /** Without what is empty there, and lists; all that are no numbers as texts. */
        private List<Map<String, Object>> asCsv(List<Map<String, Object>> rows) {
            List<Map<String, Object>> cells = new ArrayList<>();
            for (Map<String, Object> row : rows) {
                Map<String, Object> some = new TreeMap<>();
                row.forEach((column, value) -> {
                    if (value != null && !"".equals(value) && !(value instanceof List)) {
                        some.put(column, value instanceof BigDecimal ? value : value.toString());
                    }
                });
                cells.add(some);
            }
            return cells;
        }

        private void note(String what) {
            cases.merge(what, 1, Integer::sum);
        }
    }
}
