package dev.tallyworks.api.query;

import dev.tallyworks.api.query.NaiveQuestion.Computed;
import dev.tallyworks.api.query.NaiveQuestion.Condition;
import dev.tallyworks.api.query.NaiveQuestion.Dataset;
import dev.tallyworks.api.query.NaiveQuestion.Flat;
import dev.tallyworks.api.query.NaiveQuestion.Groups;
import dev.tallyworks.api.query.NaiveQuestion.Measure;
import dev.tallyworks.api.query.NaiveQuestion.Metric;
import dev.tallyworks.api.query.NaiveQuestion.Sort;
import dev.tallyworks.api.query.NaiveQuestion.Top;
import java.math.BigDecimal;
import java.math.MathContext;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A naive Tallyworks of one report: a list of events, and a loop for each question. It answers in rows, whose values are
 * canonical numbers, texts, booleans, lists of rows and nulls; a point is a row as well.
 */
final class NaiveTally {
    static final String USER = "user";
    static final String TIMESTAMP = "timestamp";
    static final String FLAGS = "$boolean_groups";
    private static final String VALUE = "value";
    private static final String CATEGORY = "category";
    private static final String COUNT = "count";
    private static final String SUM = "_sum";
    private static final long RETENTION = Duration.ofMinutes(15).toMillis();
    private static final DateTimeFormatter OUT =
            DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSS'Z'").withZone(ZoneOffset.UTC);

    private final List<Aggregation> aggregations;
    private final List<Counted> events = new ArrayList<>();

    NaiveTally(List<Aggregation> aggregations) {
        this.aggregations = aggregations;
    }

    /**
     * What an aggregation counts.
     *
     * @param types empty for all of them
     * @param include empty for all fields
     * @param unique of which distinct values are sketched
     * @param percentiles of which numbers are sketched
     * @param values distinct ones that it keeps a field and bucket; null where it keeps more than there are
     * @param leaves tuples of values that it keeps a bucket; null where it keeps more than there are
     */
    record Aggregation(
            String width,
            List<String> sources,
            List<String> types,
            List<String> include,
            List<String> exclude,
            boolean realtime,
            List<String> unique,
            List<String> percentiles,
            @Nullable Integer values,
            @Nullable Integer leaves) {
        long widthMillis() {
            return NaiveUnits.millis(width);
        }

        boolean counts(Event event) {
            return sources.contains(event.source) && (types.isEmpty() || types.contains(event.type));
        }

        private boolean takes(String field) {
            return (include.isEmpty() || include.contains(field)) && !exclude.contains(field);
        }

        private boolean isAsked(NaiveQuestion asked) {
            return meet(asked.sources(), sources) && meet(asked.types(), types);
        }

        private static boolean meet(List<String> one, List<String> other) {
            return one.isEmpty() || other.isEmpty() || !Collections.disjoint(one, other);
        }
    }

    /** An event, as everybody knows it. */
    record Event(
            String source,
            String uuid,
            String type,
            long millis,
            TreeMap<String, BigDecimal> numbers,
            TreeMap<String, String> texts,
            TreeMap<String, Boolean> flags,
            List<String> users) {
        private TreeMap<String, String> categories() {
            TreeMap<String, String> all = new TreeMap<>(texts);
            flags.forEach((field, value) -> all.put(field, value.toString()));
            return all;
        }

        private Event of(Aggregation by) {
            Event some = new Event(
                    source,
                    uuid,
                    type,
                    millis,
                    new TreeMap<>(numbers),
                    new TreeMap<>(texts),
                    new TreeMap<>(flags),
                    users);
            Stream.of(some.numbers, some.texts, some.flags)
                    .forEach(fields -> fields.keySet().removeIf(field -> !by.takes(field)));
            return some;
        }

        /** What a sketch of distinct values takes of it; what looks alike but is of another kind is another value. */
        private List<Object> distinct(String of) {
            return of.equals("attribution:" + USER)
                    ? List.copyOf(users)
                    : Stream.of(numbers.get(of), texts.get(of), flags.get(of))
                            .filter(Objects::nonNull)
                            .<Object>map(value -> value instanceof BigDecimal number ? canonical(number) : value)
                            .toList();
        }
    }

