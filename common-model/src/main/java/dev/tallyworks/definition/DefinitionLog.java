package dev.tallyworks.definition;

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
}
