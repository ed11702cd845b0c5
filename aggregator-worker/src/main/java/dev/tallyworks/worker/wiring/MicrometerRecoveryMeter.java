package dev.tallyworks.worker.wiring;

import dev.tallyworks.worker.recovery.RecoveryMeter;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;

/** Counts for Prometheus. */
final class MicrometerRecoveryMeter implements RecoveryMeter {
    private final Counter relayed;
    private final Counter freed;
    private final Counter gaveBack;

    MicrometerRecoveryMeter(MeterRegistry registry) {
        relayed = Counter.builder("tallyworks.relay.events")
                .description("Pending events that no job stood for, enqueued again")
                .register(registry);
        freed = Counter.builder("tallyworks.orphans.freed")
                .description("Events whose claim belonged to a batch that is over")
                .register(registry);
        gaveBack = Counter.builder("tallyworks.jobs.given.back")
                .description("Jobs of owners that are gone, back in the queue")
                .register(registry);
    }

    @Override
    public void relayed(int events) {
        relayed.increment(events);
    }

    @Override
    public void freed() {
        freed.increment();
    }

    @Override
    public void gaveBack(int jobs) {
        gaveBack.increment(jobs);
    }
}
