package dev.tallyworks.api.audit;

import com.mongodb.client.MongoDatabase;
import dev.tallyworks.definition.Definitions;
import dev.tallyworks.metric.MetricGenerator;
import dev.tallyworks.mongo.MongoAttributionScan;
import dev.tallyworks.mongo.MongoCountableEvents;
import dev.tallyworks.mongo.MongoRollupScan;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.Startup;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Duration;

/** Produces the services of this package. */
@ApplicationScoped
class AuditWiring {
    /** As the contract says. */
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private static final int SLICE_EVENTS = 50_000;

    /** From the start, so that its counters are there before the first audit. */
    @Produces
    @Singleton
    @Startup
    AuditService audits(
            Definitions definitions,
            MongoDatabase database,
            MetricGenerator generator,
            MeterRegistry registry,
            Clock clock) {
        return new AuditService(
                new AggregationAudit.Stores(
                        definitions,
                        new MongoCountableEvents(database),
                        new MongoRollupScan(database),
                        new MongoAttributionScan(database),
                        generator,
                        SLICE_EVENTS),
                PATIENCE,
                new AuditMetrics(registry),
                clock);
    }
}
