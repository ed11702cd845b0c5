package dev.tallyworks.api.query;

import dev.tallyworks.rollup.RollupFold;
import dev.tallyworks.rollup.RollupScan;
import dev.tallyworks.rollup.StoredRollup;
import dev.tallyworks.time.TimeRange;
import java.util.function.Consumer;

/** Reads what has been aggregated. */
final class HistoricalScan {
    private final RollupScan rollups;

    HistoricalScan(RollupScan rollups) {
        this.rollups = rollups;
    }

    /** @param cutMillis only what lies before it */
    void read(QueryPlan plan, QueryPlan.Part part, long cutMillis, Consumer<StoredRollup> into) {
        TimeRange range = part.range();
        if (range.startMillis() < cutMillis) {
            TimeRange before = new TimeRange(range.startMillis(), Math.min(range.endMillis(), cutMillis));
            rollups.scan(
                    RollupFold.partition(part.aggregation()),
                    plan.series(part),
                    before,
                    plan.question().selection(),
                    into);
        }
    }
}
