package dev.tallyworks.worker.lease;

import dev.tallyworks.lane.Lanes;
import dev.tallyworks.worker.batch.LaneLost;
import dev.tallyworks.worker.batch.OwnedLane;
import dev.tallyworks.worker.batch.Stopped;
import java.time.Clock;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListSet;
import org.jboss.logging.Logger;

/** Prolongs the leases of the lanes that this process owns, but of none whose loop is stuck. */
public final class LeaseKeeper {
    private static final Logger LOG = Logger.getLogger(LeaseKeeper.class);

    private final Lanes lanes;
    private final Clock clock;
    private final Duration lease;
    /** By lease, not by lane: this process may take over a lane that it lost itself. */
    private final Set<OwnedLane> held =
            new ConcurrentSkipListSet<>(Comparator.comparing(OwnedLane::id).thenComparing(OwnedLane::epoch));

    public LeaseKeeper(Lanes lanes, Clock clock, Duration lease) {
        this.lanes = lanes;
        this.clock = clock;
        this.lease = lease;
    }

    /** What is done with an owned lane. */
    interface Work {
        void run() throws LaneLost;
    }

    /**
     * Keeps the lane while the work goes on, and gives it up afterwards, so that another takes it at once. Not so where the
     * work fails: then the lease runs out as if the process had died, because whatever made it fail would do so with the next
     * owner, at once and again.
     */
    void keepWhile(OwnedLane lane, Work work) throws LaneLost {
        held.add(lane);
        boolean ended = false;
        try {
            work.run();
            ended = true;
        } catch (LaneLost | Stopped left) {
            ended = true;
            throw left;
        } finally {
            held.remove(lane);
            if (ended && !lane.isLost()) {
                giveUp(lane);
            }
        }
    }

    /** Where the store is away, the lease runs out by itself. */
    private void giveUp(OwnedLane lane) {
        try {
            lanes.release(lane.id(), lane.epoch());
        } catch (RuntimeException away) {
            LOG.debugf(away, "lane %s: not released", lane.id());
        }
    }

    public List<OwnedLane> held() {
        return List.copyOf(held);
    }

    /** To be called several times within a lease. */
    public void renewAll() {
        for (OwnedLane lane : held) {
            if (lane.isLost()) {
                continue;
            }
            if (lane.idleNanos() > lease.toNanos()) {
                LOG.errorf(
                        "lane %s: its loop has been stuck for more than %s; the lease is left to run out",
                        lane.id(), lease);
                continue;
            }
            try {
                if (!lanes.renew(lane.id(), lane.epoch(), clock.millis() + lease.toMillis())) {
                    LOG.warnf("lane %s: another worker took it over", lane.id());
                    lane.lose();
                }
            } catch (RuntimeException away) {
                LOG.debugf(away, "lane %s: lease not renewed", lane.id());
            }
        }
    }
}
