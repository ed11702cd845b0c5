package dev.tallyworks.worker.wiring;

import com.mongodb.ConnectionString;
import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoDatabase;
import dev.tallyworks.definition.DefinitionLog;
import dev.tallyworks.definition.DefinitionNews;
import dev.tallyworks.definition.DefinitionWatch;
import dev.tallyworks.definition.Definitions;
import dev.tallyworks.event.PendingEvents;
import dev.tallyworks.format.StoredFormat;
import dev.tallyworks.health.Eviction;
import dev.tallyworks.health.StoreProbe;
import dev.tallyworks.lane.Lanes;
import dev.tallyworks.lane.Workers;
import dev.tallyworks.metadata.MetadataNotes;
import dev.tallyworks.metadata.NotedRollups;
import dev.tallyworks.metric.FieldMetrics;
import dev.tallyworks.metric.MetricGenerator;
import dev.tallyworks.mongo.MongoCompleteness;
import dev.tallyworks.mongo.MongoDefinitions;
import dev.tallyworks.mongo.MongoDoneEvents;
import dev.tallyworks.mongo.MongoFlatViews;
import dev.tallyworks.mongo.MongoFormat;
import dev.tallyworks.mongo.MongoLanes;
import dev.tallyworks.mongo.MongoLeftovers;
import dev.tallyworks.mongo.MongoMetadata;
import dev.tallyworks.mongo.MongoPendingEvents;
import dev.tallyworks.mongo.MongoQueuePause;
import dev.tallyworks.mongo.MongoRebuilds;
import dev.tallyworks.mongo.MongoRollups;
import dev.tallyworks.mongo.MongoWorkers;
import dev.tallyworks.plugin.Hooks;
import dev.tallyworks.plugin.PluggedMetrics;
import dev.tallyworks.plugin.PluggedRollups;
import dev.tallyworks.queue.JobQueue;
import dev.tallyworks.queue.PausableJobQueue;
import dev.tallyworks.realtime.AnnouncedRollups;
import dev.tallyworks.realtime.ChangeNews;
import dev.tallyworks.realtime.Changes;
import dev.tallyworks.realtime.Gaps;
import dev.tallyworks.realtime.Heartbeat;
import dev.tallyworks.realtime.RealtimeRollups;
import dev.tallyworks.realtime.RealtimeWindow;
import dev.tallyworks.redis.RedisChangeNews;
import dev.tallyworks.redis.RedisDefinitionNews;
import dev.tallyworks.redis.RedisEviction;
import dev.tallyworks.redis.RedisJobQueue;
import dev.tallyworks.redis.RedisRealtimeRollups;
import dev.tallyworks.rollup.FlatViews;
import dev.tallyworks.rollup.Rollups;
import dev.tallyworks.telemetry.QueueGauges;
import dev.tallyworks.worker.batch.Aggregator;
import dev.tallyworks.worker.batch.BatchMeter;
import dev.tallyworks.worker.lease.LaneCrew;
import dev.tallyworks.worker.lease.LaneOffice;
import dev.tallyworks.worker.lease.LeaseKeeper;
import dev.tallyworks.worker.lease.StopSignal;
import dev.tallyworks.worker.rebuild.RebuildLimits;
import dev.tallyworks.worker.rebuild.Rebuilder;
import dev.tallyworks.worker.recovery.Janitor;
import dev.tallyworks.worker.recovery.OutboxRelay;
import dev.tallyworks.worker.recovery.RealtimeGaps;
import dev.tallyworks.worker.recovery.RecoveryMeter;
import dev.tallyworks.worker.removal.Sweeper;
import dev.tallyworks.worker.retention.Expiry;
import io.micrometer.core.instrument.MeterRegistry;
import io.opentelemetry.api.trace.Tracer;
import io.vertx.redis.client.Redis;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Disposes;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Named;
import jakarta.inject.Singleton;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Clock;
import java.time.Duration;
import java.util.Random;
import java.util.UUID;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/** Produces what the worker is made of. */
@ApplicationScoped
class Wiring {
    /** No script of ours takes as long while Redis works. */
    private static final long REDIS_TIMEOUT_MILLIS = 3_000;
    /** Only where news get lost: a batch reads for itself. */
    private static final Duration WATCH_PAUSE = Duration.ofSeconds(2);

    @Produces
    @Singleton
    Clock clock() {
        return Clock.systemUTC();
    }

