package dev.tallyworks.telemetry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class SampleTest {
    @Test
    void whatCouldNotBeReadIsUnknown() {
        Sample<Long> sample = new Sample<>();
        assertThat(sample.number(Long::doubleValue)).isNaN();
        sample.set(7L);
        assertThat(sample.number(Long::doubleValue)).isEqualTo(7);
        sample.lose();
        assertThat(sample.number(Long::doubleValue)).isNaN();
    }

    @Test
    void samplingGoesOnAfterAFailureAndEndsWhenClosed() {
        AtomicInteger readings = new AtomicInteger();
        try (Sampling sampling = new Sampling(
                () -> {
                    readings.incrementAndGet();
                    throw new IllegalStateException("away");
                },
                Duration.ofMillis(1))) {
            sampling.start();
            await().until(() -> readings.get() > 3);
        }
    }
}
