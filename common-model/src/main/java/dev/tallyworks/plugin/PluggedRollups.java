package dev.tallyworks.plugin;

import dev.tallyworks.rollup.RollupDelta;
import dev.tallyworks.rollup.Rollups;
import java.util.Collection;

/** Tells plugins of numbers that were written. */
public final class PluggedRollups implements Rollups {
    private final Rollups rollups;
    private final Hooks hooks;

    public PluggedRollups(Rollups rollups, Hooks hooks) {
        this.rollups = rollups;
        this.hooks = hooks;
    }

    @Override
    public void apply(String lane, long seq, Collection<RollupDelta> deltas) {
        rollups.apply(lane, seq, deltas);
        hooks.afterMetricsWritten(deltas);
    }
}
