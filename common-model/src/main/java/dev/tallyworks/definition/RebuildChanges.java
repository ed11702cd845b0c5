package dev.tallyworks.definition;

import dev.tallyworks.time.TimeRange;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What begins and ends a rebuild in the log of definitions; to be committed by {@link DefinitionLog#change}. */
public final class RebuildChanges {
    private RebuildChanges() {}

    /**
     * What is to be built of an aggregation.
     *
     * @param range of whole buckets of all its widths
     * @param meaning what the new numbers mean
     */
    public record Target(Aggregation aggregation, TimeRange range, Aggregation.Meaning meaning) {}

    /**
     * @param targets of which nothing is being built yet
     * @param version that the changes will have: batches from it on feed what is built
     */
    public static List<Change> begin(Rebuild rebuild, List<Target> targets, long version, Instant now) {
        List<Change> changes = new ArrayList<>(List.of(Change.set(rebuild)));
        for (Target target : targets) {
            Generations generations = target.aggregation.generations();
            Generation next = new Generation(generations.last() + 1, version, now);
            changes.add(Change.set(target.aggregation.with(generations.begun(
                    new Generations.Building(next, target.range, target.meaning, rebuild.id(), rebuild.backfill())))));
        }
        return changes;
    }

    /** The built numbers come into force. Nothing where the rebuild is over, or all its aggregations are gone. */
    public static List<Change> finish(Snapshot newest, String rebuild, Instant now) {
        Rebuild there = newest.rebuild(rebuild).orElse(null);
        if (there == null || there.state() != Rebuild.State.RUNNING) {
            return List.of();
        }
        List<Aggregation> built = there.builds(newest);
        if (built.isEmpty()) {
            return stop(newest, rebuild, Rebuild.State.CANCELLED, null, now);
        }
        List<Change> changes = new ArrayList<>(List.of(Change.set(there.ended(Rebuild.State.DONE, null, now))));
        built.forEach(aggregation -> changes.add(Change.set(aggregation.switched(now))));
        return changes;
    }

    /**
     * What was being built is abandoned. Nothing where the rebuild is over.
     *
     * @param how cancelled or failed
     * @param error why it failed
     */
    public static List<Change> stop(
            Snapshot newest, String rebuild, Rebuild.State how, @Nullable String error, Instant now) {
        Rebuild there = newest.rebuild(rebuild).orElse(null);
        if (there == null || there.state() != Rebuild.State.RUNNING) {
            return List.of();
        }
        List<Change> changes = new ArrayList<>(List.of(Change.set(there.ended(how, error, now))));
        there.builds(newest)
                .forEach(aggregation -> changes.add(
                        Change.set(aggregation.with(aggregation.generations().abandoned()))));
        return changes;
    }
}
