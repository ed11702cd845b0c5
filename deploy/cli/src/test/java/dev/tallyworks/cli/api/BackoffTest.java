package dev.tallyworks.cli.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;

class BackoffTest {
    private final Backoff backoff = new Backoff(new Random(1));

    @Test
    void doublesUpToABound() {
        for (int tries = 1; tries < 100; tries++) {
            long full = Math.min(10_000, 250L << Math.min(tries - 1, 10));

            assertThat(backoff.millis(tries, 0)).isBetween(full / 2, full);
        }
    }

    @Test
    void waitsAtLeastAsLongAsTheServerAsksFor() {
        for (int tries = 1; tries < 10; tries++) {
            assertThat(backoff.millis(tries, 30)).isBetween(30_000L, 37_500L);
            assertThat(backoff.millis(tries, 1)).isGreaterThanOrEqualTo(1_000);
        }
    }

    @Test
    void isSpread() {
        assertThat(java.util.stream.LongStream.range(0, 50)
                        .map(i -> backoff.millis(5, 0))
                        .distinct()
                        .count())
                .isGreaterThan(20);
    }
}
