package dev.tallyworks.api.query;

import dev.tallyworks.definition.Aggregation;
import dev.tallyworks.definition.Snapshot;
import dev.tallyworks.event.Attribution;
import dev.tallyworks.rollup.SeriesKey;
import dev.tallyworks.time.Granularity;
import dev.tallyworks.time.TimeRange;
import dev.tallyworks.time.Unit;
import java.util.List;
import java.util.Set;

/**
 * What is to be read for a question.
 *
 * @param definitions that it was made by
 * @param parts one for each aggregation of the report and generation in force; their answers add up
 * @param units one for each granularity asked
 * @param range widened to the storage buckets of all parts
 * @param sources the ids of those whose events can matter
 */
record QueryPlan(
        Snapshot definitions,
        Question question,
        List<Part> parts,
        List<Unit> units,
        TimeRange range,
        Set<String> sources) {
    /** What the question is about, in an aggregation; where it is broken down by attributions, any of them. */
    SeriesKey series(Part part) {
        return series(part, part.aggregation.granularity());
    }

    /** What the question is about, in the storage width of an aggregation or one of its coarser levels. */
    SeriesKey series(Part part, Granularity width) {
        String type = question.byAttribution();
        Attribution attribution = question.attribution();
        return new SeriesKey(
                part.aggregation.id(),
                part.aggregation.generation(),
                width,
                type != null ? type : attribution == null ? Attribution.TOTAL : attribution.type(),
                type != null ? "" : attribution == null ? null : attribution.value());
    }

    /** Whether what is read is still what is in force. What was deleted meanwhile may be answered for a last time. */
    boolean isInForce(Snapshot newest) {
        return parts.stream().allMatch(part -> newest.aggregation(part.aggregation.id())
                .map(there -> there.generations()
                        .eras()
                        .equals(part.aggregation.generations().eras()))
                .orElse(true));
    }

    /** Whether what came before an aggregation is being added to it. */
    boolean isBeingFilled() {
        return parts.stream()
                .map(part -> part.aggregation.generations().building())
                .anyMatch(building -> building != null && building.backfill());
    }

    /**
     * What is read of one generation of an aggregation.
     *
     * @param aggregation as that generation has it
     * @param range widened to the aggregation's storage buckets
     */
    record Part(Aggregation aggregation, TimeRange range) {}
}
