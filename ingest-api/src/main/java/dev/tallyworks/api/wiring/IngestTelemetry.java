package dev.tallyworks.api.wiring;

import dev.tallyworks.api.operations.InstallationGauges;
import dev.tallyworks.definition.Definitions;
import dev.tallyworks.event.RawEvents;
import dev.tallyworks.health.Eviction;
import dev.tallyworks.health.StoreProbe;
import dev.tallyworks.lane.Workers;
import dev.tallyworks.queue.JobQueue;
import dev.tallyworks.realtime.Completeness;
import dev.tallyworks.realtime.Heartbeat;
import dev.tallyworks.realtime.RealtimeWindow;
import dev.tallyworks.telemetry.Buckets;
import dev.tallyworks.telemetry.ProcessGauges;
import dev.tallyworks.telemetry.QueueGauges;
import dev.tallyworks.telemetry.Sampling;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.config.MeterFilter;
import io.micrometer.core.instrument.distribution.DistributionStatisticConfig;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Duration;
import java.util.Arrays;

/** Keeps the gauges of the ingest API up to date. */
@ApplicationScoped
class IngestTelemetry {
    private static final Duration PAUSE = Duration.ofSeconds(5);
    private static final double[] REQUEST_NANOS =
            Arrays.stream(Buckets.durations()).mapToDouble(Duration::toNanos).toArray();

    private final StoreProbe redis;
    private final Sampling sampling;

    IngestTelemetry(
            MeterRegistry registry,
            JobQueue queue,
            Definitions definitions,
            RawEvents events,
            Workers workers,
            Completeness completeness,
            Heartbeat heartbeat,
            RealtimeWindow window,
            StoreProbe mongo,
            Eviction eviction,
            Clock clock) {
        QueueGauges jobs = new QueueGauges(registry, queue, clock);
        InstallationGauges installation = new InstallationGauges(
                registry,
                new InstallationGauges.Stores(definitions, events, workers, completeness, heartbeat),
                window,
                clock);
        redis = new StoreProbe("redis", () -> {
            jobs.sample();
            eviction.check();
        });
        sampling = new Sampling(installation::sample, PAUSE);
        ProcessGauges.definitions(registry, definitions);
        ProcessGauges.store(registry, mongo);
        ProcessGauges.store(registry, redis);
    }

    void start(@Observes StartupEvent event) {
        redis.start();
        sampling.start();
    }

    void stop(@Observes ShutdownEvent event) {
        sampling.close();
        redis.close();
    }

    /** Requests have a histogram, too. */
    @Produces
    @Singleton
    static MeterFilter requestHistogram() {
        return new MeterFilter() {
            @Override
            public DistributionStatisticConfig configure(Meter.Id id, DistributionStatisticConfig config) {
                return id.getName().equals("http.server.requests")
                        ? DistributionStatisticConfig.builder()
                                .serviceLevelObjectives(REQUEST_NANOS)
                                .build()
                                .merge(config)
                        : config;
            }
        };
    }
}
