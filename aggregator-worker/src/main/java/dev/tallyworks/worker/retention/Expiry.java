package dev.tallyworks.worker.retention;

import dev.tallyworks.definition.Aggregation;
import dev.tallyworks.definition.Change;
import dev.tallyworks.definition.DefinitionLog;
import dev.tallyworks.definition.Retention;
import dev.tallyworks.definition.Snapshot;
import dev.tallyworks.definition.Source;
import dev.tallyworks.event.Event;
import dev.tallyworks.failure.OutcomeUnknown;
import dev.tallyworks.failure.Unavailable;
import dev.tallyworks.lane.Lanes;
import dev.tallyworks.plugin.Hooks;
import dev.tallyworks.removal.Leftovers;
import dev.tallyworks.rollup.RollupFold;
import dev.tallyworks.time.Granularity;
import java.time.Clock;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Removes what is older than it is to be kept: whole partitions of numbers, and raw events one by one.
 *
 * <pre>
 * partitions before an edge closed (version v) ──▶ fence, drain ──▶ no question reads them any more ──▶ drop
 * </pre>
 *
 * Batches of version v or later count nothing in what is closed. What an owner that was held up makes of it again is dropped
 * again. Two workers at once do the same work twice, and no harm.
 */
public final class Expiry implements Runnable {
    private static final Logger LOG = Logger.getLogger(Expiry.class);
    /** Raw events outlive their age by this, so that clocks that differ let none be posted again that has gone. */
    private static final Duration GRACE = Duration.ofMinutes(10);

    /** Closings in the time for which numbers are kept, at most. */
    private static final int CLOSINGS_PER_AGE = 24;

    private static final int STEP_EVENTS = 1_000;
    private static final int STEPS_A_PASS_MAX = 200;
    private static final int DROPS_A_PASS_MAX = 100;

    private final DefinitionLog definitions;
    private final Lanes lanes;
    private final Leftovers leftovers;
    private final Hooks hooks;
    private final Duration inUse;
    private final Clock clock;
    private final Map<String, Long> seenAtMillis = new HashMap<>();
    private final Set<String> complainedOf = new HashSet<>();

    /** @param inUse for how long closed partitions may still be read */
    public Expiry(
            DefinitionLog definitions, Lanes lanes, Leftovers leftovers, Hooks hooks, Duration inUse, Clock clock) {
        this.definitions = definitions;
        this.lanes = lanes;
        this.leftovers = leftovers;
        this.hooks = hooks;
        this.inUse = inUse;
        this.clock = clock;
    }

    /** One pass. Not to be run by two threads at once. */
    @Override
    public void run() {
        for (Aggregation aggregation : definitions.refresh().aggregations()) {
            close(aggregation);
        }
        Snapshot newest = definitions.refresh();
        Set<String> closed = new HashSet<>();
        for (Aggregation aggregation : newest.aggregations()) {
            if (aggregation.closedBeforeMillis() != Long.MIN_VALUE && isOneScheme(aggregation)) {
                List<String> partitions = closedPartitions(aggregation);
                closed.addAll(partitions);
                drop(aggregation, partitions, newest.version());
            }
        }
        seenAtMillis.keySet().retainAll(closed);
        int steps = STEPS_A_PASS_MAX;
        for (Source source : newest.sources()) {
            steps = expire(source, steps);
        }
    }

    /** Closes what is older, but not at every edge of a partition: each closing is a version of the definitions. */
    private void close(Aggregation aggregation) {
        Retention retention = aggregation.retention();
        if (retention == null || hasToStay(aggregation.id(), retention)) {
            return;
        }
        long step = Duration.ofDays(retention.hotDays()).toMillis() / CLOSINGS_PER_AGE;
        long horizon = Math.floorDiv(clock.millis(), step) * step
                - Duration.ofDays(retention.hotDays()).toMillis();
        if (aggregation.partitionStartMillis(horizon) <= aggregation.closedBeforeMillis()) {
            return;
        }
        definitions.change((newest, version) -> {
            Aggregation there = newest.aggregation(aggregation.id()).orElse(null);
            if (there == null || !retention.equals(there.retention())) {
                return new DefinitionLog.Decided<>(List.of(), version);
            }
            long edge = there.partitionStartMillis(horizon);
            List<Change> changes =
                    edge <= there.closedBeforeMillis() ? List.of() : List.of(Change.set(there.closedBefore(edge)));
            return new DefinitionLog.Decided<>(changes, version);
        });
    }

