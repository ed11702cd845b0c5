package dev.tallyworks.worker.lease;

import dev.tallyworks.lane.Lanes;
import dev.tallyworks.worker.batch.OwnedLane;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jboss.logging.Logger;

/** Prolongs the leases of the lanes that this process owns, but of none whose loop is stuck. */
public final class LeaseKeeper {
    private static final Logger LOG = Logger.getLogger(LeaseKeeper.class);

    private final Lanes lanes;
    private final Clock clock;
    private final Duration lease;
    private final Map<String, OwnedLane> held = new ConcurrentHashMap<>();
    private final Set<OwnedLane> lost = ConcurrentHashMap.newKeySet();

    public LeaseKeeper(Lanes lanes, Clock clock, Duration lease) {
        this.lanes = lanes;
        this.clock = clock;
        this.lease = lease;
    }

    void hold(OwnedLane lane) {
        held.put(lane.id(), lane);
    }

    /** Gives the lane up, so that another takes it at once. Where the store is away, the lease runs out by itself. */
    void drop(OwnedLane lane) {
        held.remove(lane.id(), lane);
        if (lost.remove(lane)) {
            return;
        }
        try {
            lanes.release(lane.id(), lane.epoch());
        } catch (RuntimeException away) {
            LOG.debugf(away, "lane %s: not released", lane.id());
        }
    }

    boolean isLost(OwnedLane lane) {
        return lost.contains(lane);
    }

    public List<OwnedLane> held() {
        return List.copyOf(held.values());
    }

    /** To be called several times within a lease. */
    public void renewAll() {
        for (OwnedLane lane : held.values()) {
            if (System.nanoTime() - lane.progressNanos() > lease.toNanos()) {
                LOG.errorf(
                        "lane %s: its loop has been stuck for more than %s; the lease is left to run out",
                        lane.id(), lease);
                continue;
            }
            try {
                if (!lanes.renew(lane.id(), lane.epoch(), clock.millis() + lease.toMillis())
                        && held.get(lane.id()) == lane) {
                    LOG.warnf("lane %s: another worker took it over", lane.id());
                    lost.add(lane);
                }
            } catch (RuntimeException away) {
                LOG.debugf(away, "lane %s: lease not renewed", lane.id());
            }
        }
    }
}
