package dev.tallyworks.api.query;

import dev.tallyworks.metric.Leaf;
import dev.tallyworks.metric.StoredName;
import dev.tallyworks.rollup.RollupNumbers;
import dev.tallyworks.rollup.StoredRollup;
import java.util.HashMap;
import java.util.Map;
import java.util.SortedMap;
import java.util.function.BiConsumer;

/** Adds up the leaves of a range. */
final class LeafFold implements Merge.Fold<LeafFold> {
    private final Map<String, RollupNumbers.OfValue> leaves = new HashMap<>();

    @Override
    public int sizeOf(StoredRollup rollup) {
        return 1;
    }

    @Override
    public void add(StoredRollup rollup) {
        rollup.numbers().leaves().forEach(this::add);
    }

    @Override
    public void add(LeafFold other) {
        other.leaves.forEach(this::add);
    }

    private void add(String leaf, RollupNumbers.OfValue stats) {
        leaves.computeIfAbsent(leaf, name -> new RollupNumbers.OfValue()).add(stats);
    }

    /** How many rows are made of it is known later. */
    @Override
    public int size() {
        return 1;
    }

    /** Gives each leaf's value by field with its numbers. */
    void leaves(BiConsumer<SortedMap<String, String>, RollupNumbers.OfValue> to) {
        leaves.forEach((leaf, stats) -> to.accept(Leaf.parse(leaf), stats));
    }

    /** How many events' values are not known any more. */
    long truncated() {
        long[] truncated = {0};
        leaves.forEach((leaf, stats) -> {
            if (leaf.equals(StoredName.OTHER) || Leaf.parse(leaf).containsValue(StoredName.OTHER)) {
                truncated[0] += stats.count();
            }
        });
        return truncated[0];
    }
}
