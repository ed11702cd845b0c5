package dev.tallyworks.metadata;

import dev.tallyworks.rollup.RollupDelta;
import dev.tallyworks.rollup.Rollups;
import java.util.Collection;

/** Notes names and bounds of rollups before they are applied. */
public final class NotedRollups implements Rollups {
    private final Rollups rollups;
    private final MetadataNotes notes;

    public NotedRollups(Rollups rollups, MetadataNotes notes) {
        this.rollups = rollups;
        this.notes = notes;
    }

    @Override
    public void apply(String lane, long seq, Collection<RollupDelta> deltas) {
        notes.rollups(deltas);
        rollups.apply(lane, seq, deltas);
    }
}
