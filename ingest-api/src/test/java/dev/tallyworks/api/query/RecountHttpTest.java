package dev.tallyworks.api.query;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tallyworks.api.http.JsonBody;
import dev.tallyworks.api.wiring.ServersForTests;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.math.BigDecimal;
import java.math.MathContext;
import java.nio.charset.StandardCharsets;
import java.time.DayOfWeek;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.TemporalAdjusters;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/**
 * Asks the real thing and a naive recount, which is a list of events and a loop, the same: random events, ranges, units,
 * zones, filters and modes. Whatever differs is told with the seed; {@code -Drecount.seed=} asks the same again, {@code
 * -Drecount.rounds=} more.
 */
@QuarkusTest
@QuarkusTestResource(ServersForTests.class)
class RecountHttpTest {
    private static final int ROUNDS = Integer.getInteger("recount.rounds", 4);
    private static final int QUESTIONS = Integer.getInteger("recount.questions", 150);
    private static final List<String> TYPES = List.of("sale", "refund", "visit", "odd type/%");
    private static final List<String> NUMBERS = List.of("amount", "items", "$net", "ü %2E", "", "n.m");
    private static final List<String> TEXTS = List.of("currency", "country", "c_by_d", "__other");
    private static final List<String> FLAGS = List.of("paid", "new");
    private static final List<String> VALUES = List.of("EUR", "USD", "", "a,b", "say \"hi\"", "x\ny", "日本", "$.%", "/");
    private static final DateTimeFormatter OUT =
            DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSS'Z'").withZone(ZoneOffset.UTC);

    @Inject
    CountedHere counted;

    /** An event, as everybody knows it. */
    record Happened(
            String source,
            String uuid,
            String type,
            long millis,
            TreeMap<String, BigDecimal> numbers,
            TreeMap<String, String> texts,
            TreeMap<String, Boolean> flags,
            List<String> users) {
        TreeMap<String, String> categories() {
            TreeMap<String, String> all = new TreeMap<>(texts);
            flags.forEach((field, value) -> all.put(field, value.toString()));
            return all;
        }
    }

    /** What is asked, in common. */
    record Asked(
            long start,
            long end,
            String unit,
            ZoneId zone,
            String mode,
            List<String> sources,
            List<String> types,
            String user) {}

    @Test
    @DisplayName("answers equal a naive recount")
    void answersEqualANaiveRecount() {
        long seed = Long.getLong("recount.seed", System.nanoTime());
        System.out.println("recount.seed=" + seed);
        int cases = 0;
        for (int round = 0; round < ROUNDS; round++) {
            cases += new Round(new Random(seed + round), "recount.seed=" + seed + ", round " + round).run();
        }
        System.out.println("recount: " + cases + " cases");
        assertThat(cases).isGreaterThanOrEqualTo(ROUNDS * QUESTIONS / 2);
    }

    private final class Round {
        private final Random random;
        private final String where;
        private final List<String> sources = List.of(fresh(), fresh());
        private final List<Happened> events = new ArrayList<>();
        private final long now = System.currentTimeMillis();
        private final long old = Instant.parse("2024-02-20T00:00:00Z").toEpochMilli();
        private final String width;
        private final long widthMillis;
        private final String report;
        private int cases;

        Round(Random random, String where) {
            this.random = random;
            this.where = where;
            this.width = pick(List.of("second", "minute", "30minute", "hour"));
            this.widthMillis = millis(width);
            sources.forEach(source -> given().contentType("application/json")
                    .body("{\"name\": \"" + source + "\", \"openTypes\": true}")
                    .post("/api/v1/sources")
                    .then()
                    .statusCode(201));
            // Two aggregations that share nothing, or one of everything.
            boolean apart = random.nextBoolean();
            List<String> aggregations = new ArrayList<>();
            for (String of : apart ? sources : List.of(String.join("\",\"", sources))) {
                aggregations.add("{\"targetCollection\": \"aggr_" + fresh() + "\", \"granularity\": \"" + width
                        + "\", \"filter\": {\"sources\": [\"" + of + "\"]}"
                        + (random.nextBoolean() ? ", \"partition\": {\"enabled\": true, \"length\": 7}" : "")
                        + (random.nextBoolean() ? ", \"rollupTo\": [\"2hour\", \"day\"]" : "") + "}");
            }
            this.report = given().contentType("application/json")
                    .body("{\"name\": \"r\", \"aggregations\": [" + String.join(",", aggregations) + "]}")
                    .post("/api/v1/reports")
                    .then()
                    .statusCode(201)
                    .extract()
                    .path("id");
        }

