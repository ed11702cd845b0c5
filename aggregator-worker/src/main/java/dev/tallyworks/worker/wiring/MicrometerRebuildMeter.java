package dev.tallyworks.worker.wiring;

import dev.tallyworks.definition.Rebuild;
import dev.tallyworks.worker.rebuild.RebuildMeter;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.Locale;

/** Counts for Prometheus. */
final class MicrometerRebuildMeter implements RebuildMeter {
    private final MeterRegistry registry;
    private final Counter read;
    private final Counter failed;

    MicrometerRebuildMeter(MeterRegistry registry) {
        this.registry = registry;
        read = Counter.builder("tallyworks.rebuild.events")
                .description("Events that rebuilds have read")
                .register(registry);
        failed = Counter.builder("tallyworks.rebuild.failures")
                .description("Failed attempts to go on with a rebuild")
                .register(registry);
    }

    @Override
    public void read(long events) {
        read.increment(events);
    }

    @Override
    public void ended(Rebuild.State how) {
        registry.counter("tallyworks.rebuilds", "outcome", how.name().toLowerCase(Locale.ROOT))
                .increment();
    }

    @Override
    public void failed() {
        failed.increment();
    }
}
