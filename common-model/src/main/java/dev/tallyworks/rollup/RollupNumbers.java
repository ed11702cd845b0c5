package dev.tallyworks.rollup;

import dev.tallyworks.metric.ExactSum;
import dev.tallyworks.metric.PercentileSketch;
import dev.tallyworks.metric.StoredName;
import dev.tallyworks.metric.UniqueSketch;
import java.math.BigDecimal;
import java.util.HashMap;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The numbers of a rollup, as far as they were read, or of several rollups added up. Names and values are as clients gave
 * them; what is beyond a document's guards stands under {@link #OTHER}. Not thread-safe.
 */
public final class RollupNumbers {
    /** The name under which answers show what is beyond a document's guards. */
    public static final String OTHER = StoredName.OTHER;

    /** COUNT, SUM, MIN and MAX of one field. */
    public static final class OfNumber {
        private long count;
        private final ExactSum sum = new ExactSum();
        private @Nullable BigDecimal min;
        private @Nullable BigDecimal max;

        /** How many events have the field. */
        public long count() {
            return count;
        }

        public ExactSum sum() {
            return sum;
        }

        /** Null where it was not read. */
        public @Nullable BigDecimal min() {
            return min;
        }

        /** Null where it was not read. */
        public @Nullable BigDecimal max() {
            return max;
        }

        public void addCount(long more) {
            count += more;
        }

        public void addExtremes(@Nullable BigDecimal least, @Nullable BigDecimal most) {
            if (least != null && (min == null || least.compareTo(min) < 0)) {
                min = least;
            }
            if (most != null && (max == null || most.compareTo(max) > 0)) {
                max = most;
            }
        }

        private void add(OfNumber other) {
            count += other.count;
            sum.add(other.sum);
            addExtremes(other.min, other.max);
        }
    }

    /** One value of a string or boolean field: how often, and the sum of each numeric field beside it. */
    public static final class OfValue {
        private long count;
        private final Map<String, ExactSum> sums = new TreeMap<>();

        public long count() {
            return count;
        }

        /** COMPOUND_SUM, by numeric field. */
        public Map<String, ExactSum> sums() {
            return sums;
        }

        public void addCount(long more) {
            count += more;
        }

        /** The sum of a numeric field, to add to. */
        public ExactSum sum(String number) {
            return sums.computeIfAbsent(number, name -> new ExactSum());
        }

        public void add(OfValue other) {
            count += other.count;
            other.sums.forEach((number, sum) -> sum(number).add(sum));
        }
    }

    /**
     * A boolean field's values at one instant.
     *
     * @param trues how many events say true
     * @param falses how many say false
     */
    public record OfInstant(long trues, long falses) {
        static OfInstant sum(OfInstant one, OfInstant other) {
            return new OfInstant(one.trues + other.trues, one.falses + other.falses);
        }
    }

    /** A boolean field's values over time. */
    public static final class OfFlag {
        private final SortedMap<Long, OfInstant> values = new TreeMap<>();
        private boolean truncated;

        /** By timestamp, epoch milliseconds. */
        public SortedMap<Long, OfInstant> values() {
            return values;
        }

        /** Whether there were more than are kept. */
        public boolean truncated() {
            return truncated;
        }

        public void addValues(long timestampMillis, boolean value, long times) {
            values.merge(timestampMillis, value ? new OfInstant(times, 0) : new OfInstant(0, times), OfInstant::sum);
        }

        public void truncate() {
            truncated = true;
        }

        public void add(OfFlag other) {
            other.values.forEach((instant, at) -> values.merge(instant, at, OfInstant::sum));
            truncated |= other.truncated;
        }
    }

    private long count;
    private long others;
    private final Map<String, OfNumber> numbers = new TreeMap<>();
    private final Map<String, Map<String, OfValue>> categories = new TreeMap<>();
    private final Map<String, OfValue> leaves = new HashMap<>();
    private final Map<String, OfFlag> flags = new TreeMap<>();
    private final Map<String, UniqueSketch> unique = new TreeMap<>();
    private final Map<String, PercentileSketch> percentiles = new TreeMap<>();

    /** How many events. */
    public long count() {
        return count;
    }

    /** How many values and numbers are under {@link #OTHER}. */
    public long others() {
        return others;
    }

    /** By field. */
    public Map<String, OfNumber> numbers() {
        return numbers;
    }

    /** By field and value. */
    public Map<String, Map<String, OfValue>> categories() {
        return categories;
    }

    /** LEAF_SUM: by {@link dev.tallyworks.metric.Leaf}, how often it is, and the sum of each numeric field beside it. */
    public Map<String, OfValue> leaves() {
        return leaves;
    }

    /** By boolean field. */
    public Map<String, OfFlag> flags() {
        return flags;
    }

    /** By field, or {@code attribution:} and an attribution's type. */
    public Map<String, UniqueSketch> unique() {
        return unique;
    }

    /** By field. */
    public Map<String, PercentileSketch> percentiles() {
        return percentiles;
    }

    public void addCount(long events, long beyondGuards) {
        count += events;
        others += beyondGuards;
    }

    /** What is known of a numeric field, to add to. */
    public OfNumber number(String field) {
        return numbers.computeIfAbsent(field, name -> new OfNumber());
    }

    /** What is known of a field's value, to add to. */
    public OfValue value(String field, String value) {
        return categories.computeIfAbsent(field, name -> new TreeMap<>()).computeIfAbsent(value, name -> new OfValue());
    }

    /** What is known of a leaf, to add to. */
    public OfValue leaf(String leaf) {
        return leaves.computeIfAbsent(leaf, name -> new OfValue());
    }

    /** What is known of a boolean field, to add to. */
    public OfFlag flag(String field) {
        return flags.computeIfAbsent(field, name -> new OfFlag());
    }

    /** The sketch of distinct values, to add to. */
    public UniqueSketch unique(String of) {
        return unique.computeIfAbsent(of, name -> new UniqueSketch());
    }

    /** The sketch of numbers, to add to. */
    public PercentileSketch percentiles(String field) {
        return percentiles.computeIfAbsent(field, name -> new PercentileSketch());
    }

    public void add(RollupNumbers other) {
        count += other.count;
        others += other.others;
        other.numbers.forEach((field, number) -> number(field).add(number));
        other.categories.forEach((field, values) ->
                values.forEach((value, part) -> value(field, value).add(part)));
        other.leaves.forEach((leaf, part) -> leaf(leaf).add(part));
        other.flags.forEach((field, values) -> flag(field).add(values));
        other.unique.forEach((of, sketch) -> unique(of).add(sketch));
        other.percentiles.forEach((field, sketch) -> percentiles(field).add(sketch));
    }
}
