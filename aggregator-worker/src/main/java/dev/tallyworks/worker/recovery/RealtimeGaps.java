package dev.tallyworks.worker.recovery;

import dev.tallyworks.definition.Definitions;
import dev.tallyworks.definition.Snapshot;
import dev.tallyworks.event.CommitId;
import dev.tallyworks.event.PendingEvents.Pending;
import dev.tallyworks.realtime.Gaps;
import dev.tallyworks.realtime.RealtimeRollups;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * An event whose process died before it published it is in no realtime rollup. Once it is aggregated, answers from some
 * bucket on would rely on those to have it, so they are told not to before it is enqueued.
 */
public final class RealtimeGaps implements OutboxRelay.LostEvents {
    private final Definitions definitions;
    private final RealtimeRollups realtime;
    private final Gaps gaps;

    public RealtimeGaps(Definitions definitions, RealtimeRollups realtime, Gaps gaps) {
        this.definitions = definitions;
        this.realtime = realtime;
        this.gaps = gaps;
    }

    @Override
    public void found(List<Pending> lost) {
        Snapshot known = definitions.known();
        Map<CommitId, Boolean> published = new HashMap<>();
        List<Gaps.Place> missed = new ArrayList<>();
        for (Pending event : lost) {
            Gaps.Place place = new Gaps.Place(event.ref().source(), event.type(), event.timestampMillis());
            if (gaps.matters(known, place) && !published.computeIfAbsent(event.commit(), realtime::knows)) {
                missed.add(place);
            }
        }
        gaps.missed(known, missed);
    }
}