    /** An event with the aggregation that counts it, if one does, and whether that has been done. */
    private static final class Counted {
        private final Event whole;
        private final Event event;
        private final @Nullable Aggregation by;
        private boolean aggregated;

        Counted(Event whole, @Nullable Aggregation by) {
            this.whole = whole;
            this.event = by == null ? whole : whole.of(by);
            this.by = by;
        }
    }

    /** Takes an accepted event. */
    void post(Event event, boolean active) {
        events.add(new Counted(
                event,
                aggregations.stream()
                        .filter(aggregation -> active && aggregation.counts(event))
                        .findFirst()
                        .orElse(null)));
    }

    /** Takes note that what is pending of a source has been aggregated. */
    void aggregate(String source) {
        events.stream()
                .filter(counted -> counted.event.source.equals(source))
                .forEach(counted -> counted.aggregated = true);
    }

    List<Event> events() {
        return events.stream().map(counted -> counted.whole).toList();
    }

    /** Whether values, or tuples of them, may be known as others only. */
    boolean isGuarded() {
        return aggregations.stream().anyMatch(aggregation -> aggregation.values != null || aggregation.leaves != null);
    }

    boolean keepsAllValues() {
        return aggregations.stream().allMatch(aggregation -> aggregation.values == null);
    }

    boolean keepsAllLeaves() {
        return aggregations.stream().allMatch(aggregation -> aggregation.leaves == null);
    }

    /** Whether the question can be answered by what is stored. */
    boolean isAnswerable(NaiveQuestion asked) {
        long start = start(asked);
        long end = end(asked);
        if (!asked.isOfWholeRange()) {
            for (Aggregation aggregation : aggregations) {
                for (String unit : asked.units()) {
                    if (!NaiveUnits.consistOfWholeBuckets(unit, asked.zone(), start, end, aggregation.widthMillis())) {
                        return false;
                    }
                }
            }
        }
        Metric metric = asked.what() instanceof Measure measure
                ? measure.metric()
                : asked.what() instanceof Top top ? top.metric() : null;
        if (metric == null || !metric.isOfSketch()) {
            return true;
        }
        List<Aggregation> needed = aggregations.stream()
                .filter(aggregation -> aggregation.isAsked(asked))
                .toList();
        return !needed.isEmpty()
                && needed.stream().allMatch(aggregation -> (metric.type().equals("UNIQUE")
                                ? aggregation.unique
                                : aggregation.percentiles)
                        .contains(metric.field()));
    }

    /** The start of the range, widened to the buckets of all aggregations. */
    long start(NaiveQuestion asked) {
        return aggregations.stream()
                .mapToLong(aggregation -> NaiveUnits.down(asked.start(), aggregation.widthMillis()))
                .min()
                .orElse(asked.start());
    }

    long end(NaiveQuestion asked) {
        return aggregations.stream()
                .mapToLong(aggregation -> endOf(asked, aggregation))
                .max()
                .orElse(asked.end());
    }

    private static long endOf(NaiveQuestion asked, Aggregation aggregation) {
        return NaiveUnits.down(asked.end() - 1, aggregation.widthMillis()) + aggregation.widthMillis();
    }

    /** The oldest timestamp that is pending, of the sources asked. */
    OptionalLong oldestPending(NaiveQuestion asked) {
        return events.stream()
                .filter(counted -> !counted.aggregated && isOfSources(asked, counted))
                .mapToLong(counted -> counted.event.millis)
                .min();
    }

    /** Whether something was accepted that the answer should have, but for the mode, and has not. */
    boolean lacks(NaiveQuestion asked, long now) {
        return events.stream()
                .anyMatch(counted -> !counted.aggregated && isMatched(asked, counted) && !isKnown(asked, counted, now));
    }