        private String fresh() {
            return "m" + UUID.randomUUID().toString().replace("-", "").substring(0, 12);
        }

        private <T> T pick(List<T> of) {
            return of.get(random.nextInt(of.size()));
        }

        int run() {
            for (int batch = 0; batch < 3; batch++) {
                post(random.nextInt(80), false);
                sources.forEach(counted::count);
                questions(QUESTIONS / 6, List.of("combined", "historical"), false);
            }
            // What is recent is in combined answers although nobody has aggregated it.
            post(20, true);
            questions(QUESTIONS / 2, List.of("combined"), true);
            sources.forEach(counted::count);
            questions(QUESTIONS / 6, List.of("combined", "historical"), true);
            return cases;
        }

        private void post(int many, boolean recent) {
            for (String source : sources) {
                List<Happened> batch = new ArrayList<>();
                for (int i = 0; i < many; i++) {
                    Happened event = event(source, recent);
                    batch.add(event);
                    events.add(event);
                }
                // Those that are known, and one twice, count once.
                events.stream()
                        .filter(event -> event.source.equals(source) && random.nextInt(20) == 0)
                        .forEach(batch::add);
                Collections.shuffle(batch, random);
                if (batch.isEmpty()) {
                    continue;
                }
                JsonNode answer = read(given().contentType("application/x-ndjson")
                        .body(batch.stream()
                                .map(this::json)
                                .collect(Collectors.joining("\n"))
                                .getBytes(StandardCharsets.UTF_8))
                        .post("/api/v1/sources/" + source + "/events")
                        .then()
                        .statusCode(200)
                        .extract()
                        .asString());
                assertThat(answer.path("accepted").intValue()).as(where).isEqualTo(many);
            }
        }

        private Happened event(String source, boolean recent) {
            // Around a change of the clocks, a leap day and the end of a quarter; some on bounds.
            long millis = recent
                    ? now - random.nextInt(240_000)
                    : old + random.nextLong(Duration.ofDays(42).toMillis());
            if (random.nextInt(4) == 0) {
                millis -= Math.floorMod(millis, 3_600_000L);
            }
            if (recent) {
                millis = Math.max(millis, now - 240_000);
            }
            Happened event = new Happened(
                    source,
                    UUID.randomUUID().toString(),
                    pick(TYPES),
                    millis,
                    new TreeMap<>(),
                    new TreeMap<>(),
                    new TreeMap<>(),
                    random.nextBoolean() ? List.of() : List.of(pick(List.of("u1", "u 2", "ü:3"))));
            for (String field : NUMBERS) {
                if (random.nextInt(3) == 0) {
                    event.numbers.put(field, number());
                }
            }
            TEXTS.stream()
                    .filter(field -> random.nextInt(3) > 0)
                    .forEach(field -> event.texts.put(field, pick(VALUES)));
            FLAGS.stream()
                    .filter(field -> random.nextInt(3) == 0)
                    .forEach(field -> event.flags.put(field, random.nextBoolean()));
            return event;
        }

        private BigDecimal number() {
            return switch (random.nextInt(5)) {
                case 0 -> BigDecimal.valueOf(random.nextInt(1_000));
                case 1 -> BigDecimal.valueOf(random.nextInt(), 2);
                case 2 -> BigDecimal.valueOf(random.nextLong(), random.nextInt(30));
                case 3 -> new BigDecimal("-0.0000001");
                default -> new BigDecimal(new java.math.BigInteger(100, random), random.nextInt(40) - 10);
            };
        }

        private String json(Happened event) {
            ObjectNode json = JsonBody.JSON.createObjectNode();
            json.put("uuid", event.uuid).put("type", event.type).put("timestamp", event.millis);
            ObjectNode payload = json.putObject("payload");
            event.numbers.forEach(payload::put);
            event.texts.forEach(payload::put);
            event.flags.forEach(payload::put);
            ArrayNode attributions = json.putArray("attributions");
            event.users.forEach(
                    user -> attributions.addObject().put("type", "user").put("value", user));
            return json.toString();
        }

        private void questions(int many, List<String> modes, boolean recent) {
            for (int i = 0; i < many; i++) {
                Asked asked = asked(pick(modes), recent);
                switch (random.nextInt(6)) {
                    case 0 -> dataset(asked);
                    case 1 -> groups(asked);
                    case 2 -> flat(asked);
                    case 3 -> top(asked);
                    case 4 -> flags(asked);
                    default -> metric(asked);
                }
            }
        }

