package dev.tallyworks.api.query;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tallyworks.api.http.JsonBody;
import dev.tallyworks.api.query.NaiveQuestion.Computed;
import dev.tallyworks.api.query.NaiveQuestion.Condition;
import dev.tallyworks.api.query.NaiveQuestion.Dataset;
import dev.tallyworks.api.query.NaiveQuestion.Flat;
import dev.tallyworks.api.query.NaiveQuestion.Groups;
import dev.tallyworks.api.query.NaiveQuestion.Measure;
import dev.tallyworks.api.query.NaiveQuestion.Metric;
import dev.tallyworks.api.query.NaiveQuestion.Sort;
import dev.tallyworks.api.query.NaiveQuestion.Top;
import dev.tallyworks.api.query.NaiveTally.Aggregation;
import dev.tallyworks.api.query.NaiveTally.Event;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Stream;

/** Random definitions, events and questions, with names and values that are as odd as the contract allows. */
final class RandomTally {
    static final List<String> TYPES = List.of("sale", "refund", "visit", "odd type/%");
    /** The last one has the column of a text's value, below. */
    static final List<String> NUMBERS = List.of("amount", "items", "$net", "ü %2E", "", "n.m", "k_by_v");

    private static final List<String> TEXTS = List.of("currency", "country", "c_by_d", "__other", "k", "amount_sum");
    private static final List<String> FLAGS = List.of("paid", "new");
    private static final List<String> VALUES =
            List.of("EUR", "USD", "", "a,b", "say \"hi\"", "x\ny", "日本", "$.%", "/", "true", "v_sum", "currency_EUR");
    private static final List<String> USERS = List.of("u1", "u 2", "ü:3", "%/,");
    private static final List<String> WIDTHS =
            List.of("second", "minute", "5minute", "30minute", "hour", "2hour", "day");
    private static final List<String> LEVELS = List.of("hour", "2hour", "6hour", "day");
    private static final List<String> UNITS = List.of(
            "minute", "hour", "2hour", "day", "day", "3day", "week", "month", "quarter", "year", "all", "100ms");
    /** Some are no whole hours from UTC, one changes its clocks at midnight and one by half an hour. */
    private static final List<String> ZONES = List.of(
            "UTC",
            "Europe/Berlin",
            "America/New_York",
            "Asia/Tokyo",
            "Asia/Kolkata",
            "America/Havana",
            "Australia/Lord_Howe",
            "+05:45");

    /** Around a leap day, changes of the clocks and the end of a quarter. */
    private static final long OLD = Instant.parse("2024-02-20T00:00:00Z").toEpochMilli();

    private static final Duration OLD_RANGE = Duration.ofDays(48);
    private static final Duration PARTITION = Duration.ofDays(2);
    private static final int FILLED_MAX = 1_500;

    private final Random random;
    private final long now = System.currentTimeMillis();
    private final List<String> sources = List.of(fresh(), fresh());

    RandomTally(Random random) {
        this.random = random;
    }

    List<String> sources() {
        return sources;
    }

    private static String fresh() {
        return "m" + UUID.randomUUID().toString().replace("-", "").substring(0, 12);
    }

    private boolean once(int of) {
        return random.nextInt(of) == 0;
    }

    private <T> T pick(List<T> of) {
        return of.get(random.nextInt(of.size()));
    }

    private <T> List<T> some(List<T> of, int max) {
        List<T> shuffled = new ArrayList<>(of);
        Collections.shuffle(shuffled, random);
        return List.copyOf(shuffled.subList(0, Math.min(of.size(), 1 + random.nextInt(max))));
    }

    private static List<String> fields() {
        return Stream.of(NUMBERS, TEXTS, FLAGS).flatMap(List::stream).toList();
    }

    /** One of everything, one for each source, or two of different types. */
    List<Aggregation> aggregations() {
        Aggregation one = aggregation(sources, List.of());
        return switch (random.nextInt(3)) {
            case 0 -> List.of(one);
            case 1 ->
                List.of(aggregation(sources.subList(0, 1), List.of()), aggregation(sources.subList(1, 2), List.of()));
            default -> List.of(aggregation(sources, TYPES.subList(0, 2)), aggregation(sources, TYPES.subList(3, 4)));
        };
    }

    private Aggregation aggregation(List<String> of, List<String> types) {
        return new Aggregation(
                pick(WIDTHS),
                of,
                types,
                once(4) ? some(fields(), fields().size()) : List.of(),
                once(4) ? some(fields(), 3) : List.of(),
                !once(8),
                once(4) ? List.of() : List.of("attribution:" + NaiveTally.USER, "amount", "currency", "paid"),
                once(4) ? List.of() : List.of("amount", "ü %2E"),
                once(6) ? 1 + random.nextInt(4) : null,
                once(6) ? 1 + random.nextInt(4) : null);
    }

