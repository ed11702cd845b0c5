package dev.tallyworks.api.query;

import com.mongodb.client.MongoDatabase;
import dev.tallyworks.definition.Definitions;
import dev.tallyworks.event.RawEvents;
import dev.tallyworks.mongo.MongoAttributionScan;
import dev.tallyworks.mongo.MongoRollupScan;
import dev.tallyworks.plugin.Hooks;
import dev.tallyworks.realtime.Completeness;
import dev.tallyworks.realtime.RealtimeRollups;
import dev.tallyworks.realtime.RealtimeWindow;
import dev.tallyworks.thread.DaemonThreads;
import io.micrometer.core.instrument.MeterRegistry;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** Produces the services of this package. */
@ApplicationScoped
class QueryWiring {
    private final ExecutorService pieces = Executors.newFixedThreadPool(
            Runtime.getRuntime().availableProcessors(), DaemonThreads.named("query-piece"));

    @PreDestroy
    void stop() {
        pieces.shutdownNow();
    }

    @Produces
    @Singleton
    QueryService queries(
            Definitions definitions,
            MongoDatabase database,
            RawEvents events,
            RealtimeRollups realtime,
            Completeness completeness,
            RealtimeWindow window,
            Hooks hooks,
            MeterRegistry registry,
            Clock clock) {
        return new QueryService(
                definitions,
                events,
                new RealtimeScan(realtime, completeness, window),
                new HistoricalScan(new MongoRollupScan(database), new MongoAttributionScan(database), pieces),
                new PluggedQuestions(hooks),
                new QueryMetrics(registry),
                clock,
                System::nanoTime);
    }
}