        private Asked asked(String mode, boolean recent) {
            long from = old - 86_400_000L;
            long to = recent ? now + 60_000 : old + Duration.ofDays(43).toMillis();
            long start = random.nextBoolean()
                    ? from
                    : from + random.nextLong(Duration.ofDays(40).toMillis());
            long end = random.nextBoolean() ? to : start + 1 + random.nextLong(to - start);
            return new Asked(
                    start,
                    end,
                    pick(List.of(width, "hour", "2hour", "day", "week", "month", "quarter", "year", "all")),
                    ZoneId.of(pick(List.of("UTC", "Europe/Berlin", "America/New_York", "Asia/Tokyo"))),
                    mode,
                    random.nextInt(3) > 0 ? List.of() : List.of(pick(sources)),
                    random.nextInt(3) > 0 ? List.of() : List.of(pick(TYPES), "none"),
                    random.nextInt(3) > 0 ? null : pick(List.of("u1", "u 2", "ü:3", "nobody")));
        }

        private ObjectNode body(Asked asked) {
            ObjectNode body = JsonBody.JSON.createObjectNode();
            body.putObject("timeRange").put("start", asked.start).put("end", asked.end);
            body.put("granularity", asked.unit)
                    .put("timezone", asked.zone.getId())
                    .put("mode", asked.mode);
            asked.sources.forEach(body.withArray("/sources")::add);
            asked.types.forEach(body.withArray("/eventTypes")::add);
            if (asked.user != null) {
                body.putObject("attribution").put("type", "user").put("value", asked.user);
            }
            return body;
        }

        private JsonNode ask(String what, ObjectNode body) {
            cases++;
            JsonNode answer = read(given().contentType("application/json")
                    .body(body.toString().getBytes(StandardCharsets.UTF_8))
                    .post("/api/v1/reports/" + report + '/' + what)
                    .then()
                    .statusCode(200)
                    .extract()
                    .asString());
            String as = where + ": " + what + ' ' + body;
            assertThat(answer.path("truncatedValues").longValue()).as(as).isZero();
            assertThat(answer.path("partial").booleanValue()).as(as).isFalse();
            assertThat(answer.path("mode").textValue())
                    .as(as)
                    .isEqualTo(body.path("mode").textValue());
            return answer;
        }

        private JsonNode read(String json) {
            try {
                return JsonBody.JSON.readTree(json);
            } catch (JsonProcessingException noJson) {
                throw new AssertionError(json, noJson);
            }
        }

        private boolean matches(Asked asked, Happened event) {
            return event.millis >= widenedStart(asked)
                    && event.millis < widenedEnd(asked)
                    && (asked.sources.isEmpty() || asked.sources.contains(event.source))
                    && (asked.types.isEmpty() || asked.types.contains(event.type))
                    && (asked.user == null || event.users.contains(asked.user));
        }

        private long widenedStart(Asked asked) {
            return asked.start - Math.floorMod(asked.start, widthMillis);
        }

        private long widenedEnd(Asked asked) {
            return asked.end + Math.floorMod(-asked.end, widthMillis);
        }

        private TreeMap<Long, List<Happened>> byUnit(Asked asked) {
            return events.stream()
                    .filter(event -> matches(asked, event))
                    .collect(Collectors.groupingBy(
                            event -> unit(asked, event.millis), TreeMap::new, Collectors.toList()));
        }

        private long unit(Asked asked, long at) {
            LocalDate date = Instant.ofEpochMilli(at).atZone(asked.zone).toLocalDate();
            LocalDate first =
                    switch (asked.unit) {
                        case "day" -> date;
                        case "week" -> date.with(TemporalAdjusters.previousOrSame(DayOfWeek.MONDAY));
                        case "month" -> date.withDayOfMonth(1);
                        case "quarter" -> date.withDayOfMonth(1).minusMonths((date.getMonthValue() - 1) % 3);
                        case "year" -> date.withDayOfYear(1);
                        default -> null;
                    };
            if (first != null) {
                return first.atStartOfDay(asked.zone).toInstant().toEpochMilli();
            }
            return asked.unit.equals("all") ? widenedStart(asked) : at - Math.floorMod(at, millis(asked.unit));
        }

        private static long millis(String unit) {
            return switch (unit) {
                case "second" -> 1_000;
                case "minute" -> 60_000;
                case "30minute" -> 1_800_000;
                case "hour" -> 3_600_000;
                case "2hour" -> 7_200_000;
                default -> throw new IllegalArgumentException(unit);
            };
        }

