package dev.tallyworks.api.query;

import dev.tallyworks.api.http.Problem;
import dev.tallyworks.api.http.Times;
import dev.tallyworks.definition.Aggregation;
import dev.tallyworks.definition.Snapshot;
import dev.tallyworks.metric.Metric;
import dev.tallyworks.realtime.RealtimeWindow;
import dev.tallyworks.time.Granularity;
import dev.tallyworks.time.Unit;
import jakarta.ws.rs.core.MultivaluedHashMap;
import jakarta.ws.rs.core.MultivaluedMap;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A question about a report whose range goes on with time, unless it names its start and end. Two that ask for the same are
 * equal.
 *
 * <pre>
 *            at most 1,000 buckets                    5 minutes and a clock's difference, at most 300 buckets
 * ├── 60 units, and the realtime retention ──┤now├──┤
 * </pre>
 */
public final class MovingQuestion {
    private static final int UNITS = 60;
    private static final int BUCKETS_MAX = 1_000;
    private static final int FUTURE_BUCKETS_MAX = 300;
    /** The last instant that can be asked for. */
    private static final long FAR_MILLIS = 253_402_300_799_999L;
    /** What a viewer who was away for long is told again, at most. */
    private static final int AGAIN_UNITS_MAX = 10_000;

    private final String report;
    private final Map<String, List<String>> parameters;
    private final Unit unit;
    private final long bucketMillis;
    private final boolean fillZero;
    private final boolean nullable;
    private final boolean perValue;
    private final RealtimeWindow window;
    private final @Nullable Long fixedStartMillis;

    private MovingQuestion(
            String report,
            Map<String, List<String>> parameters,
            MetricQuestion asked,
            Unit unit,
            long bucketMillis,
            RealtimeWindow window) {
        this.report = report;
        this.parameters = parameters;
        this.unit = unit;
        this.bucketMillis = bucketMillis;
        this.fillZero = asked.question().fillZero();
        this.perValue = asked.metric() instanceof Metric.Flag;
        this.nullable = !(asked.metric() instanceof Metric.Count
                || asked.metric() instanceof Metric.Sum
                || asked.metric() instanceof Metric.Category
                || asked.metric() instanceof Metric.CompoundSum
                || asked.metric() instanceof Metric.Unique);
        this.window = window;
        this.fixedStartMillis =
                parameters.containsKey("start") ? asked.question().range().startMillis() : null;
    }

    /**
     * Reads the parameters of a GET; without a granularity it is the storage width.
     *
     * @throws Problem that names parameters
     */
    public static MovingQuestion read(
            Snapshot definitions, String report, MultivaluedMap<String, String> parameters, RealtimeWindow window) {
        if (definitions.report(report).isEmpty()) {
            throw Problem.notFound("There is no report '" + report + "'.");
        }
        List<Granularity> widths = definitions.aggregationsOf(report).stream()
                .map(Aggregation::granularity)
                .toList();
        Map<String, List<String>> given = new TreeMap<>(parameters);
        given.computeIfAbsent(
                "granularity", name -> List.of(storageWidth(widths).id()));
        boolean endAlone = given.containsKey("end") && !given.containsKey("start");
        if (endAlone) {
            throw Problem.invalid(Problem.Item.of(
                    Problem.INVALID_VALUE,
                    "The parameter 'end' needs 'start' beside it; without both the range moves."));
        }
        // Any range does, where just the rest is to be read.
        MetricQuestion asked = read(given, 0, FAR_MILLIS);
        long bucketMillis =
                widths.stream().mapToLong(Granularity::widthMillis).min().orElse(Granularity.MINUTE.widthMillis());
        return new MovingQuestion(report, given, asked, unit(asked, given), bucketMillis, window);
    }

    /** The finest width that is made of whole buckets of all. */
    private static Granularity storageWidth(List<Granularity> widths) {
        return widths.isEmpty()
                ? Granularity.MINUTE
                : Arrays.stream(Granularity.values())
                        .filter(width -> widths.stream().allMatch(stored -> stored.divides(width)))
                        .findFirst()
                        .orElse(widths.get(0));
    }

    private static Unit unit(MetricQuestion asked, Map<String, List<String>> given) {
        Question question = asked.question();
        if (question.severalGranularities()) {
            throw Problem.invalid(
                    Problem.Item.of(Problem.INVALID_VALUE, "The parameter 'granularity' must be a single unit here."));
        }
        String id = question.granularities().get(0);
        Unit unit = Unit.byId(id, question.zone(), question.range())
                .orElseThrow(() -> Problem.invalid(Problem.Item.of(
                        Problem.INVALID_VALUE,
                        "The parameter 'granularity': '" + id + "' is no unit of time; such are "
                                + String.join(", ", ids()) + ".")));
        if (unit instanceof Unit.All && !given.containsKey("start")) {
            throw Problem.invalid(Problem.Item.of(
                    Problem.INVALID_VALUE, "The parameter 'granularity': 'all' needs a range, by 'start'."));
        }
        return unit;
    }