    /** As it is posted, with whatever doesn't matter to answers. */
    ObjectNode json(Aggregation aggregation) {
        ObjectNode json = JsonBody.JSON.createObjectNode();
        json.put("targetCollection", "aggr_" + fresh())
                .put("granularity", aggregation.width())
                .put("realtime", aggregation.realtime());
        aggregation.sources().forEach(json.withArray("/filter/sources")::add);
        aggregation.types().forEach(json.withArray("/filter/eventTypes")::add);
        aggregation.include().forEach(json.withArray("/fields/include")::add);
        aggregation.exclude().forEach(json.withArray("/fields/exclude")::add);
        aggregation.unique().forEach(json.withArray("/sketches/unique")::add);
        aggregation.percentiles().forEach(json.withArray("/sketches/percentiles")::add);
        if (aggregation.values() != null) {
            json.withObject("/limits").put("values", aggregation.values());
        }
        if (aggregation.leaves() != null) {
            json.withObject("/limits").put("leaves", aggregation.leaves());
        }
        if (random.nextBoolean()) {
            // Few enough that making them is not what takes the time.
            long buckets = PARTITION.multipliedBy(1 + random.nextInt(5)).toMillis() / aggregation.widthMillis();
            json.putObject("partition").put("enabled", true).put("length", Math.max(1, buckets));
        }
        LEVELS.stream()
                .filter(level -> NaiveUnits.millis(level) > aggregation.widthMillis() && random.nextBoolean())
                .forEach(json.withArray("/rollupTo")::add);
        return json;
    }

    /** An event of long ago, many of them on bounds. */
    Event oldEvent() {
        long millis = OLD + random.nextLong(OLD_RANGE.toMillis());
        return event(once(4) ? NaiveUnits.down(millis, 1_800_000) : millis);
    }

    /** An event of the last minutes, or from where what is recent begins. */
    Event recentEvent() {
        return event(now - random.nextInt(random.nextBoolean() ? 240_000 : 1_800_000));
    }

    private Event event(long millis) {
        Event event = new Event(
                pick(sources),
                UUID.randomUUID().toString(),
                pick(TYPES),
                millis,
                new TreeMap<>(),
                new TreeMap<>(),
                new TreeMap<>(),
                random.nextBoolean() ? List.of() : some(USERS, 2));
        NUMBERS.stream().filter(field -> once(3)).forEach(field -> event.numbers()
                .put(field, number()));
        TEXTS.stream().filter(field -> !once(3)).forEach(field -> event.texts().put(field, pick(VALUES)));
        FLAGS.stream().filter(field -> once(3)).forEach(field -> event.flags().put(field, random.nextBoolean()));
        return event;
    }

    private BigDecimal number() {
        return switch (random.nextInt(5)) {
            case 0 -> BigDecimal.valueOf(random.nextInt(1_000));
            case 1 -> BigDecimal.valueOf(random.nextInt(), 2);
            case 2 -> BigDecimal.valueOf(random.nextLong(), random.nextInt(30));
            case 3 -> new BigDecimal("-0.0000001");
            default -> new BigDecimal(new BigInteger(100, random), random.nextInt(40) - 10);
        };
    }

    /** As it is posted: its dotted field nested or not, one of its users twice or not. */
    String json(Event event) {
        ObjectNode json = JsonBody.JSON.createObjectNode();
        json.put("uuid", event.uuid()).put("type", event.type()).put("timestamp", event.millis());
        ObjectNode payload = json.putObject("payload");
        event.numbers().forEach((field, number) -> {
            if (field.equals("n.m") && random.nextBoolean()) {
                payload.putObject("n").put("m", number);
            } else {
                payload.put(field, number);
            }
        });
        event.texts().forEach(payload::put);
        event.flags().forEach(payload::put);
        payload.putArray("skipped").add(1);
        payload.putNull("absent");
        ArrayNode attributions = json.putArray("attributions");
        List<String> users = new ArrayList<>(event.users());
        if (!users.isEmpty() && random.nextBoolean()) {
            users.add(users.get(0));
        }
        users.forEach(
                user -> attributions.addObject().put("type", NaiveTally.USER).put("value", user));
        return json.toString();
    }

    /**
     * A question, most likely one that can be answered.
     *
     * @param recent whether there are recent events to ask for
     */
    NaiveQuestion question(NaiveTally tally, List<String> modes, boolean recent) {
        NaiveQuestion question = any(tally, modes, recent);
        while (!tally.isAnswerable(question) && !once(8)) {
            question = any(tally, modes, recent);
        }
        return question;
    }