    private static boolean isOfSources(NaiveQuestion asked, Counted counted) {
        return asked.sources().isEmpty() || asked.sources().contains(counted.event.source);
    }

    private static boolean isMatched(NaiveQuestion asked, Counted counted) {
        Event event = counted.event;
        return counted.by != null
                && event.millis >= NaiveUnits.down(asked.start(), counted.by.widthMillis())
                && event.millis < endOf(asked, counted.by)
                && isOfSources(asked, counted)
                && (asked.types().isEmpty() || asked.types().contains(event.type))
                && (asked.user() == null || event.users.contains(asked.user()));
    }

    /** Whether the asked mode knows of it: what is aggregated, what is recent, or both. */
    private static boolean isKnown(NaiveQuestion asked, Counted counted, long now) {
        long width = counted.by.widthMillis();
        boolean recent = counted.by.realtime
                && NaiveUnits.down(counted.event.millis, width) >= NaiveUnits.down(now - RETENTION, width);
        return switch (asked.mode()) {
            case "historical" -> counted.aggregated;
            case "realtime" -> recent;
            default -> counted.aggregated || recent;
        };
    }

    /** The rows by unit; of a question for the whole range by its first unit. */
    Map<String, List<Map<String, Object>>> answer(NaiveQuestion asked, long now) {
        List<Counted> happened = events.stream()
                .filter(counted -> isMatched(asked, counted) && isKnown(asked, counted, now))
                .toList();
        Map<String, List<Map<String, Object>>> answer = new LinkedHashMap<>();
        for (String unit : asked.units()) {
            answer.put(unit, rows(asked, unit, happened));
        }
        return answer;
    }

    private List<Map<String, Object>> rows(NaiveQuestion asked, String unit, List<Counted> happened) {
        List<Event> seen = happened.stream().map(counted -> counted.event).toList();
        if (asked.what() instanceof Flat flat) {
            return flat(flat, seen);
        }
        if (asked.what() instanceof Top top) {
            return top(top, happened);
        }
        if (asked.what() instanceof Measure measure && measure.metric().type().equals("BOOLEAN")) {
            return flags(seen, measure.metric().field());
        }
        TreeMap<Long, List<Counted>> units = new TreeMap<>();
        if (asked.fill()) {
            NaiveUnits.starts(unit, asked.zone(), start(asked), end(asked), Integer.MAX_VALUE)
                    .forEach(start -> units.put(start, new ArrayList<>()));
        }
        for (Counted counted : happened) {
            long start = NaiveUnits.start(unit, asked.zone(), start(asked), counted.event.millis);
            units.computeIfAbsent(start, none -> new ArrayList<>()).add(counted);
        }
        if (asked.what() instanceof Measure measure) {
            return points(measure.metric(), units, asked.fill());
        }
        List<Map<String, Object>> rows = new ArrayList<>();
        units.forEach((start, of) -> {
            List<Event> events = of.stream().map(counted -> counted.event).toList();
            Map<String, Object> row = asked.what() instanceof Dataset dataset
                    ? dataset(dataset.metrics(), events)
                    : groups((Groups) asked.what(), events);
            row.put(TIMESTAMP, time(start));
            rows.add(row);
        });
        if (asked.fill()) {
            fillZeros(rows);
        }
        if (asked.what() instanceof Dataset dataset) {
            rows.forEach(row -> dataset.computed().forEach(column -> row.put(column.name(), compute(column, row))));
            rows.removeIf(row -> dataset.where() != null && !holds(dataset.where(), row));
            sort(rows, dataset.sort());
        }
        return rows;
    }

