package dev.tallyworks.realtime;

import dev.tallyworks.rollup.RollupDelta;
import dev.tallyworks.rollup.Rollups;
import java.util.Collection;

/** Tells of which sources numbers were applied. */
public final class AnnouncedRollups implements Rollups {
    private final Rollups rollups;
    private final Changes changes;

    public AnnouncedRollups(Rollups rollups, Changes changes) {
        this.rollups = rollups;
        this.changes = changes;
    }

    @Override
    public void apply(String lane, long seq, Collection<RollupDelta> deltas) {
        rollups.apply(lane, seq, deltas);
        deltas.forEach(delta -> changes.of(delta.target().source()));
    }
}
