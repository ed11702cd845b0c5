package dev.tallyworks.worker.lease;

import dev.tallyworks.failure.OutcomeUnknown;
import dev.tallyworks.failure.Unavailable;
import dev.tallyworks.lane.Lane;
import dev.tallyworks.queue.JobQueue;
import dev.tallyworks.worker.batch.Aggregator;
import dev.tallyworks.worker.batch.LaneLost;
import dev.tallyworks.worker.batch.OwnedLane;
import dev.tallyworks.worker.batch.Stopped;
import java.time.Duration;
import java.util.Optional;
import org.jboss.logging.Logger;

/** One thread's work: takes a lane, ends what an earlier owner left there, and runs batches on it for as long as it is its. */
final class LaneLoop implements Runnable {
    private static final Logger LOG = Logger.getLogger(LaneLoop.class);
    private static final long PAUSE_MILLIS = 250;

    private final LaneOffice office;
    private final LeaseKeeper keeper;
    private final Aggregator aggregator;
    private final WorkerSettings settings;
    private final OwnedLane.Pauses pauses;
    private volatile long progressNanos = System.nanoTime();
    private final BatchSize batchSize;

    LaneLoop(
            LaneOffice office,
            LeaseKeeper keeper,
            Aggregator aggregator,
            WorkerSettings settings,
            OwnedLane.Pauses pauses) {
        this.office = office;
        this.keeper = keeper;
        this.aggregator = aggregator;
        this.settings = settings;
        this.pauses = pauses;
        this.batchSize = new BatchSize(settings.batchEventsMax(), settings.lease());
    }

    @Override
    public void run() {
        while (!pauses.stopping()) {
            progressNanos = System.nanoTime();
            try {
                Optional<Lane> taken = office.take();
                if (taken.isPresent()) {
                    own(taken.get());
                } else {
                    pauses.pause(PAUSE_MILLIS);
                }
            } catch (Unavailable | OutcomeUnknown away) {
                LOG.debugf(away, "no lane taken");
                pauses.pause(PAUSE_MILLIS);
            } catch (RuntimeException fault) {
                LOG.errorf(fault, "batch loop failed; it goes on with another lane");
                pauses.pause(PAUSE_MILLIS);
            }
        }
    }

    private void own(Lane taken) {
        OwnedLane lane = new OwnedLane(taken, pauses);
        keeper.hold(lane);
        current = lane;
        try {
            aggregator.recover(lane, taken.manifest());
            while (!pauses.stopping() && !keeper.isLost(lane)) {
                lane.progress();
                runBatch(lane);
            }
        } catch (LaneLost lost) {
            LOG.warn(lost.getMessage());
        } catch (Stopped stopped) {
            LOG.infof("lane %s: stopped with a batch under way, which another owner ends", lane.id());
        } finally {
            current = null;
            keeper.drop(lane);
        }
    }

    private void runBatch(OwnedLane lane) throws LaneLost {
        JobQueue.ClaimedBatch claimed;
        long begun = System.nanoTime();
        try {
            claimed = aggregator.runBatch(lane, batchSize.events(), settings.batchBytesMax());
        } catch (Unavailable away) {
            // Only the claim throws it: from then on the lane insists. Nothing is under way.
            LOG.debugf(away, "lane %s: no jobs claimed", lane.id());
            pauses.pause(PAUSE_MILLIS);
            return;
        }
        batchSize.after(claimed.jobs().size(), claimed.stillReady(), Duration.ofNanos(System.nanoTime() - begun));
        if (claimed.jobs().isEmpty()) {
            pauses.pause(settings.idlePause().toMillis());
        }
    }

    private volatile OwnedLane current;

    /** When this loop last did anything, by {@link System#nanoTime()}. */
    long progressNanos() {
        OwnedLane lane = current;
        return lane == null ? progressNanos : lane.progressNanos();
    }
}
