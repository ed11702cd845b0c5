package dev.tallyworks.rollup;

import dev.tallyworks.metric.EventMetrics;
import dev.tallyworks.metric.ExactSum;
import dev.tallyworks.metric.Leaf;
import dev.tallyworks.metric.PercentileSketch;
import dev.tallyworks.metric.StoredName;
import dev.tallyworks.metric.UniqueSketch;
import java.math.BigDecimal;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What a batch adds to one rollup document, folded. Names and values are as clients gave them, not escaped. */
public final class RollupDelta {
    /**
     * Which document it is.
     *
     * @param collection the partition
     * @param bucketMillis the bucket's start, epoch milliseconds
     * @param valuesMax distinct values kept of a field
     * @param leavesMax distinct tuples of values kept
     */
    public record Target(
            String collection,
            SeriesKey series,
            long bucketMillis,
            String source,
            long incarnation,
            String eventType,
            int valuesMax,
            int leavesMax) {
        byte[] computeId() {
            return SeriesKey.id(series.prefix(), bucketMillis, SeriesKey.originHash(source, incarnation, eventType));
        }
    }

    /** COUNT, SUM, MIN and MAX of one field. */
    public static final class NumberStats {
        private long count;
        private final ExactSum sum = new ExactSum();
        private BigDecimal min;
        private BigDecimal max;

        private NumberStats(BigDecimal first) {
            this.min = first;
            this.max = first;
        }

        private void add(BigDecimal value) {
            count++;
            sum.add(value);
            if (value.compareTo(min) < 0) {
                min = value;
            }
            if (value.compareTo(max) > 0) {
                max = value;
            }
        }

        private void add(NumberStats other) {
            count += other.count;
            sum.add(other.sum);
            min = min.min(other.min);
            max = max.max(other.max);
        }

        public long count() {
            return count;
        }

        public ExactSum sum() {
            return sum;
        }

        public BigDecimal min() {
            return min;
        }

        public BigDecimal max() {
            return max;
        }
    }

    /** One categorical field's value, or a leaf: how often, and the sum of each numeric field beside it. */
    public static final class CategoryStats {
        private long count;
        private final Map<String, ExactSum> sums = new HashMap<>(4);

        public long count() {
            return count;
        }

        /** COMPOUND_SUM, by numeric field. */
        public Map<String, ExactSum> sums() {
            return sums;
        }

        private void add(List<EventMetrics.Numeric> numbers) {
            count++;
            for (EventMetrics.Numeric number : numbers) {
                sums.computeIfAbsent(number.field(), field -> new ExactSum()).add(number.value());
            }
        }

        private void add(CategoryStats other, Names names) {
            count += other.count;
            other.sums.forEach((number, sum) -> sums.computeIfAbsent(
                            names.keepsNumber(number) ? number : OTHER, name -> new ExactSum())
                    .add(sum));
        }
    }

    private final Target target;
    private final byte[] id;
    private long count;
    private long others;
    private final Map<String, NumberStats> numbers = new HashMap<>();
    private final Map<String, Map<String, CategoryStats>> categories = new HashMap<>();
    private final Map<String, CategoryStats> leaves = new HashMap<>();
    private final Map<String, Map<String, Long>> flags = new HashMap<>();
    private final Map<String, UniqueSketch> unique = new HashMap<>(0);
    private final Map<String, PercentileSketch> percentiles = new HashMap<>(0);

    RollupDelta(Target target) {
        this(target, target.computeId());
    }

    private RollupDelta(Target target, byte[] id) {
        this.target = target;
        this.id = id;
    }

    /**
     * Adds an event.
     *
     * @param leaf of its categories
     * @param offsetMillis of its timestamp in the bucket
     */
    void add(EventMetrics metrics, String leaf, long offsetMillis) {
        count++;
        for (EventMetrics.Numeric number : metrics.numbers()) {
            NumberStats stats = numbers.get(number.field());
            if (stats == null) {
                stats = new NumberStats(number.value());
                numbers.put(number.field(), stats);
            }
            stats.add(number.value());
        }
        for (EventMetrics.Category category : metrics.categories()) {
            categories
                    .computeIfAbsent(category.field(), field -> new HashMap<>(4))
                    .computeIfAbsent(category.value(), value -> new CategoryStats())
                    .add(metrics.numbers());
            if (category.isFlag()) {
                flags.computeIfAbsent(category.field(), field -> new HashMap<>(4))
                        .merge(Flag.key(offsetMillis, category.value()), 1L, Long::sum);
            }
        }
        if (!leaf.isEmpty()) {
            leaves.computeIfAbsent(leaf, name -> new CategoryStats()).add(metrics.numbers());
        }
        for (EventMetrics.Unique value : metrics.unique()) {
            unique.computeIfAbsent(value.of(), of -> new UniqueSketch()).add(value.hash());
        }
        for (EventMetrics.Sample sample : metrics.samples()) {
            percentiles
                    .computeIfAbsent(sample.field(), field -> new PercentileSketch())
                    .add(sample.bucket(), 1);
        }
    }

