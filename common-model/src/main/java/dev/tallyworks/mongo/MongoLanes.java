package dev.tallyworks.mongo;

import static com.mongodb.client.model.Projections.exclude;
import static com.mongodb.client.model.Updates.combine;
import static com.mongodb.client.model.Updates.inc;
import static com.mongodb.client.model.Updates.max;
import static com.mongodb.client.model.Updates.set;
import static com.mongodb.client.model.Updates.unset;
import static dev.tallyworks.mongo.Fields.EPOCH;
import static dev.tallyworks.mongo.Fields.ID;
import static dev.tallyworks.mongo.Fields.SEQ;
import static dev.tallyworks.mongo.Fields.VERSION;

import com.mongodb.MongoBulkWriteException;
import com.mongodb.ReadConcern;
import com.mongodb.ReadPreference;
import com.mongodb.client.MongoCollection;
import com.mongodb.client.MongoDatabase;
import com.mongodb.client.model.FindOneAndUpdateOptions;
import com.mongodb.client.model.InsertManyOptions;
import com.mongodb.client.model.ReturnDocument;
import dev.tallyworks.event.EventRef;
import dev.tallyworks.lane.Lane;
import dev.tallyworks.lane.LaneStatus;
import dev.tallyworks.lane.Lanes;
import dev.tallyworks.lane.Manifest;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.bson.Document;
import org.bson.conversions.Bson;
import org.jspecify.annotations.Nullable;

/**
 * One document a lane: {@code {_id: "l07", owner, epoch, leaseUntil, seq, state: "done" | "open" | "sealed", version,
 * minVersion, takeovers, trial, events: [{source, incarnation, ids: [uuid…]}]}}.
 */
public final class MongoLanes implements Lanes {
    private static final String OWNER = "owner";
    private static final String LEASE_UNTIL = "leaseUntil";
    private static final String STATE = "state";
    private static final String DONE = "done";
    private static final String OPEN = "open";
    private static final String SEALED = "sealed";
    private static final String MIN_VERSION = "minVersion";
    private static final String TAKEOVERS = "takeovers";
    private static final String TRIAL = "trial";
    private static final String EVENTS = "events";
    private static final String SOURCE = "source";
    private static final String INCARNATION = "incarnation";
    private static final String IDS = "ids";
    /** The lease of a lane that is being added: nobody can take it yet. */
    private static final long NOT_YET = Long.MAX_VALUE;

    private final MongoCollection<Document> lanes;

    public MongoLanes(MongoDatabase database) {
        this(database.getCollection(Fields.LANES));
    }

    MongoLanes(MongoCollection<Document> lanes) {
        this.lanes = lanes.withWriteConcern(MongoSettings.DURABLE)
                .withReadConcern(ReadConcern.LOCAL)
                .withReadPreference(ReadPreference.primary());
    }

    @Override
    public void provide(int count) {
        List<Document> missing = new ArrayList<>();
        for (int number = 0; number < count; number++) {
            missing.add(new Document(ID, String.format("l%02d", number))
                    .append(OWNER, "")
                    .append(EPOCH, 0L)
                    .append(LEASE_UNTIL, NOT_YET)
                    .append(SEQ, 0L)
                    .append(STATE, DONE)
                    .append(VERSION, 0L)
                    .append(TAKEOVERS, 0)
                    .append(EVENTS, List.of()));
        }
        DriverFailures.writing(() -> {
            Map<String, Long> present = new HashMap<>();
            lanes.find()
                    .projection(new Document(MIN_VERSION, 1))
                    .forEach(found -> present.put(found.getString(ID), found.getLong(MIN_VERSION)));
            missing.removeIf(lane -> present.containsKey(lane.getString(ID)));
            // A lane that joins the pool stands behind the same fence as the others.
            long minVersion =
                    present.values().stream().mapToLong(Long::longValue).max().orElse(0);
            missing.forEach(lane -> lane.put(MIN_VERSION, minVersion));
            if (!missing.isEmpty()) {
                try {
                    lanes.insertMany(missing, new InsertManyOptions().ordered(false));
                } catch (MongoBulkWriteException raced) {
                    if (raced.getWriteErrors().stream()
                            .anyMatch(error -> error.getCode() != DriverFailures.DUPLICATE_KEY)) {
                        throw raced;
                    }
                }
            }
            return null;
        });
        giveFree();
    }

