package dev.tallyworks.worker.health;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.tallyworks.health.StoreProbe;
import dev.tallyworks.worker.lease.Bench;
import dev.tallyworks.worker.lease.LaneCrew;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicReference;
import org.eclipse.microprofile.health.HealthCheckResponse.Status;
import org.junit.jupiter.api.Test;

class HealthTest {
    /** What the contract promises. */
    private static final Duration TRUE_WITHIN = Duration.ofSeconds(5);

    private enum Mood {
        ANSWERS,
        REFUSES,
        HANGS
    }

    private final AtomicReference<Mood> redis = new AtomicReference<>(Mood.ANSWERS);
    private final Semaphore wake = new Semaphore(0);

    private void ask() {
        if (redis.get() == Mood.HANGS) {
            wake.acquireUninterruptibly();
        }
        if (redis.get() == Mood.REFUSES) {
            throw new IllegalStateException("no");
        }
    }

    @Test
    void aLoopStuckBeyondItsLeaseIsNotLive() {
        Bench bench = new Bench(1);
        LaneCrew crew = bench.crew();
        LoopsCheck check = new LoopsCheck(crew, bench);

        bench.pass(Bench.LEASE.multipliedBy(2));
        assertThat(check.call().getStatus()).as("not begun yet").isEqualTo(Status.UP);
        assertThat(crew.loops()).isNotEmpty();
        bench.pass(Bench.LEASE);
        assertThat(check.call().getStatus()).isEqualTo(Status.UP);
        bench.pass(Duration.ofMillis(1));
        assertThat(check.call().getStatus()).isEqualTo(Status.DOWN);
    }

    @Test
    void readyTellsTheTruthWhetherAStoreRefusesOrHangs() {
        try (StoreProbe mongoProbe = new StoreProbe("mongodb", () -> {});
                StoreProbe redisProbe = new StoreProbe("redis", this::ask)) {
            StoresCheck check = new StoresCheck(mongoProbe, redisProbe);
            assertThat(check.call().getStatus()).as("nobody was asked yet").isEqualTo(Status.DOWN);
            mongoProbe.start();
            redisProbe.start();
            await().atMost(TRUE_WITHIN).until(() -> check.call().getStatus() == Status.UP);

            for (Mood away : new Mood[] {Mood.REFUSES, Mood.HANGS}) {
                redis.set(away);
                await().atMost(TRUE_WITHIN).until(() -> check.call().getStatus() == Status.DOWN);
                redis.set(Mood.ANSWERS);
                wake.release();
                await().atMost(TRUE_WITHIN).until(() -> check.call().getStatus() == Status.UP);
            }
        }
    }
}
