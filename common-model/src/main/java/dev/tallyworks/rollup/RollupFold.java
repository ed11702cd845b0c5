package dev.tallyworks.rollup;

import dev.tallyworks.definition.Aggregation;
import dev.tallyworks.event.Event;
import dev.tallyworks.metric.EventMetrics;
import java.util.Collection;
import java.util.List;

/** Adds up a batch in memory, so that a hot series costs one update a batch. Folding is free of order. Not thread-safe. */
public final class RollupFold {
    /** Adds an event's numbers to the documents of an aggregation; must not fail half-way. */
    public void add(Event event, Aggregation aggregation, EventMetrics metrics) {
        throw new UnsupportedOperationException("being built");
    }

    public Collection<RollupDelta> deltas() {
        return List.of();
    }
}
