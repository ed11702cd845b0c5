package dev.tallyworks.rollup;

import dev.tallyworks.metric.EventMetrics;
import dev.tallyworks.metric.ExactSum;
import java.math.BigDecimal;
import java.util.HashMap;
import java.util.Map;

/** What a batch adds to one rollup document, folded. Names and values are as clients gave them, not escaped. */
public final class RollupDelta {
    /**
     * Which document it is.
     *
     * @param collection the partition
     * @param bucketMillis the bucket's start, epoch milliseconds
     * @param valuesMax distinct values kept of a field
     */
    public record Target(
            String collection,
            SeriesKey series,
            long bucketMillis,
            String source,
            long incarnation,
            String eventType,
            int valuesMax) {
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

    /** One categorical field's value: how often, and the sum of each numeric field beside it. */
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
    }

    private final Target target;
    private final byte[] id;
    private long count;
    private long others;
    private final Map<String, NumberStats> numbers = new HashMap<>();
    private final Map<String, Map<String, CategoryStats>> categories = new HashMap<>();

    RollupDelta(Target target) {
        this(target, target.computeId());
    }

    private RollupDelta(Target target, byte[] id) {
        this.target = target;
        this.id = id;
    }

    void add(EventMetrics metrics) {
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
            CategoryStats stats = categories
                    .computeIfAbsent(category.field(), field -> new HashMap<>(4))
                    .computeIfAbsent(category.value(), value -> new CategoryStats());
            stats.count++;
            for (EventMetrics.Numeric number : metrics.numbers()) {
                stats.sums
                        .computeIfAbsent(number.field(), field -> new ExactSum())
                        .add(number.value());
            }
        }
    }

    /** Which names stay in {@link #limited}. */
    public interface Names {
        boolean keepsNumber(String field);

        /** Whether a categorical field stays; where not, nor do its values. */
        boolean keepsField(String field);

        boolean keepsValue(String field, String value);
    }

    /** Stands for all names that aren't kept: a lone surrogate, which no name of a client's may contain. */
    public static final String OTHER = "\uD800";

    /**
     * The same numbers with all names that aren't kept folded into {@link #OTHER}: of fields, of values, and of numeric
     * fields beside values.
     */
    public RollupDelta limited(Names names) {
        RollupDelta limited = new RollupDelta(target, id);
        limited.count = count;
        numbers.forEach((field, stats) -> {
            boolean kept = names.keepsNumber(field);
            limited.others += kept ? 0 : stats.count;
            NumberStats into = limited.numbers.get(kept ? field : OTHER);
            if (into == null) {
                into = new NumberStats(stats.min);
                limited.numbers.put(kept ? field : OTHER, into);
            }
            into.add(stats);
        });
        categories.forEach((field, values) -> values.forEach((value, stats) -> {
            boolean fieldKept = names.keepsField(field);
            boolean kept = fieldKept && names.keepsValue(field, value);
            limited.others += kept ? 0 : stats.count;
            CategoryStats into = limited.categories
                    .computeIfAbsent(fieldKept ? field : OTHER, name -> new HashMap<>())
                    .computeIfAbsent(kept ? value : OTHER, name -> new CategoryStats());
            into.count += stats.count;
            stats.sums.forEach((number, sum) -> into.sums
                    .computeIfAbsent(names.keepsNumber(number) ? number : OTHER, name -> new ExactSum())
                    .add(sum));
        }));
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

    /** Says what it adds to, not what. */
    @Override
    public String toString() {
        return "RollupDelta" + target;
    }
}
