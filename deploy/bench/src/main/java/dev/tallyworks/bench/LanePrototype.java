package dev.tallyworks.bench;

import static com.mongodb.client.model.Updates.combine;
import static com.mongodb.client.model.Updates.set;
import static com.mongodb.client.model.Updates.unset;

import com.mongodb.client.MongoCollection;
import com.mongodb.client.model.InsertManyOptions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.bson.Document;
import org.bson.conversions.Bson;
import org.bson.types.Decimal128;

/**
 * The steps of a lane's batch (open, claim, find, fold, seal, apply, finish, close) as plain driver calls, without a queue
 * and without everything else that the product takes care of: the ceiling of the worker's drain.
 */
final class LanePrototype {
    private static final int INSERT_SIZE = 1_000;

    private final MongoCollection<Document> events;
    private final MongoCollection<Document> rollups;
    private final MongoCollection<Document> lanes;
    private final String run = Ceilings.newRun();
    private final int count;

    /** Inserts the events that {@link #drain} takes. */
    LanePrototype(Ceilings ceilings, int count, int distinct) {
        this.events = ceilings.eventCollection();
        this.rollups = ceilings.rollupCollection();
        this.lanes = ceilings.rollupCollection();
        this.count = count;
        for (int from = 0; from < count; from += INSERT_SIZE) {
            List<Document> batch = new ArrayList<>(INSERT_SIZE);
            for (int number = from; number < Math.min(count, from + INSERT_SIZE); number++) {
                batch.add(BenchEvent.of(run, number, distinct).document(System.currentTimeMillis()));
            }
            events.insertMany(batch, new InsertManyOptions().ordered(false));
        }
    }

    /** @throws IllegalStateException where it did not count every event once */
    Load.Result drain(int threads, int batchSize, Duration timeMax) {
        AtomicInteger laneNumbers = new AtomicInteger();
        Load.Result result = Load.run(threads, batchSize, count, timeMax, () -> {
            String lane = "l0" + laneNumbers.getAndIncrement();
            lanes.insertOne(new Document("_id", lane).append("seq", 0L).append("state", "done"));
            long[] seq = {0};
            return (first, size) -> batch(lane, ++seq[0], first, size);
        });
        Document total =
                rollups.find(new Document("attribution.type", "_total")).first();
        if (total == null || total.getLong("count") != result.items()) {
            throw new IllegalStateException("the prototype counted " + total + " of " + result.items());
        }
        return result;
    }

    private void batch(String lane, long seq, long first, int size) {
        List<String> ids = new ArrayList<>(size);
        for (long number = first; number < first + size; number++) {
            ids.add(run + '-' + number);
        }
        Document claim = new Document("lane", lane).append("epoch", 1L).append("seq", seq);
        step(lane, seq - 1, "done", combine(set("seq", seq), set("state", "open"), set("events", ids)));
        Document fresh = new Document("_id", new Document("$in", ids))
                .append("pending", true)
                .append("claim", new Document("$exists", false));
        events.updateMany(fresh, set("claim", claim));
        Document mine = new Document("_id", new Document("$in", ids))
                .append("pending", true)
                .append("claim.lane", lane)
                .append("claim.seq", seq);
        List<BenchEvent> owned = events.find(mine).map(LanePrototype::read).into(new ArrayList<>(size));
        step(lane, seq, "open", combine(set("state", "sealed"), set("events", ids)));
        Ceilings.writeRollups(rollups, lane, seq, Totals.fold(owned));
        events.updateMany(
                new Document("_id", new Document("$in", ids))
                        .append("claim.lane", lane)
                        .append("claim.seq", seq),
                combine(unset("pending"), set("batchVersion", 3L)));
        step(lane, seq, "sealed", combine(set("state", "done"), set("events", List.of())));
    }

    private void step(String lane, long seq, String state, Bson update) {
        Document held = new Document("_id", lane).append("seq", seq).append("state", state);
        if (lanes.updateOne(held, update).getMatchedCount() != 1) {
            throw new IllegalStateException("lane " + lane + " is in other hands");
        }
    }

    private static BenchEvent read(Document event) {
        Document payload = event.get("payload", Document.class);
        return new BenchEvent(
                event.getString("_id"),
                payload.get("amount", Decimal128.class)
                        .bigDecimalValue()
                        .movePointRight(2)
                        .longValueExact(),
                payload.getString("currency"),
                payload.getString("channel"),
                payload.getBoolean("returning"),
                event.getList("attributions", Document.class).get(0).getString("value"));
    }
}
