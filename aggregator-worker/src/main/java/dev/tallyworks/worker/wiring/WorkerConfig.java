package dev.tallyworks.worker.wiring;

import dev.tallyworks.queue.RetryPolicy;
import dev.tallyworks.worker.lease.WorkerSettings;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;

/** The worker's settings, with {@code tallyworks.worker.} before their names. */
@ConfigMapping(prefix = "tallyworks.worker")
interface WorkerConfig extends WorkerSettings {
    @Override
    @WithDefault("2")
    int threads();

    @Override
    @WithDefault("64")
    int lanes();

    @Override
    @WithDefault("15s")
    Duration lease();

    @Override
    @WithDefault("5000")
    int batchEventsMax();

    @Override
    @WithDefault("16777216")
    long batchBytesMax();

    @Override
    @WithDefault("25ms")
    Duration idlePause();

    @Override
    @WithDefault("1s")
    Duration recoveryInterval();

    /** Recorded events that a rebuild passes over at once. */
    @WithDefault("5000")
    int rebuildWindowEvents();

    /** Bytes of the events that a rebuild reads at once. */
    @WithDefault("16777216")
    long rebuildWindowBytes();

    /** When an event whose aggregation failed is tried again. */
    Retries retries();

    /** With {@code tallyworks.worker.retries.} before their names. */
    interface Retries {
        /** The pause after the first failure; each one doubles it, half of it at random. */
        @WithDefault("250ms")
        Duration first();

        /** No pause is longer. */
        @WithDefault("5m")
        Duration cap();

        /** With this failure the event is a dead letter. */
        @WithDefault("15")
        int attemptsMax();

        default RetryPolicy policy() {
            return new RetryPolicy(first().toMillis(), cap().toMillis(), attemptsMax());
        }
    }

    /** How long a batch that is under way may take to end when the process is told to stop. */
    @WithDefault("20s")
    Duration stopGrace();
}
