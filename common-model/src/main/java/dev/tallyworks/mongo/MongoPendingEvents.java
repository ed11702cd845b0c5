package dev.tallyworks.mongo;

import static dev.tallyworks.mongo.Fields.ATTEMPTS;
import static dev.tallyworks.mongo.Fields.BATCH_VERSION;
import static dev.tallyworks.mongo.Fields.CLAIM;
import static dev.tallyworks.mongo.Fields.CLAIM_EPOCH;
import static dev.tallyworks.mongo.Fields.CLAIM_LANE;
import static dev.tallyworks.mongo.Fields.CLAIM_SEQ;
import static dev.tallyworks.mongo.Fields.COMMIT;
import static dev.tallyworks.mongo.Fields.COMMIT_NUMBER;
import static dev.tallyworks.mongo.Fields.COMMIT_WRITER;
import static dev.tallyworks.mongo.Fields.DIED_AT;
import static dev.tallyworks.mongo.Fields.EPOCH;
import static dev.tallyworks.mongo.Fields.ERROR;
import static dev.tallyworks.mongo.Fields.EVENTS_PREFIX;
import static dev.tallyworks.mongo.Fields.ID;
import static dev.tallyworks.mongo.Fields.INCARNATION;
import static dev.tallyworks.mongo.Fields.IRREGULAR_DEAD;
import static dev.tallyworks.mongo.Fields.LANE;
import static dev.tallyworks.mongo.Fields.NOT_BEFORE;
import static dev.tallyworks.mongo.Fields.PENDING;
import static dev.tallyworks.mongo.Fields.REASON;
import static dev.tallyworks.mongo.Fields.RECEIVED_AT;
import static dev.tallyworks.mongo.Fields.SEQ;
import static dev.tallyworks.mongo.Fields.SIZE;
import static dev.tallyworks.mongo.Fields.STACK;
import static dev.tallyworks.mongo.Fields.TIMESTAMP;
import static dev.tallyworks.mongo.Fields.TYPE;
import static dev.tallyworks.mongo.Fields.VERSION;

import com.mongodb.ReadPreference;
import com.mongodb.client.FindIterable;
import com.mongodb.client.MongoCollection;
import com.mongodb.client.MongoDatabase;
import dev.tallyworks.event.Claim;
import dev.tallyworks.event.CommitId;
import dev.tallyworks.event.Event;
import dev.tallyworks.event.EventRef;
import dev.tallyworks.event.PendingEvents;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Date;
import java.util.List;
import java.util.function.BiConsumer;
import org.bson.Document;
import org.bson.RawBsonDocument;
import org.jspecify.annotations.Nullable;

/** The workers' side of the raw events, over the documents that {@code MongoRawEvents} records. */
public final class MongoPendingEvents implements PendingEvents {
    private static final Document ABSENT = new Document("$exists", false);

    private final MongoDatabase database;

    public MongoPendingEvents(MongoDatabase database) {
        this.database = database.withWriteConcern(MongoSettings.DURABLE).withReadPreference(ReadPreference.primary());
    }

    @Override
    public void claim(Collection<EventRef> candidates, Claim claim, long version, boolean heir) {
        Document update = new Document("$set", new Document(CLAIM, write(claim)));
        eachSource(candidates, (source, filter) -> {
            Document known = filter.append(PENDING, true).append(VERSION, new Document("$lte", version));
            DriverFailures.writing(() -> events(source).updateMany(new Document(known).append(CLAIM, ABSENT), update));
            if (heir) {
                Document inherited = new Document(known)
                        .append(CLAIM_LANE, claim.lane())
                        .append(CLAIM_EPOCH, new Document("$lt", claim.epoch()))
                        .append(CLAIM_SEQ, claim.seq());
                DriverFailures.writing(() -> events(source).updateMany(inherited, update));
            }
        });
    }

    @Override
    public List<Event> owned(Collection<EventRef> candidates, Claim claim) {
        List<Event> owned = new ArrayList<>();
        eachSource(candidates, (source, filter) -> {
            Document mine = filter.append(PENDING, true)
                    .append(CLAIM_LANE, claim.lane())
                    .append(CLAIM_EPOCH, claim.epoch())
                    .append(CLAIM_SEQ, claim.seq());
            owned.addAll(read(source, mine));
        });
        return owned;
    }