    /** A fence that came before a lane shows by the other lanes, one that comes after it finds it: so it stands behind both. */
    private void giveFree() {
        DriverFailures.writing(() -> {
            long fence = 0;
            boolean added = false;
            for (Document lane : lanes.find().projection(new Document(LEASE_UNTIL, 1).append(MIN_VERSION, 1))) {
                fence = Math.max(fence, lane.getLong(MIN_VERSION));
                added |= lane.getLong(LEASE_UNTIL) == NOT_YET;
            }
            if (added) {
                lanes.updateMany(
                        new Document(LEASE_UNTIL, NOT_YET), combine(set(LEASE_UNTIL, 0L), max(MIN_VERSION, fence)));
            }
            return added;
        });
    }

    @Override
    public List<LaneStatus> all() {
        return DriverFailures.reading(() ->
                lanes.find().projection(exclude(EVENTS)).map(MongoLanes::status).into(new ArrayList<>()));
    }

    private static LaneStatus status(Document lane) {
        return new LaneStatus(
                lane.getString(ID),
                lane.getLong(EPOCH),
                lane.getString(OWNER),
                lane.getLong(LEASE_UNTIL),
                lane.getLong(SEQ),
                DONE.equals(lane.getString(STATE)),
                lane.getLong(VERSION));
    }

    @Override
    public Optional<Lane> acquire(LaneStatus seen, String owner, long nowMillis, long leaseMillis) {
        if (!seen.isFreeAt(nowMillis)) {
            return Optional.empty();
        }
        // What was seen decides whether the takeover counts, so it must still be so.
        Bson free = new Document(ID, seen.id())
                .append(EPOCH, seen.epoch())
                .append(SEQ, seen.seq())
                .append(STATE, seen.done() ? DONE : new Document("$ne", DONE))
                .append(LEASE_UNTIL, seen.leaseUntilMillis());
        List<Bson> changes =
                new ArrayList<>(List.of(inc(EPOCH, 1L), set(OWNER, owner), set(LEASE_UNTIL, nowMillis + leaseMillis)));
        if (seen.wasGivenUp()) {
            changes.add(unset(TRIAL));
        } else if (!seen.done()) {
            changes.add(inc(TAKEOVERS, 1));
        }
        Bson update = combine(changes);
        Document taken = DriverFailures.writing(() -> lanes.findOneAndUpdate(
                free, update, new FindOneAndUpdateOptions().returnDocument(ReturnDocument.AFTER)));
        return Optional.ofNullable(taken)
                .map(lane -> new Lane(lane.getString(ID), lane.getLong(EPOCH), manifest(lane)));
    }

    @Override
    public boolean renew(String lane, long epoch, long leaseUntilMillis) {
        return update(held(lane, epoch), set(LEASE_UNTIL, leaseUntilMillis));
    }

    @Override
    public void release(String lane, long epoch) {
        update(held(lane, epoch), set(LEASE_UNTIL, 0L));
    }

    @Override
    public Step open(String lane, long epoch, long seq, List<EventRef> candidates, long version) {
        Bson filter = inState(lane, epoch, seq - 1, DONE).append(MIN_VERSION, new Document("$lte", version));
        Bson update = combine(
                set(SEQ, seq),
                set(STATE, OPEN),
                set(VERSION, version),
                set(TAKEOVERS, 0),
                unset(TRIAL),
                set(EVENTS, write(candidates)));
        if (update(filter, update)) {
            return Step.DONE;
        }
        Document stands = read(lane);
        if (stands.getLong(EPOCH) != epoch) {
            return Step.LOST;
        }
        if (stands.getLong(SEQ) == seq && OPEN.equals(stands.getString(STATE))) {
            return Step.DONE;
        }
        return stands.getLong(MIN_VERSION) > version ? Step.OUTDATED : Step.LOST;
    }

