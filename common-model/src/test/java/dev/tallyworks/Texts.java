package dev.tallyworks;

import java.math.BigDecimal;
import java.math.BigInteger;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Tuple;

/** What clients may send: any text without unpaired surrogates, any number that a Decimal128 holds. */
public final class Texts {
    private static final int DIGITS_MAX = 34;
    /** A Decimal128's exponent is the negative of a scale. */
    private static final int SCALE_MIN = -6_111;

    private static final int SCALE_MAX = 6_176;

    private Texts() {}

    /** Any code points, and often those that names escape. */
    public static Arbitrary<String> any() {
        Arbitrary<String> codePoint = Arbitraries.frequencyOf(
                Tuple.of(4, Arbitraries.of("%", ".", "$", "\0", "_", "#", "|", "a", "2", "E")),
                Tuple.of(2, Arbitraries.integers().between(0, 0x7F).map(Character::toString)),
                Tuple.of(
                        2,
                        Arbitraries.integers()
                                .between(0, Character.MAX_CODE_POINT)
                                .filter(c -> c < Character.MIN_SURROGATE || c > Character.MAX_SURROGATE)
                                .map(Character::toString)));
        Arbitrary<String> free = codePoint.list().ofMaxSize(12).map(parts -> String.join("", parts));
        Arbitrary<String> odd = Arbitraries.of(
                "",
                "%",
                "%%",
                "%25",
                "%2",
                "%2E",
                "%5F_other__",
                "__other__",
                "__other__.",
                "$",
                "$$",
                ".",
                "..",
                "\0");
        return Arbitraries.frequencyOf(Tuple.of(6, free), Tuple.of(1, odd));
    }

    /** Up to 34 digits, any exponent, but mostly such as occur. */
    public static Arbitrary<BigDecimal> decimals() {
        BigInteger digits = BigInteger.TEN.pow(DIGITS_MAX).subtract(BigInteger.ONE);
        Arbitrary<BigInteger> unscaled = Arbitraries.oneOf(
                Arbitraries.bigIntegers().between(digits.negate(), digits),
                Arbitraries.bigIntegers().between(BigInteger.valueOf(-1_000_000), BigInteger.valueOf(1_000_000)),
                Arbitraries.longs().map(BigInteger::valueOf));
        Arbitrary<Integer> scale = Arbitraries.frequencyOf(
                Tuple.of(3, Arbitraries.integers().between(0, 10)),
                Tuple.of(2, Arbitraries.integers().between(-40, 40)),
                Tuple.of(1, Arbitraries.integers().between(SCALE_MIN, SCALE_MAX)));
        return Combinators.combine(unscaled, scale).as(BigDecimal::new);
    }
}