    private static List<Map<String, Object>> points(Metric metric, TreeMap<Long, List<Counted>> units, boolean fill) {
        boolean byCategory = metric.type().equals("CATEGORY") || metric.type().equals("COMPOUND_SUM");
        Set<String> categories = new TreeSet<>();
        if (byCategory && fill) {
            units.values().forEach(of -> categories.addAll(values(metric, of).keySet()));
        }
        List<Map<String, Object>> points = new ArrayList<>();
        units.forEach((start, of) -> {
            if (byCategory) {
                TreeMap<String, BigDecimal> values = values(metric, of);
                categories.forEach(category -> values.putIfAbsent(category, BigDecimal.ZERO));
                values.forEach((category, value) ->
                        points.add(row(TIMESTAMP, time(start), CATEGORY, category, VALUE, canonical(value))));
                return;
            }
            BigDecimal value = value(metric, of);
            if (value == null && fill && List.of("SUM", "UNIQUE").contains(metric.type())) {
                value = BigDecimal.ZERO;
            }
            if (value != null || fill) {
                points.add(row(TIMESTAMP, time(start), VALUE, value == null ? null : canonical(value)));
            }
        });
        return points;
    }

    private static TreeMap<String, BigDecimal> values(Metric metric, List<Counted> happened) {
        TreeMap<String, BigDecimal> values = new TreeMap<>();
        boolean count = metric.type().equals("CATEGORY");
        for (Counted counted : happened) {
            String category = counted.event.categories().get(count ? metric.field() : metric.by());
            BigDecimal part = count ? BigDecimal.ONE : counted.event.numbers.get(metric.field());
            if (category != null && part != null) {
                values.merge(category, part, BigDecimal::add);
            }
        }
        return values;
    }

    /** The number of a metric that has one, or null where nothing says anything of it. */
    private static @Nullable BigDecimal value(Metric metric, List<Counted> happened) {
        if (metric.type().equals("COUNT")) {
            return BigDecimal.valueOf(happened.size());
        }
        if (metric.type().equals("UNIQUE")) {
            Set<Object> distinct = new HashSet<>();
            happened.forEach(counted -> distinct.addAll(counted.whole.distinct(metric.field())));
            return distinct.isEmpty() ? null : BigDecimal.valueOf(distinct.size());
        }
        boolean sketched = metric.type().equals("PERCENTILE");
        List<BigDecimal> values = happened.stream()
                .map(counted -> (sketched ? counted.whole : counted.event).numbers.get(metric.field()))
                .filter(Objects::nonNull)
                .sorted()
                .toList();
        if (values.isEmpty()) {
            return null;
        }
        BigDecimal many = BigDecimal.valueOf(values.size());
        BigDecimal sum = values.stream().reduce(BigDecimal.ZERO, BigDecimal::add);
        return switch (metric.type()) {
            case "SUM" -> sum;
            case "AVG" -> sum.divide(many, MathContext.DECIMAL128);
            case "MIN" -> values.get(0);
            case "MAX" -> values.get(values.size() - 1);
            default -> {
                int rank = 1;
                while (BigDecimal.valueOf(rank * 100L).compareTo(many.multiply(metric.p())) < 0) {
                    rank++;
                }
                yield values.get(rank - 1);
            }
        };
    }

    private static List<Map<String, Object>> flags(List<Event> happened, String field) {
        return happened.stream()
                .filter(event -> event.flags.containsKey(field))
                .map(event -> row(TIMESTAMP, time(event.millis), VALUE, event.flags.get(field)))
                .sorted(Comparator.comparing(Object::toString))
                .toList();
    }

