package dev.tallyworks.metric;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tallyworks.Texts;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

class ExactSumTest {
    @Provide
    Arbitrary<List<BigDecimal>> numbers() {
        return Texts.decimals().list().ofMaxSize(60);
    }

    private static BigDecimal plainSum(List<BigDecimal> numbers) {
        return numbers.stream().reduce(BigDecimal.ZERO, BigDecimal::add);
    }

    private static ExactSum sum(List<BigDecimal> numbers) {
        ExactSum sum = new ExactSum();
        numbers.forEach(sum::add);
        return sum;
    }

    @Property
    void theSumIsExact(@ForAll("numbers") List<BigDecimal> numbers) {
        assertThat(sum(numbers).value()).isEqualByComparingTo(plainSum(numbers));
    }

    @Property
    void orderAndGroupingAreFree(@ForAll("numbers") List<BigDecimal> numbers, @ForAll Random random) {
        List<BigDecimal> shuffled = new ArrayList<>(numbers);
        Collections.shuffle(shuffled, random);
        List<ExactSum> groups = new ArrayList<>(List.of(new ExactSum(), new ExactSum(), new ExactSum()));
        shuffled.forEach(number -> groups.get(random.nextInt(groups.size())).add(number));
        while (groups.size() > 1) {
            ExactSum taken = groups.remove(random.nextInt(groups.size()));
            groups.get(random.nextInt(groups.size())).add(taken);
        }
        assertThat(groups.get(0).value()).isEqualTo(sum(numbers).value());
    }

    /** As it is stored: each limb is added to on its own. */
    @Property
    void limbsAddUpOneByOne(@ForAll("numbers") List<BigDecimal> numbers) {
        ExactSum stored = new ExactSum();
        for (BigDecimal number : numbers) {
            sum(List.of(number)).forEachLimb((limb, value) -> {
                assertThat(value).isBetween(-999_999_999L, 999_999_999L).isNotZero();
                assertThat(Long.signum(value)).isEqualTo(number.signum());
                stored.add(limb, value);
            });
        }
        assertThat(stored.value()).isEqualByComparingTo(plainSum(numbers));
    }

    @Property
    void aSumAndItsNegativeLeaveNothing(@ForAll("numbers") List<BigDecimal> numbers) {
        ExactSum sum = sum(numbers);
        numbers.forEach(number -> sum.add(number.negate()));
        sum.forEachLimb((limb, value) -> {
            throw new AssertionError("limb " + limb + " is " + value);
        });
        assertThat(sum.value()).isEqualTo(BigDecimal.ZERO);
    }

    @Test
    void aLimbThatOverflowsIsNoticed() {
        for (int limb = -2; limb <= 2; limb++) {
            int number = limb;
            ExactSum sum = new ExactSum();
            sum.add(number, Long.MAX_VALUE);
            assertThat(sum.value()).isEqualByComparingTo(BigDecimal.valueOf(Long.MAX_VALUE, -9 * number));
            assertThatThrownBy(() -> sum.add(number, 1)).isInstanceOf(ArithmeticException.class);
        }
        ExactSum sum = new ExactSum();
        sum.add(0, Long.MAX_VALUE);
        assertThatThrownBy(() -> sum.add(BigDecimal.ONE)).isInstanceOf(ArithmeticException.class);
    }
}
