package dev.tallyworks.removal;

/** Whose numbers are to be removed. Both name what will never be again, so that removing late or twice harms nothing. */
public sealed interface Gone {
    /** An aggregation that was deleted, in all its generations. */
    record OfAggregation(String id) implements Gone {}

    /** What events of one incarnation of a source have added to any aggregation. */
    record OfSource(String id, long incarnation) implements Gone {}
}
