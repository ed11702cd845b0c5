package dev.tallyworks.worker.rebuild;

import dev.tallyworks.definition.Aggregation;
import dev.tallyworks.definition.Change;
import dev.tallyworks.definition.DefinitionLog;
import dev.tallyworks.definition.Generations;
import dev.tallyworks.definition.Rebuild;
import dev.tallyworks.definition.RebuildChanges;
import dev.tallyworks.definition.Snapshot;
import dev.tallyworks.event.DoneEvents;
import dev.tallyworks.event.Event;
import dev.tallyworks.metric.MetricGenerator;
import dev.tallyworks.rebuild.Progress;
import dev.tallyworks.rollup.RollupDelta;
import dev.tallyworks.rollup.RollupFold;
import dev.tallyworks.worker.batch.OwnedLane;
import java.time.Clock;
import java.util.List;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * One worker's work at one rebuild, from wherever it was left. Batches of the version that began it, or later, feed what is built
 * by themselves; so once no older batch is under way, what is left to read are the events of older batches, and no others.
 *
 * <pre>
 * fence, drain ──▶ count ──▶ windows: write down, apply, end ──▶ switch
 * </pre>
 */
final class RebuildRun {
    private static final Logger LOG = Logger.getLogger(RebuildRun.class);
    /** The name under which its numbers are applied: a generation is built by one rebuild. */
    static final String LANE = "rebuild";

    private static final long DRAIN_PAUSE_MILLIS = 100;
    private static final int COUNTED_AT_ONCE = 50_000;
    private static final int APPLIED_AT_ONCE = 1_000;

    private final Rebuilder.Stores stores;
    private final MetricGenerator generator;
    private final RebuildLimits limits;
    private final OwnedLane.Pauses pauses;
    private final Clock clock;
    private final Rebuild rebuild;
    private final RebuildLease lease;
    private boolean drained;

    RebuildRun(
            Rebuilder.Stores stores,
            MetricGenerator generator,
            RebuildLimits limits,
            OwnedLane.Pauses pauses,
            Clock clock,
            Rebuild rebuild,
            RebuildLease lease) {
        this.stores = stores;
        this.generator = generator;
        this.limits = limits;
        this.pauses = pauses;
        this.clock = clock;
        this.rebuild = rebuild;
        this.lease = lease;
    }

    /** Goes on until the rebuild is over, or the process is to end. */
    void run() throws LeaseLost {
        lease.write(lease.progress().begun(clock.millis()));
        while (!pauses.stopping()) {
            Snapshot newest = stores.definitions().refresh();
            Rebuild there = newest.rebuild(rebuild.id()).orElse(rebuild);
            List<Aggregation> built = there.builds(newest);
            if (there.state() != Rebuild.State.RUNNING || built.isEmpty()) {
                finish(); // cancelled, or its aggregations are gone
                return;
            }
            long version = SourceReading.building(built.get(0)).generation().version();
            drained = drained || stores.lanes().isDrained(version);
            if (!drained) {
                pauses.pause(DRAIN_PAUSE_MILLIS);
                lease.keep();
                continue;
            }
            SourceReading reading =
                    SourceReading.of(built, version, stores.definitions().asOf(version), newest);
            if (lease.progress().total() == null) {
                count(reading);
            } else if (!window(reading, built)) {
                finish();
                return;
            }
        }
    }

    private void count(SourceReading reading) throws LeaseLost {
        long total = 0;
        for (DoneEvents.Selected source : reading.sources()) {
            DoneEvents.@Nullable Position after = null;
            do {
                DoneEvents.Position end = stores.events().end(source, after, COUNTED_AT_ONCE);
                total += stores.events().count(source, after, end);
                after = end;
                lease.keep();
                if (pauses.stopping()) {
                    return;
                }
            } while (after != null);
        }
        lease.write(lease.progress().counted(total));
    }

    /** @return whether there was one */
    private boolean window(SourceReading reading, List<Aggregation> built) throws LeaseLost {
        Progress.Window open = lease.progress().window();
        if (open != null) {
            DoneEvents.Selected source = reading.source(open.source()).orElse(null);
            // Of a source that is gone nothing counts any more.
            apply(
                    source == null
                            ? List.of()
                            : stores.events()
                                    .read(source, open.after(), open.upTo(), Long.MAX_VALUE)
                                    .events(),
                    built);
            return true;
        }
        Progress.Place place = lease.progress().place();
        DoneEvents.Selected source = reading.next(place).orElse(null);
        if (source == null) {
            return false;
        }
        DoneEvents.Position after = place != null && place.source().equals(source.source()) ? place.after() : null;
        DoneEvents.Position upTo = stores.events().end(source, after, limits.windowEventsMax());
        DoneEvents.Stretch stretch = stores.events().read(source, after, upTo, limits.windowBytesMax());
        if (!stretch.whole()) {
            Event last = stretch.events().get(stretch.events().size() - 1);
            upTo = new DoneEvents.Position(last.timestampMillis(), last.ref().uuid());
        }
        lease.write(lease.progress().opened(new Progress.Window(source.source(), after, upTo)));
        apply(stretch.events(), built);
        return true;
    }

    private void apply(List<Event> events, List<Aggregation> built) throws LeaseLost {
        RollupFold fold = new RollupFold();
        for (Event event : events) {
            for (Aggregation aggregation : built) {
                Aggregation made = aggregation.asBuilt();
                Generations.Building building = SourceReading.building(aggregation);
                if (made != null
                        && made.feedsOn(event.ref().source(), event.type())
                        && event.timestampMillis() >= made.closedBeforeMillis()
                        && building.covers(event.timestampMillis())) {
                    fold.add(event, made, generator.generate(event, made));
                }
            }
        }
        List<RollupDelta> deltas = fold.deltasOfAllLevels();
        for (int from = 0; from < deltas.size(); from += APPLIED_AT_ONCE) {
            stores.rollups()
                    .apply(
                            LANE,
                            lease.progress().seq(),
                            deltas.subList(from, Math.min(deltas.size(), from + APPLIED_AT_ONCE)));
            lease.keep();
        }
        lease.write(lease.progress().closed(events.size()));
        stores.meter().read(events.size());
    }

    private void finish() {
        List<Change> changes = stores.definitions()
                .<List<Change>>change((newest, version) -> {
                    List<Change> made = RebuildChanges.finish(newest, rebuild.id(), clock.instant());
                    return new DefinitionLog.Decided<>(made, made);
                })
                .result();
        for (Change change : changes) {
            if (change.definition() instanceof Rebuild ended) {
                stores.meter().ended(ended.state());
                LOG.infof(
                        "rebuild %s is %s, after %d events",
                        ended.id(), ended.state(), lease.progress().done());
            }
        }
    }
}
