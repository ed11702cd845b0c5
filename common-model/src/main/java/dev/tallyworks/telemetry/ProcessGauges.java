package dev.tallyworks.telemetry;

import dev.tallyworks.definition.Definitions;
import dev.tallyworks.health.StoreProbe;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;

/** What each process tells of itself. */
public final class ProcessGauges {
    private ProcessGauges() {}

    public static void definitions(MeterRegistry registry, Definitions definitions) {
        Gauge.builder("tallyworks.definitions.version", definitions, known -> known.known()
                        .version())
                .description("The newest version of the definitions that this process knows")
                .strongReference(true)
                .register(registry);
    }

    public static void store(MeterRegistry registry, StoreProbe probe) {
        Gauge.builder("tallyworks.store.up", probe, asked -> asked.isUp() ? 1 : 0)
                .description("1 while the store answers this process")
                .tag("store", probe.store())
                .strongReference(true)
                .register(registry);
    }
}
