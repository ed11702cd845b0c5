package dev.tallyworks.worker.wiring;

import dev.tallyworks.definition.Rebuild;
import dev.tallyworks.worker.rebuild.RebuildMeter;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;

/** Counts for Prometheus. */
final class MicrometerRebuildMeter implements RebuildMeter {
    private final Map<Rebuild.State, Counter> ended = new EnumMap<>(Rebuild.State.class);
    private final Counter read;
    private final Counter failed;

    MicrometerRebuildMeter(MeterRegistry registry) {
        for (Rebuild.State how : Rebuild.State.values()) {
            if (how == Rebuild.State.RUNNING) {
                continue;
            }
            ended.put(
                    how,
                    Counter.builder("tallyworks.rebuilds")
                            .description("Rebuilds that ended here, by how")
                            .tag("outcome", how.name().toLowerCase(Locale.ROOT))
                            .register(registry));
        }
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
        Counter counter = ended.get(how);
        if (counter != null) {
            counter.increment();
        }
    }

    @Override
    public void failed() {
        failed.increment();
    }
}
