package dev.tallyworks.api.rebuild;

import dev.tallyworks.api.http.Problem;
import dev.tallyworks.definition.Aggregation;
import dev.tallyworks.definition.Generations;
import dev.tallyworks.definition.Rebuild;
import dev.tallyworks.definition.RebuildChanges;
import dev.tallyworks.definition.Snapshot;
import dev.tallyworks.metadata.Metadata;
import dev.tallyworks.rebuild.Horizon;
import dev.tallyworks.time.TimeRange;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Decides what a rebuild can make anew: numbers behind the {@link Horizon}. Older ones stay as they are. */
public final class RebuildTargets {
    private final Metadata metadata;

    public RebuildTargets(Metadata metadata) {
        this.metadata = metadata;
    }

    /**
     * @param meaning of the new numbers
     * @param asked null for all time
     * @throws Problem where one is being rebuilt already, or the raw events that it takes have expired
     */
    public RebuildChanges.Target target(
            Snapshot newest,
            Aggregation aggregation,
            Aggregation.Meaning meaning,
            @Nullable TimeRange asked,
            Instant now) {
        Generations.Building building = aggregation.generations().building();
        if (building != null) {
            throw Problem.conflict("The aggregation '" + aggregation.id() + "' is being rebuilt already, by '"
                    + building.rebuild() + "': wait for it, or cancel it.");
        }
        long kept = keptFromMillis(newest, aggregation, meaning, now);
        if (kept != Long.MIN_VALUE && !meaning.equals(aggregation.meaning())) {
            throw Problem.conflict("The aggregation '" + aggregation.id()
                    + "' has numbers whose raw events have expired: they can't be made anew with another meaning."
                    + " Define another aggregation beside it.");
        }
        TimeRange whole = asked == null ? Generations.ALWAYS : meaning.widen(asked);
        if (whole.endMillis() <= Math.max(kept, aggregation.closedBeforeMillis())) {
            throw Problem.conflict("The raw events or the numbers of this range have expired: it can't be rebuilt.");
        }
        TimeRange range = new TimeRange(Math.max(kept, whole.startMillis()), whole.endMillis());
        checkPieces(aggregation, meaning, range);
        return new RebuildChanges.Target(aggregation, range, meaning);
    }

    /** What a new aggregation is filled with: no bucket of which some events may have expired. */
    public static RebuildChanges.Target backfill(Snapshot newest, Aggregation made, Instant now) {
        TimeRange range = Horizon.whole(newest, made.meaning(), now);
        return new RebuildChanges.Target(made, range, made.meaning());
    }

    private static void checkPieces(Aggregation aggregation, Aggregation.Meaning meaning, TimeRange range) {
        Generations.Building made =
                new Generations.Building(aggregation.generations().newest(), range, meaning, "", false);
        if (aggregation.generations().begun(made).switched().eras().size() > Generations.ERAS_MAX) {
            throw Problem.conflict("The aggregation '" + aggregation.id()
                    + "' has been rebuilt in too many pieces: rebuild all of it, without a 'timeRange'.");
        }
    }

    /** From which instant on all raw events are kept; the smallest one where no number is older. */
    private long keptFromMillis(Snapshot newest, Aggregation aggregation, Aggregation.Meaning meaning, Instant now) {
        return firstMillis(aggregation) >= Horizon.millis(newest, meaning, now)
                ? Long.MIN_VALUE
                : Horizon.whole(newest, meaning, now).startMillis();
    }

    private long firstMillis(Aggregation aggregation) {
        long first = Long.MAX_VALUE;
        for (int generation : aggregation.generations().numbersInForce()) {
            for (var facts :
                    metadata.ofAggregation(aggregation.id(), generation).values()) {
                first = Math.min(first, facts.firstMillis());
            }
        }
        return first;
    }

    /** One that begins now. */
    public static Rebuild rebuild(
            String id,
            String report,
            List<String> aggregations,
            @Nullable TimeRange asked,
            boolean backfill,
            Instant now) {
        return new Rebuild(id, report, aggregations, asked, backfill, Rebuild.State.RUNNING, null, now, now);
    }
}
