package dev.tallyworks.redis;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.math.BigInteger;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

class SortableNumberTest {
    @Property
    void sortsLikeTheNumbers(@ForAll("decimals") BigDecimal one, @ForAll("decimals") BigDecimal other) {
        int order = SortableNumber.write(one).compareTo(SortableNumber.write(other));
        assertThat(Integer.signum(order)).isEqualTo(one.compareTo(other));
    }

    @Property
    void neighboursSortToo(@ForAll("decimals") BigDecimal one) {
        BigDecimal next = one.add(one.ulp());
        assertThat(SortableNumber.write(one)).isLessThan(SortableNumber.write(next));
    }

    @Property
    void isReversible(@ForAll("decimals") BigDecimal number) {
        assertThat(SortableNumber.read(SortableNumber.write(number))).isEqualByComparingTo(number);
    }

    @Provide
    Arbitrary<BigDecimal> decimals() {
        Arbitrary<BigInteger> digits = Arbitraries.oneOf(
                Arbitraries.bigIntegers().between(BigInteger.TEN.pow(34).negate(), BigInteger.TEN.pow(34)),
                Arbitraries.bigIntegers().between(BigInteger.valueOf(-200), BigInteger.valueOf(200)));
        Arbitrary<Integer> scales = Arbitraries.oneOf(
                Arbitraries.integers().between(-6111, 6176),
                Arbitraries.integers().between(-3, 3));
        return Combinators.combine(digits, scales).as(BigDecimal::new);
    }
}