    @Override
    public List<Event> sealed(Collection<EventRef> sealed) {
        List<Event> found = new ArrayList<>();
        eachSource(sealed, (source, filter) -> found.addAll(read(source, filter)));
        return found;
    }

    private List<Event> read(String source, Document filter) {
        FindIterable<RawBsonDocument> documents =
                events(source).withDocumentClass(RawBsonDocument.class).find(filter);
        return DriverFailures.reading(() -> documents
                .map(document -> EventDocuments.toEvent(source, document))
                .into(new ArrayList<>()));
    }

    @Override
    public List<EventRef> newerThan(Collection<EventRef> candidates, long version) {
        List<EventRef> newer = new ArrayList<>();
        eachSource(candidates, (source, filter) -> {
            Document unknown =
                    filter.append(PENDING, true).append(CLAIM, ABSENT).append(VERSION, new Document("$gt", version));
            DriverFailures.reading(() -> events(source)
                    .find(unknown)
                    .projection(new Document(INCARNATION, 1))
                    .map(document -> ref(source, document))
                    .into(newer));
        });
        return newer;
    }

    @Override
    public @Nullable Release release(EventRef event, Claim claim, Failed failed) {
        MongoCollection<Document> events = events(event.source());
        Document held = new Document(ID, event.uuid()).append(INCARNATION, event.incarnation());
        Document stands = DriverFailures.reading(() -> events.find(held)
                .projection(new Document(ATTEMPTS, 1)
                        .append(NOT_BEFORE, 1)
                        .append(CLAIM, 1)
                        .append(PENDING, 1))
                .first());
        if (stands == null) {
            return null;
        }
        int attemptsBefore = stands.getInteger(ATTEMPTS, 0);
        if (stands.get(CLAIM) == null) {
            // An earlier try of this call got through, or the janitor took the claim off: either way it is not held any
            // more.
            Date due = stands.getDate(NOT_BEFORE);
            boolean died = !stands.getBoolean(PENDING, false);
            return attemptsBefore == 0
                    ? null
                    : new Release(attemptsBefore, died ? null : time(due, failed.nowMillis()));
        }
        int attempts = attemptsBefore + 1;
        Document set = new Document(ATTEMPTS, attempts);
        Document unset = new Document(CLAIM, "");
        Long due = null;
        if (attempts >= failed.attemptsMax()) {
            unset.append(PENDING, "").append(NOT_BEFORE, "");
            set.append(
                    IRREGULAR_DEAD,
                    new Document(REASON, failed.fault().reason())
                            .append(ERROR, failed.fault().error())
                            .append(STACK, failed.fault().stack())
                            .append(ATTEMPTS, attempts)
                            .append(DIED_AT, new Date(failed.nowMillis())));
        } else {
            due = failed.retryAt().afterAttempt(attempts);
            set.append(NOT_BEFORE, new Date(due));
        }
        Document mine = new Document(held)
                .append(PENDING, true)
                .append(CLAIM, write(claim))
                .append(ATTEMPTS, stands.containsKey(ATTEMPTS) ? (Object) attemptsBefore : ABSENT);
        Document update = new Document("$set", set).append("$unset", unset);
        boolean released =
                DriverFailures.writing(() -> events.updateOne(mine, update)).getMatchedCount() == 1;
        return released ? new Release(attempts, due) : null;
    }

    @Override
    public void finish(Collection<EventRef> finished, Claim claim, long version) {
        Document update = new Document(
                        "$unset",
                        new Document(PENDING, "").append(NOT_BEFORE, "").append(IRREGULAR_DEAD, ""))
                .append("$set", new Document(BATCH_VERSION, version));
        eachSource(finished, (source, filter) -> {
            Document mine = filter.append(CLAIM_LANE, claim.lane()).append(CLAIM_SEQ, claim.seq());
            DriverFailures.writing(() -> events(source).updateMany(mine, update));
        });
    }