    /** Adds what a finer level got. */
    void addWithoutFlags(RollupDelta finer) {
        add(finer, EVERY);
        finer.unique.forEach((of, sketch) ->
                unique.computeIfAbsent(of, name -> new UniqueSketch()).add(sketch));
        finer.percentiles.forEach((field, sketch) -> percentiles
                .computeIfAbsent(field, name -> new PercentileSketch())
                .add(sketch));
    }

    private void add(RollupDelta other, Names names) {
        count += other.count;
        others += other.others;
        other.numbers.forEach((field, stats) -> {
            boolean kept = names.keepsNumber(field);
            others += kept ? 0 : stats.count;
            numbers.computeIfAbsent(kept ? field : OTHER, name -> new NumberStats(stats.min))
                    .add(stats);
        });
        other.categories.forEach((field, values) -> values.forEach((value, stats) -> {
            boolean fieldKept = names.keepsField(field);
            boolean kept = fieldKept && names.keepsValue(field, value);
            others += kept ? 0 : stats.count;
            categories
                    .computeIfAbsent(fieldKept ? field : OTHER, name -> new HashMap<>())
                    .computeIfAbsent(kept ? value : OTHER, name -> new CategoryStats())
                    .add(stats, names);
        }));
        other.leaves.forEach((leaf, stats) -> {
            String without = names.keepsLeaf(leaf) ? leaf : Leaf.withoutValues(leaf);
            String name = names.keepsLeaf(without) ? without : StoredName.OTHER;
            leaves.computeIfAbsent(name, key -> new CategoryStats()).add(stats, names);
        });
    }

    /** How a boolean field's value at an instant is named. */
    public static final class Flag {
        /** Values kept of a field in a document, at most. */
        public static final int MOST = 1_000;

        private static final char TRUE = 't';
        private static final char FALSE = 'f';

        private Flag() {}

        static String key(long offsetMillis, String value) {
            return Long.toString(offsetMillis) + (value.equals("true") ? TRUE : FALSE);
        }

        /** Adds a stored value to what was read of its field; what is beyond the guard makes it truncated. */
        public static void read(RollupNumbers.OfFlag into, long bucketMillis, String key, long times) {
            int last = key.length() - 1;
            if (key.equals(OTHER) || key.equals(StoredName.OTHER)) {
                into.truncate();
            } else {
                into.addValues(bucketMillis + Long.parseLong(key, 0, last, 10), key.charAt(last) == TRUE, times);
            }
        }
    }

    /** Which names stay in {@link #limited}. */
    public interface Names {
        boolean keepsNumber(String field);

        /** Whether a categorical field stays; where not, nor do its values. */
        boolean keepsField(String field);

        boolean keepsValue(String field, String value);

        boolean keepsLeaf(String leaf);

        boolean keepsFlag(String field, String key);
    }

    private static final Names EVERY = new Names() {
        @Override
        public boolean keepsNumber(String field) {
            return true;
        }

        @Override
        public boolean keepsField(String field) {
            return true;
        }

        @Override
        public boolean keepsValue(String field, String value) {
            return true;
        }

        @Override
        public boolean keepsLeaf(String leaf) {
            return true;
        }

        @Override
        public boolean keepsFlag(String field, String key) {
            return true;
        }
    };

    /** Stands for all names that aren't kept: a lone surrogate, which no name of a client's may contain. */
    public static final String OTHER = "\uD800";

    /**
     * The same numbers with all names that aren't kept folded into {@link #OTHER}: of fields, of values, and of numeric
     * fields beside values. A leaf becomes that of its fields without values, if that is kept.
     */
    public RollupDelta limited(Names names) {
        RollupDelta limited = new RollupDelta(target, id);
        limited.add(this, names);
        flags.forEach((field, values) -> values.forEach((key, times) -> {
            boolean fieldKept = names.keepsField(field);
            limited.flags
                    .computeIfAbsent(fieldKept ? field : OTHER, name -> new HashMap<>())
                    .merge(fieldKept && names.keepsFlag(field, key) ? key : OTHER, times, Long::sum);
        }));
        limited.unique.putAll(unique);
        limited.percentiles.putAll(percentiles);
        return limited;
    }

    public Target target() {
        return target;
    }

    /** The document's {@code _id}, 32 bytes: see {@link SeriesKey}. */
    public byte[] id() {
        return id;
    }

    /** COUNT. */
    public long count() {
        return count;
    }

    /** How many values and numbers were folded into {@link #OTHER}. */
    public long others() {
        return others;
    }

    public Map<String, NumberStats> numbers() {
        return numbers;
    }

    /** CATEGORY and COMPOUND_SUM, by field and value. */
    public Map<String, Map<String, CategoryStats>> categories() {
        return categories;
    }

    /** LEAF_SUM, by {@link Leaf}, which is a stored name already. */
    public Map<String, CategoryStats> leaves() {
        return leaves;
    }

    /** BOOLEAN: how often a field had a value at an instant, by field and {@link Flag key}. */
    public Map<String, Map<String, Long>> flags() {
        return flags;
    }

    public Map<String, UniqueSketch> unique() {
        return unique;
    }

    public Map<String, PercentileSketch> percentiles() {
        return percentiles;
    }

    /** Says what it adds to, not what. */
    @Override
    public String toString() {
        return "RollupDelta" + target;
    }
}