        private void dataset(Asked asked) {
            ObjectNode body = body(asked);
            List<String> metrics = random.nextBoolean() ? List.of() : List.of(pick(NUMBERS), pick(TEXTS), pick(FLAGS));
            metrics.forEach(body.withArray("/metrics")::add);
            Function<String, Boolean> takes = field -> metrics.isEmpty() || metrics.contains(field);
            List<TreeMap<String, String>> expected = new ArrayList<>();
            byUnit(asked).forEach((start, happened) -> {
                TreeMap<String, BigDecimal> row = new TreeMap<>();
                TreeMap<String, String> flags = new TreeMap<>();
                for (Happened event : happened) {
                    row.merge(event.type + "_count", BigDecimal.ONE, BigDecimal::add);
                    event.numbers.forEach((number, value) -> {
                        if (takes.apply(number)) {
                            row.merge(number + "_sum", value, BigDecimal::add);
                        }
                    });
                    event.categories().forEach((field, value) -> {
                        if (takes.apply(field)) {
                            row.merge(field + "_by_" + value, BigDecimal.ONE, BigDecimal::add);
                            event.numbers.forEach((number, part) -> {
                                if (takes.apply(number)) {
                                    row.merge(number + "_sum_by_" + field + '_' + value, part, BigDecimal::add);
                                }
                            });
                        }
                    });
                    event.flags.forEach((field, value) -> flags.merge(
                            OUT.format(Instant.ofEpochMilli(event.millis)) + ' ' + field + ' ' + value,
                            "x",
                            String::concat));
                }
                TreeMap<String, String> shown = shown(row);
                shown.put("timestamp", OUT.format(Instant.ofEpochMilli(start)));
                shown.put("$boolean_groups", flags.toString());
                expected.add(shown);
            });
            List<TreeMap<String, String>> actual = rows(ask("dataset", body), (name, value) -> {
                TreeMap<String, String> flags = new TreeMap<>();
                String before = "";
                for (JsonNode flag : value) {
                    String timestamp = flag.path("timestamp").textValue();
                    assertThat(timestamp).as(where).isGreaterThanOrEqualTo(before);
                    before = timestamp;
                    flags.merge(
                            timestamp
                                    + ' '
                                    + flag.path("name").textValue()
                                    + ' '
                                    + flag.path("value").booleanValue(),
                            "x",
                            String::concat);
                }
                return flags.toString();
            });
            assertThat(actual).as(where + ": dataset " + body).isEqualTo(expected);
        }

        private void groups(Asked asked) {
            ObjectNode body = body(asked);
            String number = pick(NUMBERS);
            List<String> groupBy = List.of(pick(TEXTS), pick(FLAGS));
            body.putArray("metrics").add(number);
            groupBy.forEach(body.putArray("groupBy")::add);
            List<TreeMap<String, String>> expected = new ArrayList<>();
            byUnit(asked).forEach((start, happened) -> {
                TreeMap<String, String> row = shown(totals(number, happened));
                row.put("timestamp", OUT.format(Instant.ofEpochMilli(start)));
                for (String field : groupBy) {
                    TreeMap<String, List<Happened>> byValue = happened.stream()
                            .filter(event -> event.categories().containsKey(field))
                            .collect(Collectors.groupingBy(
                                    event -> event.categories().get(field), TreeMap::new, Collectors.toList()));
                    List<String> groups = new ArrayList<>();
                    byValue.forEach((value, of) -> groups.add(value + '=' + shown(totals(number, of))));
                    row.put("group_by_" + field, groups.toString());
                }
                expected.add(row);
            });
            List<TreeMap<String, String>> actual = rows(ask("groups", body), (name, value) -> {
                List<String> groups = new ArrayList<>();
                for (JsonNode group : value) {
                    TreeMap<String, String> columns = flatten(group, (inner, none) -> "nested");
                    groups.add(columns.remove("name") + '=' + columns);
                }
                return groups.toString();
            });
            assertThat(actual).as(where + ": groups " + body).isEqualTo(expected);
        }

        private static TreeMap<String, BigDecimal> totals(String number, List<Happened> happened) {
            TreeMap<String, BigDecimal> totals = new TreeMap<>();
            for (Happened event : happened) {
                totals.merge(event.type + "_count", BigDecimal.ONE, BigDecimal::add);
                BigDecimal value = event.numbers.get(number);
                if (value != null) {
                    totals.merge(number + "_sum", value, BigDecimal::add);
                }
            }
            return totals;
        }