    @Override
    public Scan scan(String source, @Nullable ScanPosition from, long receivedBeforeMillis, int limit) {
        // The index goes by {receivedAt, _id}; reading on in it takes two plain ranges, as a query with $or would scan.
        List<Pending> found = new ArrayList<>();
        Document later = new Document("$lt", new Date(receivedBeforeMillis));
        if (from != null && from.receivedAtMillis() >= receivedBeforeMillis) {
            return new Scan(found, null);
        }
        if (from != null) {
            Date moment = new Date(from.receivedAtMillis());
            Document sameMoment = new Document(PENDING, true)
                    .append(RECEIVED_AT, moment)
                    .append(ID, new Document("$gt", from.uuid()));
            scan(source, sameMoment, limit, found);
            later.append("$gt", moment);
        }
        if (found.size() < limit) {
            scan(source, new Document(PENDING, true).append(RECEIVED_AT, later), limit - found.size(), found);
        }
        if (found.size() < limit) {
            return new Scan(found, null);
        }
        Pending last = found.get(found.size() - 1);
        return new Scan(
                found, new ScanPosition(last.receivedAtMillis(), last.ref().uuid()));
    }

    private void scan(String source, Document filter, int limit, List<Pending> into) {
        DriverFailures.reading(() -> events(source)
                .find(filter)
                .sort(new Document(RECEIVED_AT, 1).append(ID, 1))
                .limit(limit)
                .projection(new Document(INCARNATION, 1)
                        .append(TYPE, 1)
                        .append(TIMESTAMP, 1)
                        .append(COMMIT, 1)
                        .append(RECEIVED_AT, 1)
                        .append(SIZE, 1)
                        .append(CLAIM, 1)
                        .append(NOT_BEFORE, 1))
                .map(document -> pending(source, document))
                .into(into));
    }

    @Override
    public boolean unclaim(EventRef event, Claim claim) {
        Document stale = new Document(ID, event.uuid())
                .append(INCARNATION, event.incarnation())
                .append(PENDING, true)
                .append(CLAIM, write(claim));
        Document update = new Document("$unset", new Document(CLAIM, ""));
        return DriverFailures.writing(() -> events(event.source()).updateOne(stale, update))
                        .getMatchedCount()
                == 1;
    }

    @Override
    public void postpone(Collection<EventRef> postponed, long notBeforeMillis) {
        Document update = new Document("$set", new Document(NOT_BEFORE, new Date(notBeforeMillis)));
        eachSource(postponed, (source, filter) -> {
            Document waiting = filter.append(PENDING, true).append(CLAIM, ABSENT);
            DriverFailures.writing(() -> events(source).updateMany(waiting, update));
        });
    }

    private MongoCollection<Document> events(String source) {
        return database.getCollection(EVENTS_PREFIX + source);
    }

    /** Gives one filter {@code {_id: {$in}, incarnation}} for each source. */
    private static void eachSource(Collection<EventRef> refs, BiConsumer<String, Document> call) {
        for (SourceEvents of : SourceEvents.of(refs)) {
            call.accept(
                    of.source(),
                    new Document(ID, new Document("$in", of.uuids())).append(INCARNATION, of.incarnation()));
        }
    }

    private static EventRef ref(String source, Document document) {
        return new EventRef(source, document.getLong(INCARNATION), document.getString(ID));
    }

    private static Pending pending(String source, Document document) {
        Document claim = document.get(CLAIM, Document.class);
        Document commit = document.get(COMMIT, Document.class);
        return new Pending(
                ref(source, document),
                document.getString(TYPE),
                document.getDate(TIMESTAMP).getTime(),
                new CommitId(commit.getString(COMMIT_WRITER), commit.getLong(COMMIT_NUMBER)),
                document.getDate(RECEIVED_AT).getTime(),
                document.getInteger(SIZE),
                claim == null ? null : readClaim(claim),
                time(document.getDate(NOT_BEFORE), 0L));
    }

    private static long time(@Nullable Date date, long otherwise) {
        return date == null ? otherwise : date.getTime();
    }

    private static Document write(Claim claim) {
        return new Document(LANE, claim.lane()).append(EPOCH, claim.epoch()).append(SEQ, claim.seq());
    }

    private static Claim readClaim(Document claim) {
        return new Claim(claim.getString(LANE), claim.getLong(EPOCH), claim.getLong(SEQ));
    }
}
