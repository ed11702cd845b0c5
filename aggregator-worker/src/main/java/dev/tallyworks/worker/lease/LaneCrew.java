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
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;

/** The batch loops of this process, started and stopped together. */
public final class LaneCrew implements OwnedLane.Pauses {
    private static final Logger LOG = Logger.getLogger(LaneCrew.class);

    private final Lanes lanes;
    private final LaneOffice office;
    private final LeaseKeeper keeper;
    private final Aggregator aggregator;
    private final WorkerSettings settings;
    private final CountDownLatch stop = new CountDownLatch(1);
    private final List<LaneLoop> loops = new ArrayList<>();
    private final List<Thread> threads = new ArrayList<>();

    public LaneCrew(
            Lanes lanes, LaneOffice office, LeaseKeeper keeper, Aggregator aggregator, WorkerSettings settings) {
        this.lanes = lanes;
        this.office = office;
        this.keeper = keeper;
        this.aggregator = aggregator;
        this.settings = settings;
    }

    public void start() {
        for (int number = 1; number <= settings.threads(); number++) {
            LaneLoop loop = new LaneLoop(office, keeper, aggregator, settings, this);
            loops.add(loop);
            Thread thread = new Thread(
                    () -> {
                        provideLanes();
                        loop.run();
                    },
                    "lane-loop-" + number);
            threads.add(thread);
            thread.start();
        }
    }

    private void provideLanes() {
        while (!stopping()) {
            try {
                lanes.provide(settings.lanes());
                return;
            } catch (RuntimeException away) {
                LOG.debugf(away, "the pool of lanes can't be looked at yet");
                pause(settings.idlePause().toMillis());
            }
        }
    }

    /** Ends the batch of a lane whose owner is gone, and gives the lane up again. */
    public void adopt(LaneStatus orphan) {
        Optional<Lane> taken = office.take(orphan);
        if (taken.isEmpty()) {
            return;
        }
        OwnedLane lane = new OwnedLane(taken.get(), this);
        keeper.hold(lane);
        try {
            aggregator.recover(lane, taken.get().manifest());
        } catch (LaneLost | Stopped ended) {
            LOG.debugf(ended, "lane %s: recovery left to another", lane.id());
        } finally {
            keeper.drop(lane);
        }
    }

    /** Lets running batches end, up to a time. */
    public void stop(long graceMillis) {
        stop.countDown();
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

    /** The longest time for which a loop has done nothing, nanoseconds. */
    public long stalledNanos() {
        long now = System.nanoTime();
        long longest = 0;
        for (int i = 0; i < loops.size(); i++) {
            boolean ended = !threads.get(i).isAlive() && !stopping();
            longest = ended
                    ? Long.MAX_VALUE
                    : Math.max(longest, now - loops.get(i).progressNanos());
        }
        return longest;
    }

    @Override
    public void pause(long millis) {
        try {
            stop.await(millis, TimeUnit.MILLISECONDS);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public boolean stopping() {
        return stop.getCount() == 0 || Thread.currentThread().isInterrupted();
    }
}
