package dev.tallyworks.definition;

import dev.tallyworks.time.TimeRange;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Makes a new generation of the numbers of aggregations from the raw events. It begins and ends by versions of the definitions,
 * so that every batch knows which generations it feeds: the version that begins it adds a {@link Generations.Building} to each
 * of its aggregations, the one that ends it puts these in force, or takes them away.
 *
 * @param aggregations their ids
 * @param timeRange as it was asked for; null for all time
 * @param backfill whether it fills a new aggregation with what came before it
 * @param error why it failed
 */
public record Rebuild(
        String id,
        String report,
        List<String> aggregations,
        @Nullable TimeRange timeRange,
        boolean backfill,
        State state,
        @Nullable String error,
        Instant createdAt,
        Instant updatedAt)
        implements Definition {
    public enum State {
        RUNNING,
        DONE,
        CANCELLED,
        FAILED
    }

    /** @param why it failed, else null */
    public Rebuild ended(State how, @Nullable String why, Instant now) {
        return new Rebuild(id, report, aggregations, timeRange, backfill, how, why, createdAt, now);
    }

    /** The aggregations of which it is building numbers. */
    public List<Aggregation> builds(Snapshot definitions) {
        return aggregations.stream()
                .flatMap(one -> definitions.aggregation(one).stream())
                .filter(this::isBuilding)
                .toList();
    }

    private boolean isBuilding(Aggregation aggregation) {
        Generations.Building building = aggregation.generations().building();
        return building != null && building.rebuild().equals(id);
    }
}
