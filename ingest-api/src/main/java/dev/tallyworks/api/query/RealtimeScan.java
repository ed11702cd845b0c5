package dev.tallyworks.api.query;

import dev.tallyworks.definition.Aggregation;
import dev.tallyworks.realtime.Completeness;
import dev.tallyworks.realtime.Cut;
import dev.tallyworks.realtime.RealtimeRollups;
import dev.tallyworks.realtime.RealtimeWindow;
import dev.tallyworks.rollup.StoredRollup;
import dev.tallyworks.time.Granularity;
import dev.tallyworks.time.TimeRange;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** Reads what is not for the stored rollups to tell, and finds the cut. */
final class RealtimeScan {
    private final RealtimeRollups rollups;
    private final Completeness completeness;
    private final RealtimeWindow window;

    RealtimeScan(RealtimeRollups rollups, Completeness completeness, RealtimeWindow window) {
        this.rollups = rollups;
        this.completeness = completeness;
        this.window = window;
    }

    /** From which instant on nothing is missing, as far as the realtime rollups themselves can't know it. To be read before them. */
    long completeSinceMillis() {
        return completeness.sinceMillis();
    }

    /** How long a query may take before the realtime rollups may have forgotten what it relies on. */
    long queryMillisMax() {
        return window.queryMillis();
    }

    /**
     * Adds what lies from the cut on.
     *
     * @return the cut, epoch milliseconds: what lies before it is to be read from the stored rollups
     */
    long read(QueryPlan plan, QueryPlan.Part part, Lag lag, long completeSinceMillis, Consumer<StoredRollup> into) {
        Aggregation aggregation = part.aggregation();
        if (!aggregation.realtime()) {
            return Cut.NONE;
        }
        Granularity width = aggregation.granularity();
        Instant switchedOn = aggregation.realtimeSince();
        long since = switchedOn == null
                ? completeSinceMillis
                : Math.max(completeSinceMillis, window.completeFromMillis(switchedOn.toEpochMilli()));
        boolean alone = plan.question().mode() == Mode.REALTIME;
        long cut = alone
                ? Cut.realtimeFrom(width, window, lag.nowMillis(), since)
                : Cut.at(width, window, lag.nowMillis(), lag.oldestPendingMillis(), since);
        long from = Math.max(cut, part.range().startMillis());
        long end = Math.min(
                part.range().endMillis(),
                width.bucketStartMillis(window.endMillis(lag.nowMillis())) + width.widthMillis());
        if (from >= end) {
            return cut;
        }
        List<StoredRollup> read = new ArrayList<>();
        Question question = plan.question();
        TimeRange after = new TimeRange(from, end);
        long complete = question.byAttribution() == null
                ? rollups.read(plan.series(part), after, question.selection(), read::add)
                : rollups.readAttributions(plan.series(part), after, question.selection(), read::add);
        long moved = Math.max(cut, Cut.realtimeFrom(width, window, lag.nowMillis(), complete));
        read.stream().filter(rollup -> rollup.bucketMillis() >= moved).forEach(into);
        return moved;
    }
}
