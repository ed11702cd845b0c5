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

    /** The numbers that rebuilds put out of force, of aggregations that are there, with the version that did it. */
    List<Superseded> supersededGenerations();

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
        List<String> goOn = new ArrayList<>();
        for (Aggregation aggregation : newest.aggregations()) {
            // An empty list would mean every source.
            if (aggregation.filter().sources().equals(List.of(source))) {
                changes.add(Change.remove(aggregation));
                continue;
            }
            Aggregation left = names(aggregation, source) ? aggregation.withoutSource(source, now) : aggregation;
            if (left != aggregation) {
                changes.add(Change.set(left));
            }
            if (left.generations().building() != null) {
                goOn.add(left.id());
            }
        }
        for (Rebuild rebuild : newest.rebuilds()) {
            List<Aggregation> building = rebuild.builds(newest);
            if (!building.isEmpty() && building.stream().noneMatch(one -> goOn.contains(one.id()))) {
                changes.add(Change.set(rebuild.ended(Rebuild.State.CANCELLED, null, now)));
            }
        }
        return changes;
    }

    /** Whether an aggregation, or what is being built of it, names a source. */
    static boolean names(Aggregation aggregation, String source) {
        Aggregation built = aggregation.asBuilt();
        return aggregation.filter().sources().contains(source)
                || built != null && built.filter().sources().contains(source);
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

    /** @param aggregation as it was before */
    record Superseded(Aggregation aggregation, Generations.Numbers numbers, long version) {
        /** Names it for good. */
        public String id() {
            return aggregation.id()
                    + '/'
                    + numbers.generation()
                    + '/'
                    + version
                    + '/'
                    + numbers.range().startMillis();
        }
    }
}