    private NaiveQuestion any(NaiveTally tally, List<String> modes, boolean recent) {
        NaiveQuestion.What what = what();
        long oldEnd = OLD + OLD_RANGE.toMillis();
        long start = OLD - random.nextLong(Duration.ofDays(2).toMillis());
        long end = recent ? now + 60_000 : oldEnd + 1;
        switch (random.nextInt(4)) {
            case 0 -> start = OLD + random.nextLong(OLD_RANGE.toMillis());
            case 1 -> {
                start = OLD + random.nextLong(OLD_RANGE.toMillis());
                end = start + 1 + random.nextLong(oldEnd - start);
            }
            case 2 -> {
                start = recent ? now - random.nextInt(2_000_000) : OLD + random.nextLong(OLD_RANGE.toMillis());
                end = recent ? now + 60_000 : start + 1 + random.nextInt(5_000_000);
            }
            default -> {}
        }
        List<String> units = new ArrayList<>(
                Stream.concat(UNITS.stream(), WIDTHS.stream()).distinct().toList());
        Collections.shuffle(units, random);
        boolean several = once(5) && !(what instanceof Flat) && !(what instanceof Top);
        units.subList(several ? 1 + random.nextInt(3) : 1, units.size()).clear();
        ZoneId zone = ZoneId.of(pick(ZONES));
        NaiveQuestion question = new NaiveQuestion(
                what,
                start,
                end,
                List.copyOf(units),
                several,
                zone,
                pick(modes),
                once(3) ? List.of(pick(sources)) : List.of(),
                once(3) ? List.of(pick(TYPES), "none") : List.of(),
                once(3) && !(what instanceof Top) ? once(4) ? "nobody" : pick(USERS) : null,
                once(3));
        return isSmall(question, tally) ? question : question.withoutFill();
    }

    /** Whether not too much is to be filled in for one answer of many. */
    private static boolean isSmall(NaiveQuestion question, NaiveTally tally) {
        return question.units().stream()
                        .mapToInt(unit -> NaiveUnits.starts(
                                        unit, question.zone(), tally.start(question), tally.end(question), FILLED_MAX)
                                .size())
                        .sum()
                < FILLED_MAX;
    }

    private NaiveQuestion.What what() {
        return switch (random.nextInt(10)) {
            case 0, 1 -> dataset();
            case 2 -> new Groups(some(NUMBERS, 2), some(categories(), 3));
            case 3 -> {
                String metric = pick(NUMBERS);
                List<String> groupBy = some(categories(), 4);
                List<String> columns = groupBy.contains(metric + "_sum")
                        ? List.of("count", "level")
                        : List.of("count", "level", metric + "_sum");
                yield new Flat(metric, groupBy, once(2) ? new Sort(pick(columns), random.nextBoolean()) : null);
            }
            case 4 ->
                new Top(
                        metric(pick(List.of("COUNT", "SUM", "AVG", "MIN", "MAX"))),
                        random.nextBoolean() ? null : 1 + random.nextInt(3));
            default ->
                new Measure(metric(pick(List.of(
                        "COUNT",
                        "SUM",
                        "AVG",
                        "MIN",
                        "MAX",
                        "CATEGORY",
                        "COMPOUND_SUM",
                        "BOOLEAN",
                        "UNIQUE",
                        "PERCENTILE"))));
        };
    }

    private static List<String> categories() {
        return Stream.concat(TEXTS.stream(), FLAGS.stream()).toList();
    }

    private Metric metric(String type) {
        return switch (type) {
            case "COUNT" -> new Metric(type, null, null, null);
            case "CATEGORY" -> new Metric(type, pick(categories()), null, null);
            case "COMPOUND_SUM" -> new Metric(type, pick(NUMBERS), pick(categories()), null);
            case "BOOLEAN" -> new Metric(type, pick(FLAGS), null, null);
            case "UNIQUE" ->
                new Metric(
                        type,
                        pick(List.of("attribution:" + NaiveTally.USER, "amount", "currency", "paid", "k")),
                        null,
                        null);
            case "PERCENTILE" ->
                new Metric(
                        type,
                        pick(List.of("amount", "ü %2E")),
                        null,
                        new BigDecimal(pick(List.of("50", "95", "0.5", "99.9"))));
            default -> new Metric(type, pick(NUMBERS), null, null);
        };
    }

    private Dataset dataset() {
        List<String> metrics = random.nextBoolean() ? List.of() : some(fields(), 4);
        List<Computed> computed = new ArrayList<>();
        if (once(3)) {
            computed.add(new Computed("c 1", column(), pick(List.of('+', '-', '*', '/')), column()));
        }
        return new Dataset(
                metrics,
                computed,
                once(4)
                        ? new Condition(
                                computed.isEmpty() ? column() : "c 1",
                                pick(List.of(">", "<=", "=")),
                                BigDecimal.valueOf(random.nextInt(4)))
                        : null,
                once(2) ? new Sort(once(3) ? NaiveTally.TIMESTAMP : column(), random.nextBoolean()) : null,
                once(3) ? 1 + random.nextInt(20) : null);
    }

    /** The name of a column that no guard touches, and no other has. */
    private String column() {
        return random.nextBoolean() ? pick(TYPES) + "_count" : pick(NUMBERS.subList(0, NUMBERS.size() - 1)) + "_sum";
    }
}
