package dev.tallyworks.api.query;

import dev.tallyworks.rollup.RollupNumbers;
import dev.tallyworks.rollup.StoredRollup;
import java.util.Map;
import java.util.TreeMap;

/** Adds up what the rollups of one unit of time say, by event type: one row of an answer. */
final class TypedFold implements Merge.Fold<TypedFold> {
    private final Map<String, RollupNumbers> byType = new TreeMap<>();

    @Override
    public int sizeOf(StoredRollup rollup) {
        return 1;
    }

    @Override
    public void add(StoredRollup rollup) {
        byType.computeIfAbsent(rollup.eventType(), type -> new RollupNumbers()).add(rollup.numbers());
    }

    @Override
    public void add(TypedFold other) {
        other.byType.forEach((type, numbers) ->
                byType.computeIfAbsent(type, name -> new RollupNumbers()).add(numbers));
    }

    @Override
    public int size() {
        return 1;
    }

    /** By event type. */
    Map<String, RollupNumbers> byType() {
        return byType;
    }

    /** Of all event types together. */
    RollupNumbers total() {
        RollupNumbers total = new RollupNumbers();
        byType.values().forEach(total::add);
        return total;
    }
}
