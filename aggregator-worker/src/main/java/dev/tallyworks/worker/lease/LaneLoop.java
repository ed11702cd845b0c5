package dev.tallyworks.worker.lease;

import dev.tallyworks.failure.OutcomeUnknown;
import dev.tallyworks.failure.Unavailable;
import dev.tallyworks.lane.Lane;
import dev.tallyworks.lane.Lanes;
import dev.tallyworks.queue.JobQueue;
import dev.tallyworks.worker.batch.Aggregator;
import dev.tallyworks.worker.batch.LaneLost;
import dev.tallyworks.worker.batch.OwnedLane;
import dev.tallyworks.worker.batch.Stopped;
import java.time.Duration;
import java.util.Optional;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** One thread's work: takes a lane, ends what an earlier owner left there, and runs batches on it for as long as it is its. */
final class LaneLoop implements Runnable {
    private static final Logger LOG = Logger.getLogger(LaneLoop.class);
    private static final long PAUSE_MILLIS = 250;

    private final Lanes lanes;
    private final LaneOffice office;
    private final LeaseKeeper keeper;
    private final Aggregator aggregator;
    private final WorkerSettings settings;
    private final OwnedLane.Pauses pauses;
    private final BatchSize batchSize;
    private volatile long progressNanos;
    private volatile @Nullable OwnedLane current;

    LaneLoop(
            Lanes lanes,
            LaneOffice office,
            LeaseKeeper keeper,
            Aggregator aggregator,
            WorkerSettings settings,
            OwnedLane.Pauses pauses) {
        this.lanes = lanes;
        this.office = office;
        this.keeper = keeper;
        this.aggregator = aggregator;
        this.settings = settings;
        this.pauses = pauses;
        this.progressNanos = pauses.nanoTime();
        this.batchSize = new BatchSize(settings.batchEventsMax(), settings.lease());
    }

    @Override
    public void run() {
        boolean provided = false;
        while (!pauses.stopping()) {
            progressNanos = pauses.nanoTime();
            try {
                if (!provided) {
                    lanes.provide(settings.lanes());
                    provided = true;
                }
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
        current = lane;
        try {
            keeper.keepWhile(lane, () -> {
                aggregator.recover(lane, taken.manifest());
                while (!pauses.stopping() && !lane.isLost()) {
                    lane.progress();
                    runBatch(lane);
                }
            });
        } catch (LaneLost lost) {
            LOG.warn(lost.getMessage());
        } catch (Stopped stopped) {
            LOG.infof("lane %s: stopped with a batch under way, which another owner ends", lane.id());
        } finally {
            progressNanos = pauses.nanoTime();
            current = null;
        }
    }

    private void runBatch(OwnedLane lane) throws LaneLost {
        JobQueue.ClaimedBatch claimed;
        long begun = pauses.nanoTime();
        try {
            claimed = aggregator.runBatch(lane, batchSize.events(), settings.batchBytesMax());
        } catch (Unavailable away) {
            // Only the claim throws it: from then on the lane insists. Nothing is under way.
            LOG.debugf(away, "lane %s: no jobs claimed", lane.id());
            pauses.pause(PAUSE_MILLIS);
            return;
        }
        batchSize.after(claimed.jobs().size(), claimed.stillReady(), Duration.ofNanos(pauses.nanoTime() - begun));
        if (claimed.jobs().isEmpty()) {
            pauses.pause(settings.idlePause().toMillis());
        }
    }

    /** It begins in a moment. */
    void begins() {
        progressNanos = pauses.nanoTime();
    }

    /** For how long this loop has done nothing. */
    long idleNanos() {
        OwnedLane lane = current;
        long idle = pauses.nanoTime() - progressNanos;
        return lane == null ? idle : Math.min(idle, lane.idleNanos());
    }
}
