package dev.tallyworks.worker.wiring;

import dev.tallyworks.worker.batch.BatchMeter;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/** Counts events and times the phases of batches. */
final class MicrometerBatchMeter implements BatchMeter {
    private final Map<Phase, Timer> phases = new EnumMap<>(Phase.class);
    private final Counter processed;
    private final Counter failed;
    private final AtomicLong inFlight = new AtomicLong();

    MicrometerBatchMeter(MeterRegistry registry) {
        for (Phase phase : Phase.values()) {
            phases.put(
                    phase,
                    Timer.builder("tallyworks.batch.phase")
                            .description("Time that batches spend in each phase")
                            .tag("phase", phase.name().toLowerCase(Locale.ROOT))
                            .register(registry));
        }
        processed = Counter.builder("tallyworks.events.aggregated")
                .description("Events whose rollups are written")
                .register(registry);
        failed = Counter.builder("tallyworks.events.failed")
                .description("Failed attempts to aggregate an event")
                .register(registry);
        registry.gauge("tallyworks.events.in.flight", inFlight);
    }

    long processed() {
        return (long) processed.count();
    }

    long failed() {
        return (long) failed.count();
    }

    long inFlight() {
        return inFlight.get();
    }

    @Override
    public Batch begin(int candidates) {
        inFlight.addAndGet(candidates);
        return new Batch() {
            private long began = System.nanoTime();

            @Override
            public void ended(Phase phase) {
                long now = System.nanoTime();
                Timer timer = phases.get(phase);
                if (timer != null) {
                    timer.record(now - began, TimeUnit.NANOSECONDS);
                }
                began = now;
            }

            @Override
            public void done(int events, int failures) {
                processed.increment(events);
                failed.increment(failures);
            }

            @Override
            public void close() {
                inFlight.addAndGet(-candidates);
            }
        };
    }
}
