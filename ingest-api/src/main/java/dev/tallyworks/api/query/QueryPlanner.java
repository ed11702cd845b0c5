package dev.tallyworks.api.query;

import dev.tallyworks.api.http.Problem;
import dev.tallyworks.api.http.ProblemKind;
import dev.tallyworks.definition.Aggregation;
import dev.tallyworks.definition.Snapshot;
import dev.tallyworks.definition.Source;
import dev.tallyworks.rollup.Selection;
import dev.tallyworks.time.Granularity;
import dev.tallyworks.time.TimeRange;
import dev.tallyworks.time.Unit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Stream;

/** Holds a question against the definitions. */
final class QueryPlanner {
    static final int POINTS_MAX = 100_000;
    private static final List<String> CALENDAR = List.of("week", "month", "quarter", "year", "all");

    private QueryPlanner() {}

    static QueryPlan plan(Snapshot definitions, String report, Question question) {
        if (definitions.report(report).isEmpty()) {
            throw Problem.notFound("There is no report '" + report + "'.");
        }
        checkSources(definitions, question);
        List<Aggregation> aggregations = definitions.aggregationsOf(report);
        List<QueryPlan.Part> parts = new ArrayList<>();
        long start = question.range().startMillis();
        long end = question.range().endMillis();
        for (Aggregation aggregation : aggregations) {
            TimeRange widened = widen(question.range(), aggregation.granularity());
            start = Math.min(start, widened.startMillis());
            end = Math.max(end, widened.endMillis());
            // Each generation that is in force somewhere in the range is read on its own.
            for (Aggregation.Portion portion : aggregation.portions(widened)) {
                parts.add(new QueryPlan.Part(portion.aggregation(), portion.range()));
            }
        }
        checkSketches(question, parts);
        TimeRange range = new TimeRange(start, end);
        List<Unit> units = new ArrayList<>();
        for (int i = 0; i < question.granularities().size(); i++) {
            String pointer = question.severalGranularities() ? "/granularity/" + i : "/granularity";
            units.add(unit(question, question.granularities().get(i), pointer, aggregations, range));
        }
        if (question.fillZero()
                && units.stream().mapToLong(unit -> countUnits(unit, range)).sum() > POINTS_MAX) {
            throw tooMany();
        }
        return new QueryPlan(definitions, question, parts, units, range, sources(definitions, aggregations, question));
    }

    private static TimeRange widen(TimeRange range, Granularity width) {
        long last = width.bucketStartMillis(range.endMillis() - 1);
        return new TimeRange(width.bucketStartMillis(range.startMillis()), last + width.widthMillis());
    }

    private static void checkSources(Snapshot definitions, Question question) {
        List<Problem.Item> unknown = new ArrayList<>();
        for (int i = 0; i < question.sources().size(); i++) {
            String source = question.sources().get(i);
            if (definitions.source(source).isEmpty() && !source.equals(Aggregation.BUILT_IN_SOURCE)) {
                unknown.add(
                        Problem.Item.at("/sources/" + i, Problem.UNKNOWN_NAME, "There is no source '" + source + "'."));
            }
        }
        if (!unknown.isEmpty()) {
            throw Problem.of(ProblemKind.INVALID, unknown.get(0).detail(), unknown);
        }
    }

    /** A sketch that one of the aggregations lacks would make a number that is too small, and nobody would see it. */
    private static void checkSketches(Question question, List<QueryPlan.Part> parts) {
        Selection selection = question.selection();
        List<Aggregation> asked = parts.stream()
                .map(QueryPlan.Part::aggregation)
                .filter(aggregation -> isAsked(question, aggregation))
                .toList();
        checkSketches(asked, "unique", selection.unique(), aggregation -> aggregation
                .sketches()
                .unique());
        checkSketches(asked, "percentiles", selection.percentiles(), aggregation -> aggregation
                .sketches()
                .percentiles());
    }