    private static List<String> ids() {
        Stream<String> widths = Arrays.stream(Granularity.values()).map(Granularity::id);
        return Stream.concat(widths, Stream.of("week", "month", "quarter", "year"))
                .toList();
    }

    private static MetricQuestion read(Map<String, List<String>> given, long startMillis, long endMillis) {
        MultivaluedMap<String, String> parameters = new MultivaluedHashMap<>();
        given.forEach(parameters::put);
        parameters.putIfAbsent("start", List.of(Long.toString(startMillis)));
        parameters.putIfAbsent("end", List.of(Long.toString(endMillis)));
        try {
            return QuestionReader.read(parameters);
        } catch (Problem problem) {
            throw problem.ofParameters(QuestionReader::parameter);
        }
    }

    /** Where the range begins at a time: the start of a unit, unless it was given. */
    public long startMillis(long nowMillis) {
        if (fixedStartMillis != null) {
            return fixedStartMillis;
        }
        long start = unit.startMillis(nowMillis);
        for (int units = 1; units < 2 || wantsMore(units, nowMillis - start); units++) {
            start = unit.startMillis(start - 1);
        }
        return start;
    }

    private boolean wantsMore(int units, long millis) {
        return (units < UNITS || millis < window.retentionMillis()) && millis / bucketMillis < BUCKETS_MAX;
    }

    /** Where the range begins that has all that may have changed since; not before what can be told at once. */
    public long startSinceMillis(long sinceMillis, long nowMillis) {
        long since = startMillis(Math.min(nowMillis, sinceMillis - window.clockMillis()));
        long unitMillis = Math.max(1, unit.nextMillis(unit.startMillis(nowMillis)) - unit.startMillis(nowMillis));
        long earliest = fixedStartMillis == null
                ? unit.startMillis(nowMillis - AGAIN_UNITS_MAX * unitMillis)
                : fixedStartMillis;
        return Math.min(startMillis(nowMillis), Math.max(since, earliest));
    }

    private long endMillis(long nowMillis) {
        // Nothing is filled in that has not begun yet.
        long ahead =
                fillZero ? 1 : Math.min(window.endMillis(nowMillis) - nowMillis, FUTURE_BUCKETS_MAX * bucketMillis);
        return Math.max(nowMillis + ahead, fixedStartMillis == null ? Long.MIN_VALUE : fixedStartMillis + 1);
    }

    /** What is answered now, from a start on. */
    public record Told(List<? extends Dated> points, boolean partial) {}

    /** @throws Problem also where a change of the definitions makes it impossible */
    public Told ask(QueryService queries, long startMillis, long nowMillis) {
        try {
            MetricQuestion asked = read(parameters, startMillis, endMillis(nowMillis));
            if (asked.metric() instanceof Metric.Flag flag) {
                FlagAnswer answer = queries.flags(report, asked.question(), flag);
                return new Told(answer.points() == null ? List.of() : answer.points(), answer.partial());
            }
            Answer answer = queries.answer(report, asked);
            return new Told(answer.points() == null ? List.of() : answer.points(), answer.partial());
        } catch (Problem problem) {
            throw problem.ofParameters(QuestionReader::parameter);
        }
    }

    private record Place(String timestamp, @Nullable String category) {}

    /** What a point is the newest of: of its unit and category, or, where each recorded value is a point, of itself. */
    public Object place(Dated point) {
        return perValue ? point : new Place(point.timestamp(), point.category());
    }

    /** Whether each recorded value is a point, so that none is ever replaced. */
    public boolean isPerValue() {
        return perValue;
    }

    /** Whether a unit without data has no number, rather than zero. */
    public boolean nullable() {
        return nullable;
    }

    /** Whether a point, as it was answered, is of the range that begins here. */
    public boolean isWithin(Dated point, long startMillis) {
        return fixedStartMillis != null || point.timestamp().compareTo(Times.format(startMillis)) >= 0;
    }

    /** Whether events of one of the sources can change the answer. */
    public boolean feedsOn(Set<String> sources, Snapshot definitions) {
        return definitions.aggregationsOf(report).stream()
                .map(aggregation -> aggregation.filter().sources())
                .anyMatch(filter -> filter.isEmpty() || filter.stream().anyMatch(sources::contains));
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof MovingQuestion question
                && report.equals(question.report)
                && parameters.equals(question.parameters);
    }

    @Override
    public int hashCode() {
        return 31 * report.hashCode() + parameters.hashCode();
    }
}
