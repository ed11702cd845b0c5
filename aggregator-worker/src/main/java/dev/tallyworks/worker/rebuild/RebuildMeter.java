package dev.tallyworks.worker.rebuild;

import dev.tallyworks.definition.Rebuild;

/** Hears of what this worker does for rebuilds. */
public interface RebuildMeter {
    /** A window has ended. */
    void read(long events);

    /** A rebuild has ended here. */
    void ended(Rebuild.State how);

    /** An attempt has failed, for another reason than a store that is away. */
    void failed();

    /** Keeps it to itself. */
    RebuildMeter NONE = new RebuildMeter() {
        @Override
        public void read(long events) {}

        @Override
        public void ended(Rebuild.State how) {}

        @Override
        public void failed() {}
    };
}