    private static void checkSketches(
            List<Aggregation> aggregations, String kind, Set<String> fields, Function<Aggregation, List<String>> kept) {
        for (String field : fields) {
            if (aggregations.isEmpty()) {
                throw noSketch("No aggregation of the report", field, "an aggregation's", kind);
            }
            for (Aggregation aggregation : aggregations) {
                if (!kept.apply(aggregation).contains(field)) {
                    throw noSketch("The aggregation " + aggregation.id(), field, "its", kind);
                }
            }
        }
    }

    private static Problem noSketch(String who, String field, String whose, String kind) {
        return Problem.invalid(Problem.Item.at(
                "/metric/field",
                Problem.INVALID_VALUE,
                who + " keeps no sketch of '" + field + "': add it to " + whose + " 'sketches." + kind
                        + "' by a PATCH with ?rebuild=true."));
    }

    private static boolean isAsked(Question question, Aggregation aggregation) {
        return meet(question.sources(), aggregation.filter().sources())
                && meet(question.eventTypes(), aggregation.filter().eventTypes());
    }

    /** Whether something is in both; an empty list is everything. */
    private static boolean meet(List<String> one, List<String> other) {
        return one.isEmpty() || other.isEmpty() || one.stream().anyMatch(other::contains);
    }

    private static Unit unit(
            Question question, String id, String pointer, List<Aggregation> aggregations, TimeRange range) {
        Unit unit = Unit.byId(id, question.zone(), range).orElse(null);
        if (unit == null || !works(unit, aggregations, range)) {
            List<String> working = Stream.concat(
                            Arrays.stream(Granularity.values()).map(Granularity::id), CALENDAR.stream())
                    .filter(other -> Unit.byId(other, question.zone(), range)
                            .filter(candidate -> works(candidate, aggregations, range))
                            .isPresent())
                    .toList();
            String why = unit == null ? "is no unit of time" : "does not consist of whole storage buckets";
            throw Problem.invalid(Problem.Item.at(
                    pointer,
                    Problem.INVALID_VALUE,
                    "'" + id + "' " + why + "; those that work are " + String.join(", ", working) + "."));
        }
        return unit;
    }

    static Problem tooMany() {
        return Problem.invalid(Problem.Item.of(
                Problem.INVALID_VALUE,
                "The answer would have more than " + POINTS_MAX
                        + " points; ask for a shorter range or a coarser granularity."));
    }

    /** Whether each unit that touches the range is made of whole storage buckets. */
    private static boolean works(Unit unit, List<Aggregation> aggregations, TimeRange range) {
        for (Aggregation aggregation : aggregations) {
            if (!works(unit, aggregation.granularity(), range)) {
                return false;
            }
        }
        return true;
    }

    /** Whether no bound of a unit within the range cuts a bucket of this width. */
    static boolean works(Unit unit, Granularity width, TimeRange range) {
        if (unit instanceof Unit.Width asked) {
            return width.divides(asked.granularity());
        }
        if (unit instanceof Unit.All) {
            return true;
        }
        // Only the bounds within the range cut buckets that are read.
        long bound = unit.nextMillis(unit.startMillis(range.startMillis()));
        for (int bounds = 0; bound < range.endMillis() && bounds <= POINTS_MAX; bounds++) {
            if (Math.floorMod(bound, width.widthMillis()) != 0) {
                return false;
            }
            bound = unit.nextMillis(bound);
        }
        return true;
    }

    private static int countUnits(Unit unit, TimeRange range) {
        int units = 0;
        for (long at = unit.startMillis(range.startMillis());
                at < range.endMillis() && units <= POINTS_MAX;
                at = unit.nextMillis(at)) {
            units++;
        }
        return units;
    }

    private static Set<String> sources(Snapshot definitions, List<Aggregation> aggregations, Question question) {
        Set<String> sources = new TreeSet<>();
        for (Source source : definitions.sources()) {
            boolean asked = question.sources().isEmpty() || question.sources().contains(source.id());
            boolean counted = aggregations.stream()
                    .anyMatch(aggregation -> aggregation.filter().sources().isEmpty()
                            || aggregation.filter().sources().contains(source.id()));
            if (asked && counted && definitions.counts(source.id(), source.incarnation())) {
                sources.add(source.id());
            }
        }
        return sources;
    }
}
