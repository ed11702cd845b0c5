package dev.tallyworks.worker.protocol;

import dev.tallyworks.definition.Aggregation;
import dev.tallyworks.definition.Change;
import dev.tallyworks.definition.Definition;
import dev.tallyworks.definition.DefinitionLog;
import dev.tallyworks.definition.Rebuild;
import dev.tallyworks.definition.Report;
import dev.tallyworks.definition.Snapshot;
import dev.tallyworks.definition.Source;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;

/**
 * What one process knows of a log of definitions that all share: {@code log.get(v)} is version v. The newest may be missed for
 * a while, as it can be where the primary changes.
 */
public class DefinitionsInMemory implements DefinitionLog {
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

    @Override
    public <T> Committed<T> change(Decision<T> decision) {
        while (true) {
            turns.read("read all definitions");
            Snapshot newest = log.get(log.size() - 1);
            long version = newest.version() + 1;
            Decided<T> decided = decision.decide(newest, version);
            if (decided.changes().isEmpty()) {
                return new Committed<>(newest, decided.result());
            }
            Snapshot next = next(newest, version, decided.changes());
            boolean first = turns.change("commit version " + version, () -> {
                if (log.size() != version) {
                    return false;
                }
                turns.changed();
                return log.add(next);
            });
            if (first) {
                known = next;
                return new Committed<>(next, decided.result());
            }
        }
    }

    static Snapshot next(Snapshot newest, long version, List<Change> changes) {
        Map<String, Source> sources = new HashMap<>();
        newest.sources().forEach(source -> sources.put(source.id(), source));
        Map<String, Report> reports = new HashMap<>();
        newest.reports().forEach(report -> reports.put(report.id(), report));
        Map<String, Aggregation> aggregations = new HashMap<>();
        newest.aggregations().forEach(aggregation -> aggregations.put(aggregation.id(), aggregation));
        Map<String, Rebuild> rebuilds = new HashMap<>();
        newest.rebuilds().forEach(rebuild -> rebuilds.put(rebuild.id(), rebuild));
        for (Change change : changes) {
            Definition made = change.definition();
            if (made instanceof Aggregation aggregation) {
                aggregations.put(change.id(), aggregation);
            } else if (made instanceof Rebuild rebuild) {
                rebuilds.put(change.id(), rebuild);
            } else {
                throw new IllegalArgumentException("no run changes this: " + change);
            }
        }
        return new Snapshot(version, sources, reports, aggregations, rebuilds);
    }

    @Override
    public List<Removed> removedAggregations() {
        return List.of();
    }

    @Override
    public List<RemovedSource> removedSources() {
        return List.of();
    }

    @Override
    public List<Superseded> supersededGenerations() {
        return List.of();
    }
}
