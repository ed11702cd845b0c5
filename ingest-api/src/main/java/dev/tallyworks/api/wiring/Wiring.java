package dev.tallyworks.api.wiring;

import com.mongodb.ConnectionString;
import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoDatabase;
import dev.tallyworks.api.intake.Intake;
import dev.tallyworks.api.intake.PayloadSchema;
import dev.tallyworks.definition.DefinitionLog;
import dev.tallyworks.definition.DefinitionNews;
import dev.tallyworks.definition.DefinitionWatch;
import dev.tallyworks.definition.Definitions;
import dev.tallyworks.event.RawEvents;
import dev.tallyworks.format.StoredFormat;
import dev.tallyworks.health.Eviction;
import dev.tallyworks.health.StoreProbe;
import dev.tallyworks.lane.Workers;
import dev.tallyworks.metadata.Metadata;
import dev.tallyworks.metadata.MetadataNotes;
import dev.tallyworks.metric.FieldMetrics;
import dev.tallyworks.metric.MetricGenerator;
import dev.tallyworks.mongo.MongoCompleteness;
import dev.tallyworks.mongo.MongoDefinitions;
import dev.tallyworks.mongo.MongoFormat;
import dev.tallyworks.mongo.MongoMetadata;
import dev.tallyworks.mongo.MongoQueuePause;
import dev.tallyworks.mongo.MongoRawEvents;
import dev.tallyworks.mongo.MongoWorkers;
import dev.tallyworks.plugin.Hooks;
import dev.tallyworks.plugin.PluggedMetrics;
import dev.tallyworks.queue.JobQueue;
import dev.tallyworks.queue.QueuePause;
import dev.tallyworks.realtime.ChangeNews;
import dev.tallyworks.realtime.Changes;
import dev.tallyworks.realtime.Completeness;
import dev.tallyworks.realtime.Gaps;
import dev.tallyworks.realtime.Heartbeat;
import dev.tallyworks.realtime.RealtimeRollups;
import dev.tallyworks.realtime.RealtimeWindow;
import dev.tallyworks.redis.RedisChangeNews;
import dev.tallyworks.redis.RedisDefinitionNews;
import dev.tallyworks.redis.RedisEviction;
import dev.tallyworks.redis.RedisJobQueue;
import dev.tallyworks.redis.RedisRealtimeRollups;
import io.micrometer.core.instrument.MeterRegistry;
import io.opentelemetry.api.trace.Tracer;
import io.vertx.redis.client.Redis;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Disposes;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Duration;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.eclipse.microprofile.context.ManagedExecutor;

/** Produces what the ingest API is made of. */
@ApplicationScoped
class Wiring {
    private static final long REDIS_TIMEOUT_MILLIS = 500;
    /** A post waits for it, and the relay repairs what was not published. */
    private static final long COMMIT_TIMEOUT_MILLIS = 1_000;
    /** Only where news get lost: whoever must know reads for itself. */
    private static final Duration WATCH_PAUSE = Duration.ofSeconds(2);

    @Produces
    @Singleton
    Clock clock() {
        return Clock.systemUTC();
    }

    @Produces
    @Singleton
    MongoDatabase database(MongoClient client, @ConfigProperty(name = "quarkus.mongodb.connection-string") String url) {
        String name = new ConnectionString(url).getDatabase();
        return client.getDatabase(name == null ? "tallyworks" : name);
    }

    @Produces
    @Singleton
    DefinitionNews news(Redis redis, @ConfigProperty(name = "tallyworks.redis-namespace") String namespace) {
        return new RedisDefinitionNews(redis, namespace);
    }

    @Produces
    @Singleton
    DefinitionLog definitions(MongoDatabase database, Clock clock, DefinitionNews news) {
        return new MongoDefinitions(database, clock, news::announce);
    }

    @Produces
    @Singleton
    DefinitionWatch watch(Definitions definitions, DefinitionNews news) {
        return new DefinitionWatch(definitions, news, WATCH_PAUSE);
    }

    @Produces
    @Singleton
    RawEvents rawEvents(MongoDatabase database) {
        return new MongoRawEvents(database);
    }

    @Produces
    @Singleton
    Metadata metadata(MongoDatabase database) {
        return new MongoMetadata(database);
    }

    @Produces
    @Singleton
    Workers workers(MongoDatabase database) {
        return new MongoWorkers(database);
    }

    @Produces
    @Singleton
    RealtimeWindow window(RealtimeConfig settings) {
        return settings.window();
    }

    @Produces
    @Singleton
    RealtimeRollups realtime(
            Redis redis, @ConfigProperty(name = "tallyworks.redis-namespace") String namespace, RealtimeWindow window) {
        return new RedisRealtimeRollups(redis, namespace, COMMIT_TIMEOUT_MILLIS, window);
    }

    @Produces
    @Singleton
    ChangeNews changeNews(Redis redis, @ConfigProperty(name = "tallyworks.redis-namespace") String namespace) {
        return new RedisChangeNews(redis, namespace);
    }

    void stop(@Disposes ChangeNews news) {
        news.close();
    }

    @Produces
    @Singleton
    Changes changes(ChangeNews news) {
        return new Changes(news);
    }

    void stop(@Disposes Changes changes) {
        changes.close();
    }

    @Produces
    @Singleton
    Completeness completeness(MongoDatabase database) {
        return new MongoCompleteness(database);
    }

    @Produces
    @Singleton
    Heartbeat heartbeat(RealtimeRollups realtime, Definitions definitions) {
        return new Heartbeat(realtime, definitions);
    }

    @Produces
    @Singleton
    MetricGenerator generator(Hooks hooks) {
        return new PluggedMetrics(new FieldMetrics(), hooks);
    }

    @Produces
    @Singleton
    Eviction eviction(Redis redis) {
        return new RedisEviction(redis, REDIS_TIMEOUT_MILLIS);
    }

    @Produces
    @Singleton
    JobQueue queue(Redis redis, @ConfigProperty(name = "tallyworks.redis-namespace") String namespace) {
        return new RedisJobQueue(redis, namespace, REDIS_TIMEOUT_MILLIS);
    }

    @Produces
    @Singleton
    StoredFormat format(MongoDatabase database) {
        return new MongoFormat(database);
    }

    @Produces
    @Singleton
    QueuePause pause(MongoDatabase database) {
        return new MongoQueuePause(database);
    }

    @Produces
    @Singleton
    Intake intake(
            Definitions definitions,
            RawEvents rawEvents,
            Metadata metadata,
            RealtimeRollups realtime,
            Completeness completeness,
            RealtimeWindow window,
            Changes changes,
            PayloadSchema schemas,
            Hooks hooks,
            MetricGenerator generator,
            IngestConfig settings,
            MeterRegistry registry,
            Tracer tracer,
            @ConfigProperty(name = "quarkus.otel.sdk.disabled") boolean tracingOff,
            Clock clock,
            ManagedExecutor reading) {
        Intake.Stores stores = new Intake.Stores(
                definitions,
                rawEvents,
                new MetadataNotes(metadata),
                realtime,
                new Gaps(completeness, window, clock),
                recorded -> {
                    recorded.forEach(event -> changes.of(event.ref().source()));
                    hooks.afterEventRecord(recorded);
                });
        return new Intake(
                stores, schemas, hooks, generator, settings, registry, tracingOff ? null : tracer, clock, reading);
    }

    @Produces
    @Singleton
    StoreProbe storeProbe(Definitions definitions) {
        return new StoreProbe("mongodb", definitions::refresh);
    }
}