        private void flat(Asked asked) {
            ObjectNode body = body(asked);
            String number = pick(NUMBERS);
            List<String> groupBy = new ArrayList<>(TEXTS);
            groupBy.addAll(FLAGS);
            Collections.shuffle(groupBy, random);
            List<String> levels = groupBy.subList(0, 1 + random.nextInt(4));
            body.putArray("metrics").add(number);
            levels.forEach(body.putArray("groupBy")::add);
            TreeMap<String, String> expected = new TreeMap<>();
            Map<List<String>, List<Happened>> nodes = new LinkedHashMap<>();
            events.stream().filter(event -> matches(asked, event)).forEach(event -> {
                List<String> path = new ArrayList<>();
                for (String field : levels) {
                    String value = event.categories().get(field);
                    if (value == null) {
                        break;
                    }
                    path.add(value);
                    nodes.computeIfAbsent(List.copyOf(path), none -> new ArrayList<>())
                            .add(event);
                }
            });
            nodes.forEach((path, of) -> {
                BigDecimal sum = of.stream()
                        .map(event -> event.numbers.get(number))
                        .filter(Objects::nonNull)
                        .reduce(BigDecimal::add)
                        .orElse(null);
                expected.put(path.toString(), of.size() + " " + (sum == null ? "-" : shown(sum)));
            });
            TreeMap<String, String> actual = new TreeMap<>();
            Map<String, List<String>> byId = new LinkedHashMap<>();
            for (JsonNode row : ask("groups/flat", body).path("rows")) {
                List<String> path = new ArrayList<>();
                for (String field : levels) {
                    if (!row.path(field).isNull()) {
                        path.add(row.path(field).textValue());
                    }
                }
                assertThat(path).as(where).hasSize(row.path("level").intValue() + 1);
                List<List<String>> parents = new ArrayList<>();
                row.path("parentIds").forEach(id -> parents.add(byId.get(id.textValue())));
                for (int i = 0; i < parents.size(); i++) {
                    assertThat(parents.get(i)).as(where).isEqualTo(path.subList(0, i + 1));
                }
                assertThat(parents).hasSize(path.size() - 1);
                assertThat(byId.put(row.path("id").textValue(), path)).as(where).isNull();
                JsonNode sum = row.path(number + "_sum");
                actual.put(
                        path.toString(),
                        row.path("count").asText() + " " + (sum.isMissingNode() ? "-" : shown(sum.decimalValue())));
            }
            assertThat(actual).as(where + ": groups/flat " + body).isEqualTo(expected);
        }

        private void top(Asked every) {
            Asked asked = new Asked(
                    every.start, every.end, every.unit, every.zone, every.mode, every.sources, every.types, null);
            ObjectNode body = body(asked);
            boolean sum = random.nextBoolean();
            String field = pick(NUMBERS);
            ObjectNode metric = body.putObject("metric").put("type", sum ? "SUM" : "COUNT");
            if (sum) {
                metric.put("field", field);
            }
            body.put("attributionType", "user");
            TreeMap<String, BigDecimal> byUser = new TreeMap<>();
            events.stream()
                    .filter(event -> matches(asked, event))
                    .forEach(event -> event.users.forEach(user -> {
                        BigDecimal value = sum ? event.numbers.get(field) : BigDecimal.ONE;
                        if (value != null) {
                            byUser.merge(user, value, BigDecimal::add);
                        }
                    }));
            List<String> expected = byUser.entrySet().stream()
                    .sorted(Map.Entry.<String, BigDecimal>comparingByValue()
                            .reversed()
                            .thenComparing(Map.Entry.comparingByKey()))
                    .map(user -> user.getKey() + ' ' + shown(user.getValue()))
                    .toList();
            List<String> actual = new ArrayList<>();
            ask("top", body)
                    .path("items")
                    .forEach(item -> actual.add(item.path("attribution").textValue()
                            + ' '
                            + shown(item.path("value").decimalValue())));
            assertThat(actual).as(where + ": top " + body).isEqualTo(expected);
        }

