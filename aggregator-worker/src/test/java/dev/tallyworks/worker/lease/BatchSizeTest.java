package dev.tallyworks.worker.lease;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class BatchSizeTest {
    private static final Duration LEASE = Duration.ofSeconds(15);
    private static final Duration SHORT = Duration.ofMillis(300);

    private final BatchSize size = new BatchSize(5_000, LEASE);

    @Test
    void growsWhileTheQueueIsLongAndShrinksAfterwards() {
        assertThat(size.events()).isEqualTo(500);
        for (int batch = 0; batch < 10; batch++) {
            size.after(size.events(), 100_000, SHORT);
        }
        assertThat(size.events()).isEqualTo(5_000);

        for (int batch = 0; batch < 10; batch++) {
            size.after(3, 0, SHORT);
        }
        assertThat(size.events()).isEqualTo(500);
    }

    @Test
    void doesNotGrowTowardsTheLease() {
        size.after(500, 100_000, LEASE.dividedBy(5));

        assertThat(size.events()).isEqualTo(500);
    }

    @Test
    void shrinksWhereABatchTakesLongAndGrowsAgainWhereItDoesNot() {
        for (int batch = 0; batch < 10; batch++) {
            size.after(size.events(), 100_000, LEASE.dividedBy(2));
        }
        assertThat(size.events()).isEqualTo(50);

        size.after(3, 0, SHORT);
        assertThat(size.events()).isEqualTo(50);
        size.after(50, 100_000, SHORT);
        assertThat(size.events()).isEqualTo(100);
    }

    @Test
    void neverGoesBeyondTheSetting() {
        BatchSize small = new BatchSize(20, LEASE);
        assertThat(small.events()).isEqualTo(20);
        small.after(20, 100_000, SHORT);
        assertThat(small.events()).isEqualTo(20);
        small.after(20, 100_000, LEASE);
        assertThat(small.events()).isEqualTo(20);
    }
}