    @Override
    public Step onTrial(String lane, long epoch, long seq, @Nullable EventRef event) {
        Bson named =
                event == null ? unset(TRIAL) : set(TRIAL, write(List.of(event)).get(0));
        return update(inState(lane, epoch, seq, OPEN), named) ? Step.DONE : Step.LOST;
    }

    @Override
    public Step seal(String lane, long epoch, long seq, List<EventRef> events) {
        Bson filter = inState(lane, epoch, seq, OPEN);
        Bson update = combine(set(STATE, SEALED), unset(TRIAL), set(EVENTS, write(events)));
        return update(filter, update) ? Step.DONE : own(lane, epoch, seq, SEALED);
    }

    @Override
    public Step close(String lane, long epoch, long seq) {
        Bson filter = inState(lane, epoch, seq, SEALED);
        return update(filter, combine(set(STATE, DONE), set(EVENTS, List.of())))
                ? Step.DONE
                : own(lane, epoch, seq, DONE);
    }

    @Override
    public void fence(long version) {
        Document lower = new Document(MIN_VERSION, new Document("$lt", version));
        // Until there are none: a lane may have been added while the others were written.
        while (DriverFailures.writing(() -> lanes.updateMany(lower, set(MIN_VERSION, version)))
                        .getMatchedCount()
                > 0) {}
    }

    private static Document held(String lane, long epoch) {
        return new Document(ID, lane).append(EPOCH, epoch);
    }

    private static Document inState(String lane, long epoch, long seq, String state) {
        return held(lane, epoch).append(SEQ, seq).append(STATE, state);
    }

    /** A change that matched nothing was done before, if its own result stands there: an epoch has one owner. */
    private Step own(String lane, long epoch, long seq, String state) {
        Document stands = read(lane);
        boolean done =
                stands.getLong(EPOCH) == epoch && stands.getLong(SEQ) == seq && state.equals(stands.getString(STATE));
        return done ? Step.DONE : Step.LOST;
    }

    private Document read(String lane) {
        Document found = DriverFailures.reading(() ->
                lanes.find(new Document(ID, lane)).projection(exclude(EVENTS)).first());
        if (found == null) {
            throw new IllegalStateException("lane " + lane + " is gone from the pool");
        }
        return found;
    }

    private boolean update(Bson filter, Bson update) {
        return DriverFailures.writing(() -> lanes.updateOne(filter, update)).getMatchedCount() == 1;
    }

    private static Manifest manifest(Document lane) {
        long seq = lane.getLong(SEQ);
        long version = lane.getLong(VERSION);
        return switch (lane.getString(STATE)) {
            case DONE -> new Manifest.Done(seq);
            case SEALED -> new Manifest.Sealed(seq, version, readEvents(lane.getList(EVENTS, Document.class)));
            case OPEN -> {
                Document trial = lane.get(TRIAL, Document.class);
                EventRef onTrial =
                        trial == null ? null : readEvents(List.of(trial)).get(0);
                List<EventRef> candidates = readEvents(lane.getList(EVENTS, Document.class));
                yield new Manifest.Open(seq, version, candidates, lane.getInteger(TAKEOVERS), onTrial);
            }
            default ->
                throw new IllegalStateException(
                        "lane " + lane.getString(ID) + " is in no known state: " + lane.getString(STATE));
        };
    }

    private static List<Document> write(List<EventRef> events) {
        return SourceEvents.of(events).stream()
                .map(of -> new Document(SOURCE, of.source())
                        .append(INCARNATION, of.incarnation())
                        .append(IDS, of.uuids()))
                .toList();
    }

    private static List<EventRef> readEvents(List<Document> written) {
        List<EventRef> events = new ArrayList<>();
        for (Document group : written) {
            for (String uuid : group.getList(IDS, String.class)) {
                events.add(new EventRef(group.getString(SOURCE), group.getLong(INCARNATION), uuid));
            }
        }
        return events;
    }
}
