package dev.tallyworks.api.query;

import dev.tallyworks.partition.Partition;
import dev.tallyworks.rollup.AttributionScan;
import dev.tallyworks.rollup.RollupFold;
import dev.tallyworks.rollup.RollupScan;
import dev.tallyworks.rollup.SeriesKey;
import dev.tallyworks.rollup.StoredRollup;
import dev.tallyworks.time.TimeRange;
import java.util.function.Consumer;

/** Reads what has been aggregated. */
final class HistoricalScan {
    private final RollupScan rollups;
    private final AttributionScan attributions;

    HistoricalScan(RollupScan rollups, AttributionScan attributions) {
        this.rollups = rollups;
        this.attributions = attributions;
    }

    /** @param cutMillis only what lies before it */
    void read(QueryPlan plan, QueryPlan.Part part, long cutMillis, Consumer<StoredRollup> into) {
        TimeRange range = part.range();
        if (range.startMillis() >= cutMillis) {
            return;
        }
        TimeRange before = new TimeRange(range.startMillis(), Math.min(range.endMillis(), cutMillis));
        Question question = plan.question();
        for (Levels.Stretch stretch : Levels.of(part.aggregation(), plan.units(), question.selection(), before)) {
            Partition partition = RollupFold.partition(part.aggregation(), stretch.width());
            SeriesKey series = plan.series(part, stretch.width());
            if (question.byAttribution() != null) {
                attributions.scan(partition, series, stretch.range(), question.selection(), into);
            } else {
                rollups.scan(partition, series, stretch.range(), question.selection(), into);
            }
        }
    }
}
