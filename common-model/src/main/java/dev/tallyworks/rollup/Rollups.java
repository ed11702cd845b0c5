package dev.tallyworks.rollup;

import java.util.Collection;

/** The stored numbers, as the lanes write them. Failures as in {@link dev.tallyworks.event.RawEvents}. */
public interface Rollups {
    /**
     * Applies a sealed batch: adds each delta to its document exactly once, however often this is called with the same lane,
     * seq and deltas, also by two owners at once or after an unknown outcome. The document remembers the seq per lane.
     *
     * @param seq above every seq that this lane applied before
     * @param deltas at most one for each document
     */
    void apply(String lane, long seq, Collection<RollupDelta> deltas);
}
