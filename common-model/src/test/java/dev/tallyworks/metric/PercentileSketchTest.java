package dev.tallyworks.metric;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.BigRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class PercentileSketchTest {
    private static PercentileSketch sketch(List<BigDecimal> numbers) {
        PercentileSketch sketch = new PercentileSketch();
        numbers.forEach(number -> sketch.add(PercentileSketch.bucket(number), 1));
        return sketch;
    }

    @Property(tries = 500)
    void everyPercentileIsWithinOnePercent(
            @ForAll @Size(min = 1, max = 60) List<@BigRange(min = "-1000000", max = "1000000") BigDecimal> numbers,
            @ForAll @BigRange(min = "0.01", max = "99.99") BigDecimal p) {
        List<BigDecimal> sorted = new ArrayList<>(numbers);
        Collections.sort(sorted);
        int rank = p.multiply(BigDecimal.valueOf(sorted.size()))
                .movePointLeft(2)
                .setScale(0, java.math.RoundingMode.CEILING)
                .intValueExact();
        BigDecimal exact = sorted.get(rank - 1);
        BigDecimal found = sketch(numbers).percentile(p);
        assertThat(found.subtract(exact).abs()).isLessThanOrEqualTo(exact.abs().multiply(new BigDecimal("0.01001")));
    }

    @Property(tries = 500)
    void bucketsSortLikeTheNumbers(@ForAll BigDecimal one, @ForAll BigDecimal other) {
        int order = Integer.compare(PercentileSketch.bucket(one), PercentileSketch.bucket(other));
        if (order != 0) {
            assertThat(order).isEqualTo(one.compareTo(other));
        }
    }

    @Test
    void anySizeOfNumberHasABucket() {
        Random random = new Random(4);
        for (int exponent = -90; exponent <= 90; exponent++) {
            BigDecimal number = new BigDecimal(new BigInteger(60, random).add(BigInteger.ONE), 18 - exponent);
            for (BigDecimal signed : List.of(number, number.negate())) {
                BigDecimal found = sketch(List.of(signed)).percentile(new BigDecimal(50));
                assertThat(found.subtract(signed).abs())
                        .isLessThanOrEqualTo(signed.abs().multiply(new BigDecimal("0.01001")));
            }
        }
        assertThat(PercentileSketch.bucket(new BigDecimal("1E-6000"))).isZero();
        assertThat(PercentileSketch.bucket(new BigDecimal("9E6000")))
                .isEqualTo(PercentileSketch.bucket(new BigDecimal("1E100")));
    }
}
