package dev.tallyworks.metadata;

/**
 * What metadata are about. Each names an incarnation of a source, which never comes again, so that what a slow process writes
 * after all was removed is of nobody.
 *
 * @see Metadata
 */
public sealed interface Subject {
    /** Id of the source. */
    String source();

    /** The version of the definitions that created the source. */
    long incarnation();

    /** The events of a source. */
    record OfSource(String source, long incarnation) implements Subject {}

    /** What an aggregation has counted of a source. */
    record OfAggregation(String aggregation, int generation, String source, long incarnation) implements Subject {}
}
