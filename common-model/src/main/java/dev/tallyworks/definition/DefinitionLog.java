package dev.tallyworks.definition;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** The log of definitions, as those see it who change it. The insert of a version is the commit of all its changes. */
public interface DefinitionLog extends Definitions {
    /**
     * Decides on changes and commits them as the next version. Where another process commits first, the decision is made
     * again on what has won, so it must have no side effects; what it throws ends the call.
     *
     * @return what was decided last, with the snapshot in force
     */
    <T> Committed<T> change(Decision<T> decision);

    /** The aggregations that were removed, each as it last was, with the version that removed it. */
    List<Removed> removedAggregations();

    /** The sources that were removed, each incarnation as it last was, with the version that removed it. */
    List<RemovedSource> removedSources();

    /**
     * What removes a source that is being purged, once its events and numbers are gone: the source, the aggregations of it
     * alone, and its name where others name it beside more. To be committed by {@link #change}.
     *
     * @return nothing where it is not (or no more) being purged
     */
    static List<Change> removalOf(Snapshot newest, String source, long incarnation, Instant now) {
        Source there = newest.source(source).orElse(null);
        if (there == null || there.incarnation() != incarnation || there.state() != Source.State.PURGING) {
            return List.of();
        }
        List<Change> changes = new ArrayList<>(List.of(Change.remove(there)));
        for (Aggregation aggregation : newest.aggregations()) {
            List<String> sources = aggregation.filter().sources();
            if (sources.contains(source)) {
                List<String> others =
                        sources.stream().filter(one -> !one.equals(source)).toList();
                // An empty list would mean every source.
                changes.add(
                        others.isEmpty()
                                ? Change.remove(aggregation)
                                : Change.set(aggregation.withSources(others, now)));
            }
        }
        return changes;
    }

    @FunctionalInterface
    interface Decision<T> {
        /**
         * @param newest what the changes are made to
         * @param version that they will have
         */
        Decided<T> decide(Snapshot newest, long version);
    }

    /**
     * @param changes nothing is committed where there are none
     * @param result for the caller
     */
    record Decided<T>(List<Change> changes, T result) {}

    record Committed<T>(Snapshot snapshot, T result) {}

    record Removed(Aggregation aggregation, long version) {}

    record RemovedSource(Source source, long version) {}
}