    private static Map<String, Object> dataset(List<String> metrics, List<Event> happened) {
        Map<String, BigDecimal> counts = new TreeMap<>();
        Map<String, BigDecimal> sums = new TreeMap<>();
        Map<String, BigDecimal> values = new TreeMap<>();
        Map<String, BigDecimal> compounds = new TreeMap<>();
        List<Map<String, Object>> flags = new ArrayList<>();
        for (Event event : happened) {
            counts.merge(event.type + "_count", BigDecimal.ONE, BigDecimal::add);
            TreeMap<String, BigDecimal> numbers = new TreeMap<>(event.numbers);
            TreeMap<String, String> categories = event.categories();
            if (!metrics.isEmpty()) {
                numbers.keySet().retainAll(metrics);
                categories.keySet().retainAll(metrics);
            }
            numbers.forEach((number, part) -> sums.merge(number + SUM, part, BigDecimal::add));
            categories.forEach((field, value) -> {
                values.merge(field + "_by_" + value, BigDecimal.ONE, BigDecimal::add);
                numbers.forEach((number, part) ->
                        compounds.merge(number + "_sum_by_" + field + '_' + value, part, BigDecimal::add));
            });
            event.flags.forEach(
                    (field, value) -> flags.add(row("name", field, VALUE, value, TIMESTAMP, time(event.millis))));
        }
        Map<String, Object> row = new TreeMap<>();
        // Of columns with one name the first stays.
        for (Map<String, BigDecimal> columns : List.of(counts, sums, values, compounds)) {
            columns.forEach((column, number) -> row.putIfAbsent(column, canonical(number)));
        }
        row.put(FLAGS, sorted(flags));
        return row;
    }

    /** In the order of time; those of one instant in an order of their own, as nobody promises one. */
    static List<Map<String, Object>> sorted(List<Map<String, Object>> flags) {
        return flags.stream()
                .sorted(Comparator.comparing((Map<String, Object> flag) ->
                                flag.get(TIMESTAMP).toString())
                        .thenComparing(Object::toString))
                .toList();
    }

    private static Map<String, Object> groups(Groups groups, List<Event> happened) {
        Map<String, Object> row = totals(groups.metrics(), happened);
        for (String field : groups.groupBy()) {
            TreeMap<String, List<Event>> byValue = new TreeMap<>();
            for (Event event : happened) {
                String value = event.categories().get(field);
                if (value != null) {
                    byValue.computeIfAbsent(value, none -> new ArrayList<>()).add(event);
                }
            }
            List<Map<String, Object>> nested = new ArrayList<>();
            byValue.forEach((value, of) -> {
                Map<String, Object> group = totals(groups.metrics(), of);
                group.put("name", value);
                nested.add(group);
            });
            row.put("group_by_" + field, nested);
        }
        return row;
    }

    private static Map<String, Object> totals(List<String> metrics, List<Event> happened) {
        Map<String, BigDecimal> totals = new TreeMap<>();
        for (Event event : happened) {
            totals.merge(event.type + "_count", BigDecimal.ONE, BigDecimal::add);
            event.numbers.forEach((number, part) -> {
                if (metrics.contains(number)) {
                    totals.merge(number + SUM, part, BigDecimal::add);
                }
            });
        }
        Map<String, Object> row = new TreeMap<>();
        totals.forEach((column, number) -> row.put(column, canonical(number)));
        return row;
    }

    private static List<Map<String, Object>> flat(Flat flat, List<Event> happened) {
        Map<List<String>, List<Event>> nodes = new LinkedHashMap<>();
        for (Event event : happened) {
            List<String> path = new ArrayList<>();
            for (String field : flat.groupBy()) {
                String value = event.categories().get(field);
                if (value == null) {
                    break; // it counts in the levels above only
                }
                path.add(value);
                nodes.computeIfAbsent(List.copyOf(path), none -> new ArrayList<>())
                        .add(event);
            }
        }
        List<Map<String, Object>> rows = new ArrayList<>();
        nodes.forEach((path, of) -> {
            Map<String, Object> row = row(
                    "level",
                    canonical(BigDecimal.valueOf(path.size() - 1L)),
                    COUNT,
                    canonical(BigDecimal.valueOf(of.size())));
            for (int i = 0; i < flat.groupBy().size(); i++) {
                row.put(flat.groupBy().get(i), i < path.size() ? path.get(i) : null);
            }
            of.stream()
                    .map(event -> event.numbers.get(flat.metric()))
                    .filter(Objects::nonNull)
                    .reduce(BigDecimal::add)
                    .filter(sum -> !flat.groupBy().contains(flat.metric() + SUM)) // the first column of a name stays
                    .ifPresent(sum -> row.put(flat.metric() + SUM, canonical(sum)));
            rows.add(row);
        });
        return rows;
    }

