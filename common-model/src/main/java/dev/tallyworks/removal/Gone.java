package dev.tallyworks.removal;

import dev.tallyworks.time.TimeRange;

/** Whose numbers are to be removed. All name what will never be again, so that removing late or twice harms nothing. */
public sealed interface Gone {
    /** An aggregation that was deleted, in all its generations. */
    record OfAggregation(String id) implements Gone {}

    /**
     * What a rebuild put out of force.
     *
     * @param range the buckets' starts; outside of it the generation stays
     * @param whole whether it is in force nowhere else
     */
    record OfGeneration(String aggregation, int generation, TimeRange range, boolean whole) implements Gone {}

    /** What events of one incarnation of a source have added to any aggregation. */
    record OfSource(String id, long incarnation) implements Gone {}
}
