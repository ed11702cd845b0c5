package dev.tallyworks.rollup;

import dev.tallyworks.definition.Snapshot;

/**
 * Stored numbers as tools that read the database themselves like to have them: one document a number. Throws
 * {@link dev.tallyworks.failure.Unavailable}, {@link dev.tallyworks.failure.OutcomeUnknown}.
 */
public interface FlatViews {
    /**
     * Has the view {@code <targetCollection>_metrics} of each aggregation show the numbers that are in force, in the
     * collections that there are; views of aggregations that are gone go. Nothing happens where the database has no views.
     */
    void show(Snapshot definitions);
}