        private void flags(Asked asked) {
            ObjectNode body = body(asked);
            String field = pick(FLAGS);
            body.putObject("metric").put("type", "BOOLEAN").put("field", field);
            List<String> expected = events.stream()
                    .filter(event -> matches(asked, event) && event.flags.containsKey(field))
                    .map(event -> OUT.format(Instant.ofEpochMilli(event.millis)) + ' ' + event.flags.get(field))
                    .sorted()
                    .toList();
            List<String> actual = new ArrayList<>();
            JsonNode answer = ask("query", body);
            answer.path("points")
                    .forEach(point -> actual.add(point.path("timestamp").textValue()
                            + ' '
                            + point.path("value").booleanValue()));
            assertThat(actual).as(where + ": BOOLEAN " + body).isEqualTo(expected);
            assertThat(answer.path("truncated").booleanValue()).isFalse();
        }

        private void metric(Asked asked) {
            ObjectNode body = body(asked);
            String type = pick(List.of("COUNT", "SUM", "AVG", "MIN", "MAX", "CATEGORY", "COMPOUND_SUM"));
            String field = type.equals("CATEGORY") ? pick(TEXTS) : pick(NUMBERS);
            String by = random.nextBoolean() ? pick(TEXTS) : pick(FLAGS);
            ObjectNode metric = body.putObject("metric").put("type", type);
            if (!type.equals("COUNT")) {
                metric.put("field", field);
            }
            if (type.equals("COMPOUND_SUM")) {
                metric.put("by", by);
            }
            List<String> expected = new ArrayList<>();
            byUnit(asked).forEach((start, happened) -> {
                String timestamp = OUT.format(Instant.ofEpochMilli(start));
                if (type.equals("COUNT")) {
                    expected.add(timestamp + " - " + happened.size());
                } else if (type.equals("CATEGORY")) {
                    TreeMap<String, BigDecimal> counts = new TreeMap<>();
                    happened.stream()
                            .filter(event -> event.texts.containsKey(field))
                            .forEach(event -> counts.merge(event.texts.get(field), BigDecimal.ONE, BigDecimal::add));
                    counts.forEach((value, count) -> expected.add(timestamp + ' ' + value + ' ' + shown(count)));
                } else if (type.equals("COMPOUND_SUM")) {
                    TreeMap<String, BigDecimal> sums = new TreeMap<>();
                    happened.stream()
                            .filter(event -> event.numbers.containsKey(field)
                                    && event.categories().containsKey(by))
                            .forEach(event ->
                                    sums.merge(event.categories().get(by), event.numbers.get(field), BigDecimal::add));
                    sums.forEach((value, sum) -> expected.add(timestamp + ' ' + value + ' ' + shown(sum)));
                } else {
                    List<BigDecimal> values = happened.stream()
                            .map(event -> event.numbers.get(field))
                            .filter(Objects::nonNull)
                            .toList();
                    if (!values.isEmpty()) {
                        BigDecimal sum = values.stream().reduce(BigDecimal.ZERO, BigDecimal::add);
                        expected.add(timestamp + " - "
                                + shown(
                                        switch (type) {
                                            case "SUM" -> sum;
                                            case "AVG" ->
                                                sum.divide(BigDecimal.valueOf(values.size()), MathContext.DECIMAL128);
                                            case "MIN" -> Collections.min(values);
                                            default -> Collections.max(values);
                                        }));
                    }
                }
            });
            List<String> actual = new ArrayList<>();
            ask("query", body)
                    .path("points")
                    .forEach(point -> actual.add(point.path("timestamp").textValue()
                            + ' '
                            + point.path("category").asText("-")
                            + ' '
                            + shown(point.path("value").decimalValue())));
            assertThat(actual).as(where + ": query " + body).isEqualTo(expected);
        }

        private static String shown(BigDecimal number) {
            return number.signum() == 0 ? "0" : number.stripTrailingZeros().toPlainString();
        }

        private static TreeMap<String, String> shown(Map<String, BigDecimal> row) {
            TreeMap<String, String> shown = new TreeMap<>();
            row.forEach((name, number) -> shown.put(name, shown(number)));
            return shown;
        }

        private interface Nested {
            String show(String name, JsonNode value);
        }

        private static List<TreeMap<String, String>> rows(JsonNode answer, Nested nested) {
            List<TreeMap<String, String>> rows = new ArrayList<>();
            answer.path("rows").forEach(row -> rows.add(flatten(row, nested)));
            return rows;
        }

        private static TreeMap<String, String> flatten(JsonNode row, Nested nested) {
            TreeMap<String, String> columns = new TreeMap<>();
            row.properties().forEach(column -> {
                JsonNode value = column.getValue();
                columns.put(
                        column.getKey(),
                        value.isNumber()
                                ? shown(value.decimalValue())
                                : value.isArray() ? nested.show(column.getKey(), value) : value.asText());
            });
            return columns;
        }
    }
}
