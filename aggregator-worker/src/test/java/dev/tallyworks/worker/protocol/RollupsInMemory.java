package dev.tallyworks.worker.protocol;

import dev.tallyworks.rollup.RollupDelta;
import dev.tallyworks.rollup.Rollups;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** Rollups as the port says. Each event has a numeric field of its own, so that a document tells which events it contains. */
public final class RollupsInMemory implements Rollups {
    private static final class Document {
        final Map<String, Long> counts = new TreeMap<>();
        final Map<String, Long> applied = new HashMap<>();
    }

    private final Map<RollupDelta.Target, Document> documents = new LinkedHashMap<>();
    private final Set<Clause> missing;
    private final Turns turns;

    public RollupsInMemory(Turns turns, Set<Clause> missing) {
        this.turns = turns;
        this.missing = missing;
    }

    @Override
    public void apply(String lane, long seq, Collection<RollupDelta> deltas) {
        turns.each("apply " + lane + " batch " + seq, deltas, delta -> {
            Document document = documents.computeIfAbsent(delta.target(), target -> new Document());
            if (document.applied.getOrDefault(lane, 0L) < seq || missing.contains(Clause.APPLY_APPLIED)) {
                document.applied.put(lane, seq);
                delta.numbers().forEach((field, stats) -> document.counts.merge(field, stats.count(), Long::sum));
                turns.changed();
            }
        });
    }

    /** How often each document contains each event. */
    Map<RollupDelta.Target, Map<String, Long>> counts() {
        Map<RollupDelta.Target, Map<String, Long>> counts = new LinkedHashMap<>();
        documents.forEach((target, document) -> counts.put(target, document.counts));
        return counts;
    }
}