    @Produces
    @Singleton
    WorkerIdentity identity(Clock clock) {
        String host;
        try {
            host = InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException nameless) {
            host = "unknown";
        }
        String id = host + "-" + ProcessHandle.current().pid() + "-"
                + UUID.randomUUID().toString().substring(0, 8);
        return new WorkerIdentity(id, clock.millis());
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
    Lanes lanes(MongoDatabase database) {
        return new MongoLanes(database);
    }

    @Produces
    @Singleton
    PendingEvents events(MongoDatabase database) {
        return new MongoPendingEvents(database);
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
    MetricGenerator generator(Hooks hooks) {
        return new PluggedMetrics(new FieldMetrics(), hooks);
    }

    @Produces
    @Singleton
    Rollups rollups(MongoDatabase database, Changes changes, Hooks hooks) {
        MetadataNotes notes = new MetadataNotes(new MongoMetadata(database));
        Rollups noted = new NotedRollups(new MongoRollups(database), notes);
        return new PluggedRollups(new AnnouncedRollups(noted, changes), hooks);
    }

    @Produces
    @Singleton
    Workers workers(MongoDatabase database) {
        return new MongoWorkers(database);
    }

    @Produces
    @Singleton
    StoredFormat format(MongoDatabase database) {
        return new MongoFormat(database);
    }

    @Produces
    @Singleton
    PausableJobQueue queue(
            Redis redis,
            @ConfigProperty(name = "tallyworks.redis-namespace") String namespace,
            MongoDatabase database) {
        return new PausableJobQueue(
                new RedisJobQueue(redis, namespace, REDIS_TIMEOUT_MILLIS), new MongoQueuePause(database));
    }

    @Produces
    @Singleton
    MicrometerBatchMeter meter(MeterRegistry registry) {
        return new MicrometerBatchMeter(registry);
    }

    @Produces
    @Singleton
    Aggregator aggregator(
            Definitions definitions,
            Lanes lanes,
            PendingEvents events,
            Rollups rollups,
            JobQueue queue,
            MetricGenerator generator,
            MicrometerBatchMeter meter,
            WorkerConfig settings,
            Tracer tracer,
            @ConfigProperty(name = "quarkus.otel.sdk.disabled") boolean tracingOff,
            Clock clock) {
        BatchMeter told = tracingOff ? meter : new TracedBatchMeter(meter, tracer);
        Aggregator.Stores stores = new Aggregator.Stores(definitions, lanes, events, rollups, queue);
        return new Aggregator(stores, generator, settings.retries().policy(), told, clock);
    }

    @Produces
    @Singleton
    LeaseKeeper leaseKeeper(Lanes lanes, Clock clock, WorkerConfig settings) {
        return new LeaseKeeper(lanes, clock, settings.lease());
    }

    @Produces
    @Singleton
    LaneCrew crew(
            Lanes lanes,
            LeaseKeeper keeper,
            Aggregator aggregator,
            WorkerConfig settings,
            WorkerIdentity identity,
            StopSignal signal,
            Clock clock) {
        LaneOffice office = new LaneOffice(lanes, clock, settings.lease(), identity.id(), new Random());
        return new LaneCrew(lanes, office, keeper, aggregator, settings, signal);
    }

    @Produces
    @Singleton
    StopSignal stopSignal() {
        return new StopSignal();
    }

    @Produces
    @Singleton
    @Named("mongodb")
    StoreProbe mongoProbe(Definitions definitions) {
        return new StoreProbe("mongodb", definitions::refresh);
    }

    @Produces
    @Singleton
    QueueGauges queueGauges(MeterRegistry registry, JobQueue queue, Clock clock) {
        return new QueueGauges(registry, queue, clock);
    }

    @Produces
    @Singleton
    RecoveryMeter recoveryMeter(MeterRegistry registry) {
        return new MicrometerRecoveryMeter(registry);
    }

    @Produces
    @Singleton
    @Named("redis")
    StoreProbe redisProbe(QueueGauges jobs, Redis redis) {
        Eviction eviction = new RedisEviction(redis, REDIS_TIMEOUT_MILLIS);
        return new StoreProbe("redis", () -> {
            jobs.sample();
            eviction.check();
        });
    }

    @Produces
    @Singleton
    Janitor janitor(Lanes lanes, JobQueue queue, LaneCrew crew, RecoveryMeter meter, Clock clock) {
        return new Janitor(lanes, queue, crew, meter, clock);
    }

    @Produces
    @Singleton
    Sweeper sweeper(
            DefinitionLog definitions, MongoDatabase database, Lanes lanes, RealtimeWindow window, Clock clock) {
        Duration inUse = Duration.ofMillis(window.queryMillis());
        return new Sweeper(definitions, lanes, new MongoLeftovers(database), inUse, clock);
    }

    @Produces
    @Singleton
    Expiry expiry(
            DefinitionLog definitions,
            MongoDatabase database,
            Lanes lanes,
            RealtimeWindow window,
            Hooks hooks,
            Clock clock) {
        Duration inUse = Duration.ofMillis(window.queryMillis());
        return new Expiry(definitions, lanes, new MongoLeftovers(database), hooks, inUse, clock);
    }

    @Produces
    @Singleton
    FlatViews flatViews(MongoDatabase database) {
        return new MongoFlatViews(database);
    }

    @Produces
    @Singleton
    Rebuilder rebuilder(
            DefinitionLog definitions,
            MongoDatabase database,
            Lanes lanes,
            Rollups rollups,
            MetricGenerator generator,
            StopSignal signal,
            WorkerIdentity identity,
            WorkerConfig settings,
            MeterRegistry registry,
            Clock clock) {
        Rebuilder.Stores stores = new Rebuilder.Stores(
                definitions,
                lanes,
                new MongoDoneEvents(database),
                rollups,
                new MongoRebuilds(database),
                new MicrometerRebuildMeter(registry));
        RebuildLimits limits = new RebuildLimits(settings.rebuildWindowEvents(), settings.rebuildWindowBytes());
        return new Rebuilder(stores, generator, limits, signal, clock, identity.id(), settings.lease());
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
        return new RedisRealtimeRollups(redis, namespace, REDIS_TIMEOUT_MILLIS, window);
    }

    @Produces
    @Singleton
    Heartbeat heartbeat(RealtimeRollups realtime, Definitions definitions) {
        return new Heartbeat(realtime, definitions);
    }

    @Produces
    @Singleton
    OutboxRelay relay(
            Definitions definitions,
            PendingEvents events,
            Lanes lanes,
            JobQueue queue,
            RealtimeRollups realtime,
            RealtimeWindow window,
            MongoDatabase database,
            RecoveryMeter meter,
            Clock clock) {
        Gaps gaps = new Gaps(new MongoCompleteness(database), window, clock);
        OutboxRelay.LostEvents told = new RealtimeGaps(definitions, realtime, gaps);
        return new OutboxRelay(definitions, events, lanes, queue, told, meter, clock);
    }
}
