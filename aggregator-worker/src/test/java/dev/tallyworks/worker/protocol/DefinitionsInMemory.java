package dev.tallyworks.worker.protocol;

import dev.tallyworks.definition.Definitions;
import dev.tallyworks.definition.Snapshot;
import java.util.List;
import java.util.function.BooleanSupplier;

/**
 * What one process knows of a log of definitions that all share: {@code log.get(v)} is version v. The newest may be missed for
 * a while, as it can be where the primary changes.
 */
public final class DefinitionsInMemory implements Definitions {
    private final List<Snapshot> log;
    private final Turns turns;
    private final BooleanSupplier readsOld;
    private Snapshot known;

    public DefinitionsInMemory(List<Snapshot> log, Turns turns, BooleanSupplier readsOld) {
        this.log = log;
        this.turns = turns;
        this.readsOld = readsOld;
        this.known = log.get(0);
    }

    @Override
    public Snapshot known() {
        return known;
    }

    @Override
    public Snapshot refresh() {
        turns.read("read definitions");
        int newest = log.size() - (log.size() > 2 && readsOld.getAsBoolean() ? 2 : 1);
        if (newest > known.version()) {
            known = log.get(newest);
        }
        return known;
    }

    @Override
    public Snapshot asOf(long version) {
        if (version > known.version()) {
            throw new IllegalArgumentException("version " + version + " is not known yet");
        }
        return log.get((int) version);
    }
}
