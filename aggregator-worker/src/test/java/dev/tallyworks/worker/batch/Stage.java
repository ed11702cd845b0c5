package dev.tallyworks.worker.batch;

import com.mongodb.ConnectionString;
import com.mongodb.MongoClientSettings;
import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoClients;
import com.mongodb.client.MongoDatabase;
import dev.tallyworks.definition.Aggregation;
import dev.tallyworks.definition.Change;
import dev.tallyworks.definition.DefinitionLog;
import dev.tallyworks.definition.Report;
import dev.tallyworks.definition.Source;
import dev.tallyworks.event.Attribution;
import dev.tallyworks.event.CommitId;
import dev.tallyworks.event.Event;
import dev.tallyworks.event.EventRef;
import dev.tallyworks.metric.FieldMetrics;
import dev.tallyworks.metric.MetricGenerator;
import dev.tallyworks.mongo.MongoDefinitions;
import dev.tallyworks.mongo.MongoLanes;
import dev.tallyworks.mongo.MongoPendingEvents;
import dev.tallyworks.mongo.MongoRawEvents;
import dev.tallyworks.mongo.MongoRollups;
import dev.tallyworks.mongo.MongoSettings;
import dev.tallyworks.queue.Job;
import dev.tallyworks.queue.RetryPolicy;
import dev.tallyworks.redis.RedisJobQueue;
import dev.tallyworks.servers.Servers;
import dev.tallyworks.time.Granularity;
import io.vertx.core.Vertx;
import io.vertx.redis.client.Redis;
import java.math.BigDecimal;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.bson.Document;

/** A database and a queue of its own, one source, and an aggregation by minutes that counts all its events. */
public final class Stage implements AutoCloseable {
    public static final String SOURCE = "shop";
    public static final String TARGET = "aggr_test";

    final Vertx vertx = Vertx.vertx();
    final Redis redis = Redis.createClient(vertx, Servers.redisUrl());
    final MongoClient client = MongoClients.create(MongoSettings.customize(
                    MongoClientSettings.builder().applyConnectionString(new ConnectionString(Servers.mongoUrl())))
            .build());
    public final MongoDatabase database = client.getDatabase(Servers.freshDatabaseName());
    public final DefinitionLog definitions = new MongoDefinitions(database, Clock.systemUTC());
    public final MongoLanes lanes = new MongoLanes(database);
    public final MongoRawEvents raw = new MongoRawEvents(database);
    final MongoPendingEvents events = new MongoPendingEvents(database);
    public final RedisJobQueue queue = new RedisJobQueue(redis, Servers.freshNamespace(), 3_000);
    public final long version;
    private long commits;

    public Stage() {
        Instant now = Instant.now();
        version = definitions
                .change((newest, next) -> new DefinitionLog.Decided<>(
                        List.of(
                                Change.set(new Source(
                                        SOURCE,
                                        next,
                                        "Shop",
                                        null,
                                        List.of(),
                                        null,
                                        true,
                                        Map.of(),
                                        Source.State.OPEN,
                                        now,
                                        now)),
                                Change.set(new Report("r1", "Report", null, true, now, now)),
                                Change.set(new Aggregation(
                                        "a1",
                                        "r1",
                                        1,
                                        TARGET,
                                        Granularity.MINUTE,
                                        new Aggregation.Filter(List.of(), List.of()),
                                        new Aggregation.Partition(false, 0),
                                        null,
                                        new Aggregation.Fields(List.of(), List.of()),
                                        new Aggregation.Limits(1000, 10000),
                                        true,
                                        List.of(),
                                        new Aggregation.Sketches(List.of(), List.of()),
                                        false,
                                        now,
                                        now))),
                        next))
                .result();
        lanes.provide(4);
    }

    public Aggregator aggregator(MetricGenerator generator) {
        return new Aggregator(
                new Aggregator.Stores(definitions, lanes, events, new MongoRollups(database), queue),
                generator,
                new RetryPolicy(1, 2, 15),
                new SilentMeter(),
                Clock.systemUTC());
    }

    public Aggregator aggregator() {
        return aggregator(new FieldMetrics());
    }

    /** Records events and enqueues them. */
    public List<EventRef> post(int count, long timestampMillis) {
        return post(count, timestampMillis, version);
    }

    /** @param accepted the version of the definitions under which they are accepted */
    public List<EventRef> post(int count, long timestampMillis, long accepted) {
        List<Event> posted = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            Map<String, Object> payload =
                    Map.of("amount", new BigDecimal("0.1"), "currency", i % 2 == 0 ? "EUR" : "USD", "paid", true);
            posted.add(new Event(
                    new EventRef(SOURCE, version, UUID.randomUUID().toString()),
                    "sale",
                    timestampMillis,
                    System.currentTimeMillis(),
                    payload,
                    List.of(new Attribution("customer", "c" + i % 10)),
                    accepted,
                    100));
        }
        raw.insert(SOURCE, posted, new CommitId("test", ++commits));
        queue.enqueue(posted.stream()
                .map(event -> new Job(event.ref(), 100, event.receivedAtMillis(), ""))
                .toList());
        return posted.stream().map(Event::ref).toList();
    }

    public List<Document> rollups() {
        return database.getCollection(TARGET).find().into(new ArrayList<>());
    }

    /** COUNT of the total over all buckets. */
    public long total() {
        return rollups().stream()
                .filter(rollup -> rollup.get("attribution", Document.class)
                        .getString("type")
                        .equals(Attribution.TOTAL))
                .mapToLong(rollup -> rollup.getLong("count"))
                .sum();
    }

    public long pending() {
        return database.getCollection("events_" + SOURCE).countDocuments(new Document("pending", true));
    }

    @Override
    public void close() {
        database.drop();
        client.close();
        redis.close();
        vertx.close();
    }
}
