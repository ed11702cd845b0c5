package dev.tallyworks.worker.wiring;

import dev.tallyworks.definition.Definitions;
import dev.tallyworks.health.StoreProbe;
import dev.tallyworks.telemetry.ProcessGauges;
import dev.tallyworks.worker.lease.LeaseKeeper;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Named;

/** What the worker tells of itself beside its counters. The state of the queue is read by the probe of Redis. */
@ApplicationScoped
class WorkerTelemetry {
    void start(
            @Observes StartupEvent event,
            MeterRegistry registry,
            Definitions definitions,
            LeaseKeeper keeper,
            @Named("mongodb") StoreProbe mongo,
            @Named("redis") StoreProbe redis) {
        Gauge.builder("tallyworks.lanes.owned", keeper, owner -> owner.held().size())
                .description("Lanes that this worker owns")
                .strongReference(true)
                .register(registry);
        ProcessGauges.definitions(registry, definitions);
        ProcessGauges.store(registry, mongo);
        ProcessGauges.store(registry, redis);
    }
}
