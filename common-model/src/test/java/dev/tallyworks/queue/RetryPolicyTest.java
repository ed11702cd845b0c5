package dev.tallyworks.queue;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;

class RetryPolicyTest {
    @Property(tries = 5_000)
    void aPauseIsBetweenHalfAndAllOfItsPower(
            @ForAll @LongRange(min = 1, max = 1L << 50) long first,
            @ForAll @LongRange(min = 0, max = 1L << 50) long longer,
            @ForAll @IntRange(min = 1, max = 1_000) int attempts,
            @ForAll Random random) {
        long cap = first + longer;
        double power = Math.min((double) cap, first * Math.pow(2, attempts - 1));
        long pause = new RetryPolicy(first, cap, 15).pauseMillis(attempts, random);
        assertThat((double) pause).isBetween(Math.floor(power / 2), power);
    }

    @Test
    void aPauseIsRandom() {
        Random random = new Random(7);
        long distinct = random.ints(100)
                .mapToLong(i -> RetryPolicy.DEFAULT.pauseMillis(10, random))
                .distinct()
                .count();
        assertThat(distinct).isGreaterThan(90);
    }
}
