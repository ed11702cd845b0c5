package dev.tallyworks.worker.protocol;

import com.mongodb.client.MongoDatabase;
import dev.tallyworks.definition.Definitions;
import dev.tallyworks.event.CommitId;
import dev.tallyworks.event.DoneEvents;
import dev.tallyworks.event.Event;
import dev.tallyworks.event.EventRef;
import dev.tallyworks.lane.LaneStatus;
import dev.tallyworks.lane.Lanes;
import dev.tallyworks.mongo.MongoDeadLetters;
import dev.tallyworks.mongo.MongoDoneEvents;
import dev.tallyworks.mongo.MongoLanes;
import dev.tallyworks.mongo.MongoLeftovers;
import dev.tallyworks.mongo.MongoPendingEvents;
import dev.tallyworks.mongo.MongoRawEvents;
import dev.tallyworks.mongo.MongoRebuilds;
import dev.tallyworks.mongo.MongoRollups;
import dev.tallyworks.queue.JobQueue;
import dev.tallyworks.rebuild.Rebuilds;
import dev.tallyworks.removal.Leftovers;
import dev.tallyworks.rollup.RollupDelta;
import dev.tallyworks.rollup.SeriesKey;
import dev.tallyworks.time.Granularity;
import dev.tallyworks.worker.batch.Aggregator;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.bson.Document;

/** Everything where it is in earnest. */
final class OnServers implements Run.Place {
    private final MongoDatabase database;
    private final MongoLanes lanes;
    private final MongoRawEvents raw;
    private final MongoPendingEvents pending;
    private final MongoDeadLetters letters;
    private final MongoRollups rollups;
    private final JobQueue queue;
    private final Map<String, Event> inserted = new TreeMap<>();
    /** As they were before they went. */
    private final Map<String, Fate> expired = new HashMap<>();

    /** @param database empty */
    OnServers(MongoDatabase database, JobQueue queue) {
        this.database = database;
        this.lanes = new MongoLanes(database);
        this.raw = new MongoRawEvents(database);
        this.pending = new MongoPendingEvents(database);
        this.letters = new MongoDeadLetters(database);
        this.rollups = new MongoRollups(database);
        this.queue = queue;
    }

    @Override
    public Aggregator.Stores stores(Definitions definitions) {
        return new Aggregator.Stores(definitions, lanes, pending, rollups, queue);
    }

    @Override
    public Lanes lanesForRelay() {
        return lanes;
    }

    @Override
    public void insert(Event event) {
        inserted.put(event.ref().uuid(), event);
        raw.insert(event.ref().source(), List.of(event), new CommitId("test", 1));
    }

    @Override
    public long retry(EventRef event) {
        return letters.retry(List.of(event), 1);
    }

    @Override
    public long discard(EventRef event) {
        return letters.discard(List.of(event));
    }

    @Override
    public List<Fate> fates() {
        List<Fate> fates = new ArrayList<>();
        inserted.forEach((uuid, event) -> {
            EventRef ref = event.ref();
            Document stands = database.getCollection("events_" + ref.source())
                    .find(new Document("_id", uuid))
                    .first();
            if (stands == null) {
                fates.add(expired.get(uuid));
                return;
            }
            fates.add(new Fate(
                    event,
                    stands.getBoolean("pending", false),
                    stands.containsKey("claim"),
                    stands.getEmbedded(List.of("irregular", "dead", "reason"), String.class),
                    stands.getInteger("attempts", 0),
                    stands.getEmbedded(List.of("irregular", "discarded"), Document.class) != null,
                    stands.getLong("batchVersion"),
                    false));
        });
        return fates;
    }

    @Override
    public Map<RollupDelta.Target, Map<String, Long>> counts() {
        Map<RollupDelta.Target, Map<String, Long>> counts = new HashMap<>();
        for (String collection : List.of("aggr_a1", "aggr_a2")) {
            for (Document rollup : database.getCollection(collection).find()) {
                Document attribution = rollup.get("attribution", Document.class);
                SeriesKey series = new SeriesKey(
                        rollup.getString("aggregation"),
                        rollup.getInteger("generation"),
                        Granularity.MINUTE,
                        attribution.getString("type"),
                        attribution.getString("value"));
                Map<String, Long> events = new TreeMap<>();
                rollup.get("n", Document.class).forEach((uuid, count) -> events.put(uuid, (Long) count));
                counts.put(
                        new RollupDelta.Target(
                                collection,
                                series,
                                rollup.getDate("bucket").getTime(),
                                rollup.getString("source"),
                                rollup.getLong("incarnation"),
                                rollup.getString("type"),
                                0,
                                0),
                        events);
            }
        }
        return counts;
    }

    @Override
    public JobQueue.State queue() {
        return queue.state();
    }

    @Override
    public List<LaneStatus> lanes() {
        return lanes.all();
    }

    @Override
    public DoneEvents done() {
        return new MongoDoneEvents(database);
    }

    @Override
    public Rebuilds rebuilds() {
        return new MongoRebuilds(database);
    }

    @Override
    public Leftovers leftovers() {
        return (Expired) (source, beforeMillis, eventsMax) -> {
            fates().forEach(fate -> expired.put(fate.event().ref().uuid(), fate));
            return new MongoLeftovers(database).removeExpired(source, 1, beforeMillis, eventsMax, null);
        };
    }
}
