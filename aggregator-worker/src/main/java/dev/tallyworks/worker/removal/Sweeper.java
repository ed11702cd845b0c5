package dev.tallyworks.worker.removal;

import dev.tallyworks.definition.Aggregation;
import dev.tallyworks.definition.DefinitionLog;
import dev.tallyworks.definition.Snapshot;
import dev.tallyworks.definition.Source;
import dev.tallyworks.lane.Lanes;
import dev.tallyworks.removal.Gone;
import dev.tallyworks.removal.Leftovers;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Removes the events and numbers of sources that are being purged, and the numbers of aggregations that were deleted, or that
 * rebuilds put out of force, in bounded steps. Two at once do the same work twice, and no harm.
 *
 * <pre>
 * purge begins (version v) ──▶ fence v, drain ──▶ remove numbers and events ──▶ definitions without the source
 * </pre>
 *
 * Batches of version v or later count nothing of the source, so once every lane demands v and none holds an older batch,
 * nobody writes its numbers any more but an owner that was held up. What such a one leaves is of no incarnation in force, and
 * answers pass over it.
 */
public final class Sweeper {
    private static final Logger LOG = Logger.getLogger(Sweeper.class);
    /** Commits that were under way when the purge began are over by then; one that comes later leaves a stray event. */
    private static final Duration COMMITS_OVER = Duration.ofSeconds(3);

    private static final int STEP_DOCUMENTS = 1_000;
    private static final int STEPS_A_PASS_MAX = 100;

    private final DefinitionLog definitions;
    private final Lanes lanes;
    private final Leftovers leftovers;
    private final Duration inUse;
    private final Clock clock;
    private final Map<String, Long> seenAtMillis = new HashMap<>();
    private final Map<Gone, Progress> under = new HashMap<>();
    private final Set<String> cleared = new HashSet<>();
    private int steps;

    /** How far this process has come with one that is gone. */
    private static final class Progress {
        /** No batch of an older version is to be under way. */
        private final long version;

        private final Deque<String> targets = new ArrayDeque<>();
        private Leftovers.@Nullable Place place;

        Progress(long version) {
            this.version = version;
        }
    }

    /** @param inUse for how long numbers that a rebuild put out of force may still be read */
    public Sweeper(DefinitionLog definitions, Lanes lanes, Leftovers leftovers, Duration inUse, Clock clock) {
        this.inUse = inUse;
        this.definitions = definitions;
        this.lanes = lanes;
        this.leftovers = leftovers;
        this.clock = clock;
    }

    /** One pass. Not to be run by two threads at once. */
    public void run() {
        steps = 0;
        Snapshot newest = definitions.refresh();
        for (Source source : newest.sources()) {
            if (source.state() == Source.State.PURGING
                    && source.updatedAt().plus(COMMITS_OVER).isBefore(clock.instant())) {
                purge(source, newest);
            }
        }
        for (DefinitionLog.Removed removed : definitions.removedAggregations()) {
            if (!cleared.contains(removed.aggregation().id())) {
                clear(removed);
            }
        }
        for (DefinitionLog.Superseded superseded : definitions.supersededGenerations()) {
            if (!cleared.contains(superseded.id())) {
                clear(superseded, newest);
            }
        }
    }

    private void purge(Source source, Snapshot newest) {
        Gone.OfSource gone = new Gone.OfSource(source.id(), source.incarnation());
        Progress progress = under.get(gone);
        if (progress == null) {
            progress = new Progress(newest.version());
            for (Aggregation aggregation : newest.aggregations()) {
                if (aggregation.filter().sources().isEmpty()
                        || aggregation.filter().sources().contains(source.id())) {
                    progress.targets.add(aggregation.targetCollection());
                }
            }
            under.put(gone, progress);
        }
        if (!lanes.isDrained(progress.version) || !removeRollups(gone, progress) || !removeEvents(gone)) {
            return; // the next pass goes on
        }
        leftovers.removeMetadata(gone);
        definitions.change((last, version) -> new DefinitionLog.Decided<>(
                DefinitionLog.removalOf(last, gone.id(), gone.incarnation(), clock.instant()), gone));
        under.remove(gone);
        LOG.infof("source %s is purged", gone.id());
    }

    private boolean removeEvents(Gone.OfSource gone) {
        while (mayGoOn()) {
            if (!leftovers.removeEvents(gone.id(), gone.incarnation(), STEP_DOCUMENTS)) {
                return true;
            }
        }
        return false;
    }

    private void clear(DefinitionLog.Removed removed) {
        String id = removed.aggregation().id();
        boolean building = removed.aggregation().generations().building() != null;
        clear(id, new Gone.OfAggregation(id), removed.aggregation(), removed.version(), building);
    }

    private void clear(DefinitionLog.Superseded superseded, Snapshot newest) {
        String aggregation = superseded.aggregation().id();
        int generation = superseded.numbers().generation();
        boolean inForceElsewhere = newest.generations().stream()
                .anyMatch(one -> one.id().equals(aggregation) && one.generation() == generation);
        Gone gone = new Gone.OfGeneration(
                aggregation, generation, superseded.numbers().range(), !inForceElsewhere);
        clear(superseded.id(), gone, superseded.aggregation(), superseded.version(), true);
    }

    /** @param wait whether somebody may still read the numbers, or write some outside of any lane */
    private void clear(String id, Gone gone, Aggregation aggregation, long version, boolean wait) {
        if (wait && clock.millis() < seenAtMillis.computeIfAbsent(id, seen -> clock.millis()) + inUse.toMillis()) {
            return;
        }
        Progress progress = under.get(gone);
        if (progress == null) {
            cleared.addAll(leftovers.cleared());
            if (cleared.contains(id)) {
                seenAtMillis.remove(id);
                return;
            }
            progress = new Progress(version);
            progress.targets.add(aggregation.targetCollection());
            under.put(gone, progress);
        }
        if (lanes.isDrained(progress.version) && removeRollups(gone, progress)) {
            leftovers.removeMetadata(gone);
            leftovers.clear(id);
            cleared.add(id);
            under.remove(gone);
            seenAtMillis.remove(id);
        }
    }

    /** Whether all targets were read to their ends. */
    private boolean removeRollups(Gone gone, Progress progress) {
        while (!progress.targets.isEmpty()) {
            if (!mayGoOn()) {
                return false;
            }
            String target = progress.targets.element();
            progress.place = leftovers.removeRollups(target, gone, progress.place, STEP_DOCUMENTS);
            if (progress.place == null) {
                progress.targets.remove();
            }
        }
        return true;
    }

    private boolean mayGoOn() {
        return steps++ < STEPS_A_PASS_MAX;
    }
}
