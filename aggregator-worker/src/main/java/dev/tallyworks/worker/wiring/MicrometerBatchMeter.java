package dev.tallyworks.worker.wiring;

import dev.tallyworks.queue.Job;
import dev.tallyworks.telemetry.Buckets;
import dev.tallyworks.worker.batch.BatchMeter;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.util.Collection;
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
    private final DistributionSummary events;
    private final Counter openTaken;
    private final Counter sealedTaken;
    private final AtomicLong inFlight = new AtomicLong();

    MicrometerBatchMeter(MeterRegistry registry) {
        for (Phase phase : Phase.values()) {
            phases.put(
                    phase,
                    Timer.builder("tallyworks.batch.phase")
                            .description("Time that batches spend in each phase")
                            .tag("phase", phase.name().toLowerCase(Locale.ROOT))
                            .serviceLevelObjectives(Buckets.durations())
                            .register(registry));
        }
        processed = Counter.builder("tallyworks.events.aggregated")
                .description("Events whose rollups are written")
                .register(registry);
        failed = Counter.builder("tallyworks.events.failed")
                .description("Failed attempts to aggregate an event")
                .register(registry);
        Gauge.builder("tallyworks.events.in.flight", inFlight, AtomicLong::doubleValue)
                .description("Events of the batches under way")
                .register(registry);
        events = DistributionSummary.builder("tallyworks.batch.events")
                .description("Events that batches began with")
                .serviceLevelObjectives(Buckets.events())
                .register(registry);
        openTaken = takenOver(registry, "open");
        sealedTaken = takenOver(registry, "sealed");
    }

    private static Counter takenOver(MeterRegistry registry, String state) {
        return Counter.builder("tallyworks.batches.taken.over")
                .description("Batches of owners that are gone, ended by this worker, by how far they were")
                .tag("state", state)
                .register(registry);
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
    public void takenOver(boolean sealed) {
        (sealed ? sealedTaken : openTaken).increment();
    }

    @Override
    public Batch begin(String lane, int candidates, Collection<Job> jobs) {
        inFlight.addAndGet(candidates);
        events.record(candidates);
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
            public void done(int aggregated, int failures) {
                processed.increment(aggregated);
                failed.increment(failures);
            }

            @Override
            public void close() {
                inFlight.addAndGet(-candidates);
            }
        };
    }
}
