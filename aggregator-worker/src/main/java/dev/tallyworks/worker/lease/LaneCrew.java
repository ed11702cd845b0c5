package dev.tallyworks.worker.lease;

import dev.tallyworks.lane.Lane;
import dev.tallyworks.lane.LaneStatus;
import dev.tallyworks.lane.Lanes;
import dev.tallyworks.worker.batch.Aggregator;
import dev.tallyworks.worker.batch.LaneLost;
import dev.tallyworks.worker.batch.OwnedLane;
import dev.tallyworks.worker.batch.Stopped;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;

/** The batch loops of this process. */
public final class LaneCrew {
    private static final Logger LOG = Logger.getLogger(LaneCrew.class);

    private final LaneOffice office;
    private final LeaseKeeper keeper;
    private final Aggregator aggregator;
    private final OwnedLane.Pauses pauses;
    private final List<LaneLoop> loops;
    /** Filled by the start; a health check may look at any time. */
    private volatile List<Thread> threads = List.of();

    private volatile boolean begun;

    /** @param pauses how the loops wait, and when they end */
    public LaneCrew(
            Lanes lanes,
            LaneOffice office,
            LeaseKeeper keeper,
            Aggregator aggregator,
            WorkerSettings settings,
            OwnedLane.Pauses pauses) {
        this.office = office;
        this.keeper = keeper;
        this.aggregator = aggregator;
        this.pauses = pauses;
        List<LaneLoop> made = new ArrayList<>();
        for (int number = 1; number <= settings.threads(); number++) {
            made.add(new LaneLoop(lanes, office, keeper, aggregator, settings, pauses));
        }
        this.loops = List.copyOf(made);
    }

    /** The loops, each for a thread of its own; they end when they are told to stop. */
    public List<Runnable> loops() {
        begins();
        return List.copyOf(loops);
    }

    /** @param onDeath is run by a loop that ends although it was not told to; by then it has said why */
    public void start(Runnable onDeath) {
        begins();
        List<Thread> started = new ArrayList<>();
        for (LaneLoop loop : loops) {
            Thread thread = new Thread(
                    () -> {
                        try {
                            loop.run();
                        } catch (RuntimeException | Error fatal) {
                            LOG.error("a batch loop died", fatal);
                            onDeath.run();
                        }
                    },
                    "lane-loop-" + (started.size() + 1));
            thread.start();
            started.add(thread);
        }
        threads = List.copyOf(started);
    }

    /** Ends the batch of a lane whose owner is gone, and gives the lane up again. */
    public void adopt(LaneStatus orphan) {
        Optional<Lane> taken = office.take(orphan);
        if (taken.isEmpty()) {
            return;
        }
        OwnedLane lane = new OwnedLane(taken.get(), pauses);
        try {
            keeper.keepWhile(lane, () -> aggregator.recover(lane, taken.get().manifest()));
        } catch (LaneLost | Stopped ended) {
            LOG.debugf(ended, "lane %s: recovery left to another", lane.id());
        }
    }

    /** Lets running batches end once the loops were told to stop, up to a time. */
    public void awaitEnd(long graceMillis) {
        long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(graceMillis);
        for (Thread thread : threads) {
            try {
                thread.join(Math.max(1, TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime())));
            } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }

    private void begins() {
        loops.forEach(LaneLoop::begins);
        begun = true;
    }

    /**
     * The longest time for which a loop has done nothing, nanoseconds; the greatest there is where one has died, and 0 as long as
     * nobody has asked them to begin.
     */
    public long stalledNanos() {
        if (!begun) {
            return 0;
        }
        for (Thread thread : threads) {
            if (!thread.isAlive() && !pauses.stopping()) {
                return Long.MAX_VALUE;
            }
        }
        return loops.stream().mapToLong(LaneLoop::idleNanos).max().orElse(0);
    }
}
