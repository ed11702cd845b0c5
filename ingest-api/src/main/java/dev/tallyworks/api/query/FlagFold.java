package dev.tallyworks.api.query;

import dev.tallyworks.rollup.RollupNumbers;
import dev.tallyworks.rollup.StoredRollup;
import java.util.Map;
import java.util.TreeMap;

/** Collects the values of a boolean field over time, bucket by bucket, at most {@value #BUCKET_MAX} of each. */
final class FlagFold implements Merge.Fold<FlagFold> {
    /** Values of a storage bucket in an answer. */
    static final int BUCKET_MAX = 1_000;

    private final String field;
    private final TreeMap<Long, RollupNumbers.OfFlag> buckets = new TreeMap<>();

    /** Takes a value at its timestamp, epoch milliseconds. */
    @FunctionalInterface
    interface Values {
        void accept(long timestampMillis, boolean value);
    }

    FlagFold(String field) {
        this.field = field;
    }

    @Override
    public int sizeOf(StoredRollup rollup) {
        RollupNumbers.OfFlag flag = rollup.numbers().flags().get(field);
        return flag == null ? 0 : (int) Math.min(BUCKET_MAX, count(flag));
    }

    @Override
    public void add(StoredRollup rollup) {
        RollupNumbers.OfFlag flag = rollup.numbers().flags().get(field);
        if (flag != null) {
            buckets.computeIfAbsent(rollup.bucketMillis(), bucket -> new RollupNumbers.OfFlag())
                    .add(flag);
        }
    }

    @Override
    public void add(FlagFold other) {
        other.buckets.forEach((bucket, flag) -> buckets.computeIfAbsent(bucket, start -> new RollupNumbers.OfFlag())
                .add(flag));
    }

    @Override
    public int size() {
        return buckets.values().stream()
                .mapToInt(flag -> (int) Math.min(BUCKET_MAX, count(flag)))
                .sum();
    }

    private static long count(RollupNumbers.OfFlag flag) {
        return flag.values().values().stream()
                .mapToLong(at -> at.trues() + at.falses())
                .sum();
    }

    /** Whether there were more than are given. */
    boolean truncated() {
        return buckets.values().stream().anyMatch(flag -> flag.truncated() || count(flag) > BUCKET_MAX);
    }

    /**
     * Gives the earliest of each bucket, in the order of time; false before true. Buckets of aggregations with different storage
     * widths overlap.
     */
    void values(Values to) {
        RollupNumbers.OfFlag given = new RollupNumbers.OfFlag();
        buckets.values().forEach(flag -> {
            long left = BUCKET_MAX;
            for (Map.Entry<Long, RollupNumbers.OfInstant> kept : flag.values().entrySet()) {
                long falses = Math.min(kept.getValue().falses(), left);
                long trues = Math.min(kept.getValue().trues(), left - falses);
                left -= falses + trues;
                given.addValues(kept.getKey(), false, falses);
                given.addValues(kept.getKey(), true, trues);
            }
        });
        given.values().forEach((timestamp, at) -> {
            give(to, timestamp, false, at.falses());
            give(to, timestamp, true, at.trues());
        });
    }

    private static void give(Values to, long timestampMillis, boolean value, long times) {
        for (long i = times; i > 0; i--) {
            to.accept(timestampMillis, value);
        }
    }
}
