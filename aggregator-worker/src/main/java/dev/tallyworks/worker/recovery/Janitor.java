package dev.tallyworks.worker.recovery;

import dev.tallyworks.failure.OutcomeUnknown;
import dev.tallyworks.failure.Unavailable;
import dev.tallyworks.lane.LaneStatus;
import dev.tallyworks.lane.Lanes;
import dev.tallyworks.queue.JobQueue;
import dev.tallyworks.worker.lease.LaneCrew;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jboss.logging.Logger;

/**
 * Clears up after owners whose lease ran out: ends their batches and gives their jobs back to the queue. What a live owner
 * holds is never touched: a list goes back only once the lane has a later epoch.
 */
public final class Janitor {
    private static final Logger LOG = Logger.getLogger(Janitor.class);
    private static final int JOBS_MAX = 10_000;

    private final Lanes lanes;
    private final JobQueue queue;
    private final LaneCrew crew;
    private final RecoveryMeter meter;
    private final Clock clock;

    public Janitor(Lanes lanes, JobQueue queue, LaneCrew crew, RecoveryMeter meter, Clock clock) {
        this.lanes = lanes;
        this.queue = queue;
        this.crew = crew;
        this.meter = meter;
        this.clock = clock;
    }

    /** One look round. */
    public void run() {
        // The lists first: an epoch that is over when the lanes are read after them was over, or their owner's, before.
        List<JobQueue.Processing> lists = queue.state().processing();
        Map<String, LaneStatus> byId =
                lanes.all().stream().collect(Collectors.toMap(LaneStatus::id, Function.identity()));
        for (JobQueue.Processing list : lists) {
            LaneStatus lane = byId.get(list.lane());
            if (lane == null || lane.epoch() > list.epoch()) {
                meter.gaveBack(queue.giveBack(list, JOBS_MAX));
            }
        }
        // One lane that can't be helped must not keep the others from it.
        long now = clock.millis();
        for (LaneStatus lane : byId.values()) {
            boolean holdsJobs =
                    lists.stream().anyMatch(list -> list.lane().equals(lane.id()) && list.epoch() == lane.epoch());
            if (lane.isFreeAt(now) && (!lane.done() || holdsJobs)) {
                adopt(lane); // its list goes back with the next look: the epoch is over then
            }
        }
    }

    private void adopt(LaneStatus lane) {
        try {
            crew.adopt(lane);
        } catch (Unavailable | OutcomeUnknown away) {
            LOG.debugf(away, "lane %s: not adopted", lane.id());
        } catch (RuntimeException fault) {
            LOG.errorf(fault, "lane %s: what its owner left behind can't be ended; tried again", lane.id());
        }
    }
}