    /** Whether nobody could take the data before they are dropped. */
    private boolean hasToStay(String id, Retention retention) {
        if (retention.offloader() == null || hooks.hasOffloader(retention.offloader())) {
            return false;
        }
        if (complainedOf.add(id)) {
            LOG.warnf("%s keeps its data: there is no offloader '%s' to take them", id, retention.offloader());
        }
        return true;
    }

    /** Whether the numbers of partitions mean one and the same: not while there are generations of other widths or lengths. */
    private boolean isOneScheme(Aggregation aggregation) {
        Set<String> cleared = null;
        for (DefinitionLog.Superseded superseded : definitions.supersededGenerations()) {
            if (superseded.aggregation().id().equals(aggregation.id())) {
                cleared = cleared == null ? leftovers.cleared() : cleared;
                if (!cleared.contains(superseded.id())) {
                    return false;
                }
            }
        }
        return aggregation.generations().building() == null;
    }

    private List<String> closedPartitions(Aggregation aggregation) {
        List<Granularity> widths = new ArrayList<>(List.of(aggregation.granularity()));
        widths.addAll(aggregation.rollupTo());
        return leftovers.collections(aggregation.targetCollection()).stream()
                .filter(name -> widths.stream().anyMatch(width -> RollupFold.partition(aggregation, width)
                        .isBefore(name, aggregation.closedBeforeMillis())))
                .toList();
    }

    private void drop(Aggregation aggregation, List<String> partitions, long version) {
        if (partitions.isEmpty() || !lanes.isDrained(version)) {
            return;
        }
        long now = clock.millis();
        int left = DROPS_A_PASS_MAX;
        for (String partition : partitions) {
            boolean read = now < seenAtMillis.computeIfAbsent(partition, seen -> now) + inUse.toMillis();
            if (!read && left-- > 0 && offload(aggregation, partition) && isStillClosed(aggregation)) {
                leftovers.drop(partition);
            }
        }
    }

    /** @return whether all of it was taken, if somebody is to take it */
    private boolean offload(Aggregation aggregation, String partition) {
        String offloader =
                aggregation.retention() == null ? null : aggregation.retention().offloader();
        if (offloader == null) {
            return true;
        }
        try {
            Leftovers.Place at = null;
            do {
                at = leftovers.readRollups(
                        partition,
                        aggregation.id(),
                        at,
                        STEP_EVENTS,
                        rollups -> hooks.offloadRollups(offloader, aggregation.id(), partition, rollups));
            } while (at != null);
            return true;
        } catch (Unavailable away) {
            throw away;
        } catch (RuntimeException failed) {
            LOG.warnf(failed, "%s keeps %s: it was not offloaded", aggregation.id(), partition);
            return false;
        }
    }

    /** The target may be another's by now, if this process was held up. */
    private boolean isStillClosed(Aggregation aggregation) {
        @Nullable
        Aggregation there = definitions.refresh().aggregation(aggregation.id()).orElse(null);
        return there != null
                && there.meaning().equals(aggregation.meaning())
                && there.generations().building() == null;
    }

    /** @return how many steps are left */
    private int expire(Source source, int steps) {
        Retention retention = source.retention();
        if (retention == null || source.state() != Source.State.OPEN || hasToStay(source.id(), retention)) {
            return steps;
        }
        long before = clock.instant()
                .minus(retention.hotDays(), ChronoUnit.DAYS)
                .minus(GRACE)
                .toEpochMilli();
        String offloader = retention.offloader();
        Consumer<List<Event>> taking =
                offloader == null ? null : events -> hooks.offloadEvents(offloader, source.id(), events);
        int left = steps;
        boolean more = true;
        try {
            while (more && left > 0 && !isBeingRead(source)) {
                more = leftovers.removeExpired(source.id(), source.incarnation(), before, STEP_EVENTS, taking);
                left--;
            }
        } catch (Unavailable | OutcomeUnknown away) {
            throw away;
        } catch (RuntimeException failed) {
            LOG.warnf(failed, "%s keeps its events: they were not offloaded", source.id());
        }
        return left;
    }

    /** Whether a rebuild has still to read its events. */
    private boolean isBeingRead(Source source) {
        return definitions.refresh().aggregations().stream().anyMatch(aggregation -> {
            Aggregation built = aggregation.asBuilt();
            return built != null
                    && (built.filter().sources().isEmpty()
                            || built.filter().sources().contains(source.id()));
        });
    }
}
