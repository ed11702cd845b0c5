package dev.tallyworks.metadata;

import java.util.Collection;
import java.util.Map;

/**
 * Which names and bounds occur, kept as events arrive: one small document for each source, and one for each source that an
 * aggregation counts. Failures as in {@link dev.tallyworks.event.RawEvents}.
 */
public interface Metadata {
    /** Adds what is new of each. Each is atomic on its own and durable when the call returns; adding twice changes nothing. */
    void add(Map<Subject, Facts> news);

    /** What is there of these subjects; those of which nothing is there are absent. */
    Map<Subject, Facts> find(Collection<? extends Subject> subjects);

    /** What a generation of an aggregation has counted, by source. */
    Map<Subject.OfAggregation, Facts> ofAggregation(String aggregation, int generation);
}
