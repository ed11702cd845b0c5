package dev.tallyworks.worker.rebuild;

import dev.tallyworks.definition.DefinitionLog;
import dev.tallyworks.definition.Rebuild;
import dev.tallyworks.definition.RebuildChanges;
import dev.tallyworks.event.DoneEvents;
import dev.tallyworks.failure.OutcomeUnknown;
import dev.tallyworks.failure.Unavailable;
import dev.tallyworks.lane.Lanes;
import dev.tallyworks.metric.MetricGenerator;
import dev.tallyworks.rebuild.Rebuilds;
import dev.tallyworks.rollup.Rollups;
import dev.tallyworks.worker.batch.OwnedLane;
import java.time.Clock;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jboss.logging.Logger;

/**
 * Does the rebuilds that nobody else is at, one after the other, the oldest first. What a store did not answer is gone on with in
 * the next pass, from where the progress stands; what fails again and again for another reason makes the rebuild fail.
 */
public final class Rebuilder implements Runnable {
    private static final Logger LOG = Logger.getLogger(Rebuilder.class);
    private static final int FAILURES_MAX = 5;
    private static final int REASON_MAX = 500;

    private final Stores stores;
    private final MetricGenerator generator;
    private final RebuildLimits limits;
    private final OwnedLane.Pauses pauses;
    private final Clock clock;
    private final String worker;
    private final long leaseMillis;
    private final Map<String, Integer> failures = new HashMap<>();

    /** What a rebuild reads and writes, and who hears of it. */
    public record Stores(
            DefinitionLog definitions,
            Lanes lanes,
            DoneEvents events,
            Rollups rollups,
            Rebuilds rebuilds,
            RebuildMeter meter) {}

    public Rebuilder(
            Stores stores,
            MetricGenerator generator,
            RebuildLimits limits,
            OwnedLane.Pauses pauses,
            Clock clock,
            String worker,
            Duration lease) {
        this.stores = stores;
        this.generator = generator;
        this.limits = limits;
        this.pauses = pauses;
        this.clock = clock;
        this.worker = worker;
        this.leaseMillis = lease.toMillis();
    }

    /** One pass. Not to be run by two threads at once. */
    @Override
    public void run() {
        List<Rebuild> running = stores.definitions().refresh().rebuilds().stream()
                .filter(rebuild -> rebuild.state() == Rebuild.State.RUNNING)
                .sorted(Comparator.comparing(Rebuild::createdAt).thenComparing(Rebuild::id))
                .toList();
        for (Rebuild rebuild : running) {
            if (pauses.stopping()) {
                return;
            }
            Optional<Rebuilds.Lease> taken =
                    stores.rebuilds().take(rebuild.id(), worker + '/' + UUID.randomUUID(), clock.millis(), leaseMillis);
            if (taken.isPresent()) {
                goOn(rebuild, new RebuildLease(stores.rebuilds(), taken.get(), leaseMillis, clock));
            }
        }
    }

    private void goOn(Rebuild rebuild, RebuildLease lease) {
        try {
            new RebuildRun(stores, generator, limits, pauses, clock, rebuild, lease).run();
            failures.remove(rebuild.id());
            lease.release();
        } catch (LeaseLost lost) {
            LOG.infof("%s has gone over to another worker", lost.getMessage());
        } catch (Unavailable | OutcomeUnknown away) {
            lease.release();
            throw away;
        } catch (RuntimeException fault) {
            failed(rebuild, fault);
            lease.release();
        }
    }

    private void failed(Rebuild rebuild, RuntimeException fault) {
        stores.meter().failed();
        int times = failures.merge(rebuild.id(), 1, Integer::sum);
        LOG.errorf(fault, "rebuild %s failed for the %d. time", rebuild.id(), times);
        if (times >= FAILURES_MAX) {
            String text = fault.getClass().getSimpleName() + ": " + fault.getMessage();
            String reason = text.length() > REASON_MAX ? text.substring(0, REASON_MAX) : text;
            stores.definitions()
                    .change((newest, version) -> new DefinitionLog.Decided<>(
                            RebuildChanges.stop(newest, rebuild.id(), Rebuild.State.FAILED, reason, clock.instant()),
                            rebuild));
            stores.meter().ended(Rebuild.State.FAILED);
            failures.remove(rebuild.id());
        }
    }
}