    private static List<Map<String, Object>> top(Top top, List<Counted> happened) {
        TreeMap<String, List<Counted>> byUser = new TreeMap<>();
        happened.forEach(counted -> counted.event.users.forEach(
                user -> byUser.computeIfAbsent(user, none -> new ArrayList<>()).add(counted)));
        TreeMap<String, BigDecimal> values = new TreeMap<>();
        byUser.forEach((user, of) -> {
            BigDecimal value = value(top.metric(), of);
            if (value != null) {
                values.put(user, value);
            }
        });
        return values.entrySet().stream()
                .sorted(Map.Entry.<String, BigDecimal>comparingByValue()
                        .reversed()
                        .thenComparing(Map.Entry.comparingByKey()))
                .limit(top.limit() == null ? 10 : top.limit())
                .map(user -> row("attribution", user.getKey(), VALUE, canonical(user.getValue())))
                .toList();
    }

    private static void fillZeros(List<Map<String, Object>> rows) {
        Set<String> numbers = new LinkedHashSet<>();
        rows.forEach(row -> row.forEach((column, value) -> {
            if (value instanceof BigDecimal) {
                numbers.add(column);
            }
        }));
        rows.forEach(row -> numbers.forEach(column -> row.putIfAbsent(column, BigDecimal.ZERO)));
    }

    private static @Nullable BigDecimal compute(Computed column, Map<String, Object> row) {
        if (!(row.get(column.left()) instanceof BigDecimal left)
                || !(row.get(column.right()) instanceof BigDecimal right)
                || column.operator() == '/' && right.signum() == 0) {
            return null;
        }
        return canonical(
                switch (column.operator()) {
                    case '+' -> left.add(right, MathContext.DECIMAL128);
                    case '-' -> left.subtract(right, MathContext.DECIMAL128);
                    case '*' -> left.multiply(right, MathContext.DECIMAL128);
                    default -> left.divide(right, MathContext.DECIMAL128);
                });
    }

    private static boolean holds(Condition where, Map<String, Object> row) {
        if (!(row.get(where.column()) instanceof BigDecimal number)) {
            return false;
        }
        int order = number.compareTo(where.number());
        return switch (where.operator()) {
            case ">" -> order > 0;
            case "<=" -> order <= 0;
            default -> order == 0;
        };
    }

    /** Rows without the column come last; those that are equal stay in the order of time. */
    private static void sort(List<Map<String, Object>> rows, @Nullable Sort sort) {
        if (sort == null) {
            return;
        }
        List<Map<String, Object>> without =
                rows.stream().filter(row -> row.get(sort.column()) == null).toList();
        List<Map<String, Object>> with = new ArrayList<>(
                rows.stream().filter(row -> row.get(sort.column()) != null).toList());
        with.sort((one, other) -> {
            int order = sort.column().equals(TIMESTAMP)
                    ? ((String) one.get(TIMESTAMP)).compareTo((String) other.get(TIMESTAMP))
                    : ((BigDecimal) one.get(sort.column())).compareTo((BigDecimal) other.get(sort.column()));
            return sort.descending() ? -order : order;
        });
        rows.clear();
        rows.addAll(with);
        rows.addAll(without);
    }

    static String time(long millis) {
        return OUT.format(Instant.ofEpochMilli(millis));
    }

    /** The one form of a number: without zeros that say nothing. */
    static BigDecimal canonical(BigDecimal number) {
        return number.signum() == 0 ? BigDecimal.ZERO : number.stripTrailingZeros();
    }

    private static Map<String, Object> row(Object... namesAndValues) {
        Map<String, Object> row = new TreeMap<>();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            row.put((String) namesAndValues[i], namesAndValues[i + 1]);
        }
        return row;
    }
}
