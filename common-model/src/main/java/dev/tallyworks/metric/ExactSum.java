package dev.tallyworks.metric;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.ObjLongConsumer;

/**
 * A sum that is exact whatever is added in whatever order: {@code Σ limb(k) × 10^(9k)}, each limb an int64 that is added to on
 * its own. A number adds to few of them (19.99 adds 19 to limb 0 and 990,000,000 to limb −1), always with its own sign and
 * less than 10⁹ in size, so that a limb takes 9 × 10⁹ additions before it could overflow. Not thread-safe.
 */
public final class ExactSum {
    private static final int DIGITS = 9;
    private static final long BASE = 1_000_000_000L;
    private static final BigInteger BIG_BASE = BigInteger.valueOf(BASE);
    private static final long[] POWERS = new long[DIGITS + 1];

    static {
        POWERS[0] = 1;
        for (int i = 1; i <= DIGITS; i++) {
            POWERS[i] = 10 * POWERS[i - 1];
        }
    }

    /** The limbs that nearly all numbers have, apart from the rest. */
    private long minusOne;

    private long zero;
    private long one;
    private final TreeMap<Integer, Long> others = new TreeMap<>();

    public void add(BigDecimal number) {
        int scale = number.scale();
        if (scale >= 0 && scale <= DIGITS && number.precision() <= 18) {
            long unscaled = number.unscaledValue().longValue();
            long power = POWERS[scale];
            long whole = unscaled / power;
            minusOne = Math.addExact(minusOne, unscaled % power * POWERS[DIGITS - scale]);
            zero = Math.addExact(zero, whole % BASE);
            one = Math.addExact(one, whole / BASE % BASE);
            long two = whole / BASE / BASE;
            if (two != 0) {
                add(2, two);
            }
        } else if (number.signum() != 0) {
            addLimbs(number);
        }
    }

    private void addLimbs(BigDecimal number) {
        // With the scale rounded up to whole limbs, the unscaled value's digits to base 10^9 are the limbs.
        int lowest = Math.floorDiv(-number.scale(), DIGITS);
        BigInteger rest = number.setScale(-lowest * DIGITS).unscaledValue();
        for (int limb = lowest; rest.signum() != 0; limb++) {
            BigInteger[] parts = rest.divideAndRemainder(BIG_BASE);
            long value = parts[1].longValue();
            if (value != 0) {
                add(limb, value);
            }
            rest = parts[0];
        }
    }

    /** Adds to one limb, as it is stored. */
    public void add(int limb, long value) {
        switch (limb) {
            case -1 -> minusOne = Math.addExact(minusOne, value);
            case 0 -> zero = Math.addExact(zero, value);
            case 1 -> one = Math.addExact(one, value);
            default -> others.merge(limb, value, Math::addExact);
        }
    }

    public void add(ExactSum sum) {
        sum.forEachLimb(this::add);
    }

    /** Gives each limb that is not zero, by its number. */
    public void forEachLimb(ObjLongConsumer<Integer> limb) {
        give(-1, minusOne, limb);
        give(0, zero, limb);
        give(1, one, limb);
        others.forEach((number, value) -> give(number, value, limb));
    }

    private static void give(Integer number, long value, ObjLongConsumer<Integer> limb) {
        if (value != 0) {
            limb.accept(number, value);
        }
    }

    /** The sum with all its digits, without zeros at the end; no exponent is chosen for it. */
    public BigDecimal value() {
        SortedMap<Integer, Long> limbs = new TreeMap<>();
        forEachLimb((number, value) -> limbs.put(number, value));
        BigDecimal sum = BigDecimal.ZERO;
        for (Map.Entry<Integer, Long> limb : limbs.entrySet()) {
            sum = sum.add(BigDecimal.valueOf(limb.getValue()).scaleByPowerOfTen(DIGITS * limb.getKey()));
        }
        return sum.signum() == 0 ? BigDecimal.ZERO : sum.stripTrailingZeros();
    }
}
