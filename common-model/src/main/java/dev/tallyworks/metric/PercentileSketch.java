package dev.tallyworks.metric;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.Map;
import java.util.TreeMap;

/**
 * Counts numbers in buckets whose bounds grow by a constant ratio, so that any percentile of them is known to {@value
 * #RELATIVE_ERROR} of its value: bucket i takes what is above ratio^(i−1) and up to ratio^i, with ratio = (1 + e) / (1 − e), and
 * stands for 2 ratio^i / (ratio + 1). Negative numbers have buckets of their own. Sizes below 10^−{@value #EXPONENT_MAX} count as
 * zero, those above 10^{@value #EXPONENT_MAX} as that. Counts only add up, so folding is free of order. Not thread-safe.
 *
 * <p>Source: C. Masson, J. E. Rim, H. K. Lee, DDSketch (2019).
 */
public final class PercentileSketch {
    /** Of a percentile, at most. */
    public static final double RELATIVE_ERROR = 0.01;

    private static final int EXPONENT_MAX = 100;
    private static final double RATIO = (1 + RELATIVE_ERROR) / (1 - RELATIVE_ERROR);
    private static final double LN_RATIO = Math.log(RATIO);
    private static final double LN_TEN = Math.log(10);
    /** Makes all indexes positive, so that they can be turned for negative numbers. */
    private static final int OFFSET = (int) (2 * EXPONENT_MAX * LN_TEN / LN_RATIO);

    private static final MathContext SHOWN = new MathContext(6);
    private static final MathContext DIGITS = new MathContext(17);

    private final TreeMap<Integer, Long> counts = new TreeMap<>();

    /** The bucket of a number; buckets sort like the numbers in them, 0 is that of zero. */
    public static int bucket(BigDecimal number) {
        if (number.signum() == 0) {
            return 0;
        }
        int exponent = number.precision() - number.scale() - 1;
        if (exponent < -EXPONENT_MAX) {
            return 0;
        }
        // ln |x| = ln(digits) + exponent × ln 10: a number beyond what a double holds has a logarithm all the same.
        double digits = number.abs().round(DIGITS).scaleByPowerOfTen(-exponent).doubleValue();
        double ln = Math.min(Math.log(digits) + exponent * LN_TEN, EXPONENT_MAX * LN_TEN);
        int index = (int) Math.ceil(ln / LN_RATIO) + OFFSET;
        return number.signum() * index;
    }

    /** Adds to a bucket, as it is stored. */
    public void add(int bucket, long count) {
        counts.merge(bucket, count, Math::addExact);
    }

    public void add(PercentileSketch other) {
        other.counts.forEach(this::add);
    }

    /** How often each bucket was hit, by bucket. */
    public Map<Integer, Long> counts() {
        return counts;
    }

    /**
     * About the smallest number that is at least as large as {@code p} percent of all (nearest rank).
     *
     * @param p above 0, below 100
     * @throws IllegalStateException where there are no numbers
     */
    public BigDecimal percentile(BigDecimal p) {
        BigDecimal all = BigDecimal.ZERO;
        for (long count : counts.values()) {
            all = all.add(BigDecimal.valueOf(count));
        }
        BigDecimal rank = all.multiply(p).movePointLeft(2);
        BigDecimal seen = BigDecimal.ZERO;
        for (Map.Entry<Integer, Long> bucket : counts.entrySet()) {
            seen = seen.add(BigDecimal.valueOf(bucket.getValue()));
            if (seen.compareTo(rank) >= 0) {
                return middle(bucket.getKey());
            }
        }
        throw new IllegalStateException("no numbers");
    }

    private static BigDecimal middle(int bucket) {
        if (bucket == 0) {
            return BigDecimal.ZERO;
        }
        double size = 2 * Math.exp((Math.abs(bucket) - OFFSET) * LN_RATIO) / (RATIO + 1);
        BigDecimal middle = new BigDecimal(size, SHOWN);
        return bucket > 0 ? middle : middle.negate();
    }
}
