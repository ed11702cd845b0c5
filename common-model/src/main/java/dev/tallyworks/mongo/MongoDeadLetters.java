package dev.tallyworks.mongo;

import com.mongodb.ReadPreference;
import com.mongodb.client.MongoCollection;
import com.mongodb.client.MongoDatabase;
import com.mongodb.client.model.CountOptions;
import com.mongodb.client.model.Projections;
import dev.tallyworks.event.DeadLetters;
import dev.tallyworks.event.Event;
import dev.tallyworks.event.EventRef;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Date;
import java.util.List;
import java.util.Optional;
import org.bson.BsonDocument;
import org.bson.BsonValue;
import org.bson.Document;
import org.bson.RawBsonDocument;
import org.bson.conversions.Bson;
import org.jspecify.annotations.Nullable;

/**
 * Dead letters over the documents that {@code MongoRawEvents} records and {@code MongoPendingEvents} lets die: an event is dead
 * while it has {@code irregular.dead} and is not pending.
 */
public final class MongoDeadLetters implements DeadLetters {
    private static final Document NEWEST_FIRST = new Document(Fields.DIED_AT_PATH, -1).append(Fields.ID, -1);
    /** Unlike "absent" an index can tell it by itself. */
    private static final Document NOT_TRUE = new Document("$ne", true);

    private static final Bson SHORT =
            Projections.exclude(Fields.PAYLOAD, Fields.ATTRIBUTIONS, Fields.IRREGULAR_DEAD + '.' + Fields.STACK);

    private final MongoDatabase database;

    public MongoDeadLetters(MongoDatabase database) {
        this.database = database.withWriteConcern(MongoSettings.DURABLE).withReadPreference(ReadPreference.primary());
    }

    @Override
    public List<Letter> list(Asked asked, @Nullable Position after, int limit) {
        // Two flat queries, the rest of one instant and what lies before it, instead of an $or that no index serves.
        List<Letter> found = new ArrayList<>();
        long until = asked.untilMillis();
        if (after != null) {
            if (after.diedAtMillis() >= asked.sinceMillis() && after.diedAtMillis() < until) {
                Document sameInstant = filter(asked, new Date(after.diedAtMillis()))
                        .append(Fields.ID, new Document("$lt", after.uuid()));
                list(asked, sameInstant, limit, found);
            }
            until = Math.min(until, after.diedAtMillis());
        }
        if (found.size() < limit) {
            list(asked, filter(asked, within(asked.sinceMillis(), until)), limit - found.size(), found);
        }
        return found;
    }

    private void list(Asked asked, Document filter, int limit, List<Letter> into) {
        EventIndexes.reading(events(asked.source()), () -> events(asked.source())
                .find(filter)
                .sort(NEWEST_FIRST)
                .hintString(index(asked))
                .limit(limit)
                .projection(SHORT)
                .map(document -> letter(asked.source(), document))
                .into(into));
    }

    @Override
    public long count(Asked asked) {
        Document filter = filter(asked, within(asked.sinceMillis(), asked.untilMillis()));
        return EventIndexes.reading(events(asked.source()), () -> events(asked.source())
                .countDocuments(filter, new CountOptions().hintString(index(asked))));
    }

    private static Document filter(Asked asked, Object diedAt) {
        Document filter = new Document(Fields.DIED_AT_PATH, diedAt)
                .append(Fields.PENDING, NOT_TRUE)
                .append(Fields.INCARNATION, asked.incarnation());
        if (asked.type() != null) {
            filter.append(Fields.TYPE, asked.type());
        }
        if (asked.reason() != null) {
            filter.append(Fields.REASON_PATH, asked.reason());
        }
        return filter;
    }

    private static Document within(long sinceMillis, long untilMillis) {
        return new Document("$gte", new Date(Math.max(0, sinceMillis))).append("$lt", new Date(untilMillis));
    }

    private static String index(Asked asked) {
        return asked.reason() != null
                ? EventIndexes.DEAD_BY_REASON
                : asked.type() != null ? EventIndexes.DEAD_BY_TYPE : EventIndexes.DEAD_BY_DEATH;
    }

    @Override
    public Optional<Opened> open(EventRef event) {
        RawBsonDocument found = DriverFailures.reading(
                () -> database.getCollection(Fields.EVENTS_PREFIX + event.source(), RawBsonDocument.class)
                        .find(dead(List.of(event.uuid()), event.incarnation()))
                        .first());
        if (found == null) {
            return Optional.empty();
        }
        BsonDocument death = found.getDocument(Fields.IRREGULAR).getDocument(Fields.DEAD);
        Event whole = EventDocuments.toEvent(event.source(), found);
        String reason = death.getString(Fields.REASON).getValue();
        Letter letter = new Letter(
                whole.ref(),
                whole.type(),
                whole.sizeBytes(),
                reason,
                death.getInt32(Fields.ATTEMPTS).getValue(),
                death.getDateTime(Fields.DIED_AT).getValue());
        BsonValue error = death.get(Fields.ERROR);
        BsonValue stack = death.get(Fields.STACK);
        return Optional.of(new Opened(
                letter,
                whole,
                error != null && error.isString() ? error.asString().getValue() : reason,
                stack != null && stack.isString() ? stack.asString().getValue() : null));
    }

    @Override
    public long retry(Collection<EventRef> events, long notBeforeMillis) {
        Document update = new Document(
                        "$set", new Document(Fields.PENDING, true).append(Fields.NOT_BEFORE, new Date(notBeforeMillis)))
                .append("$unset", new Document(Fields.ATTEMPTS, ""));
        return change(events, update);
    }

    @Override
    public long discard(Collection<EventRef> events) {
        return change(events, new Document("$rename", new Document(Fields.IRREGULAR_DEAD, Fields.IRREGULAR_DISCARDED)));
    }

    private long change(Collection<EventRef> events, Document update) {
        long changed = 0;
        for (SourceEvents of : SourceEvents.of(events)) {
            Document dead = dead(of.uuids(), of.incarnation());
            MongoCollection<Document> collection = events(of.source());
            // The driver repeats a change of one document by itself where its answer got lost, and tells it as done.
            changed += DriverFailures.writing(() -> of.uuids().size() == 1
                            ? collection.updateOne(dead, update)
                            : collection.updateMany(dead, update))
                    .getModifiedCount();
        }
        return changed;
    }

    private static Document dead(List<String> uuids, long incarnation) {
        return new Document(Fields.ID, uuids.size() == 1 ? uuids.get(0) : new Document("$in", uuids))
                .append(Fields.INCARNATION, incarnation)
                .append(Fields.IRREGULAR_DEAD, new Document("$exists", true))
                .append(Fields.PENDING, NOT_TRUE);
    }

    @Override
    public boolean isBeingRetried(EventRef event) {
        Document waiting = new Document(Fields.ID, event.uuid())
                .append(Fields.INCARNATION, event.incarnation())
                .append(Fields.IRREGULAR_DEAD, new Document("$exists", true))
                .append(Fields.PENDING, true);
        return DriverFailures.reading(() -> events(event.source())
                        .find(waiting)
                        .projection(Projections.include(Fields.ID))
                        .first())
                != null;
    }

    private MongoCollection<Document> events(String source) {
        return database.getCollection(Fields.EVENTS_PREFIX + source);
    }

    private static Letter letter(String source, Document event) {
        Document death = event.getEmbedded(List.of(Fields.IRREGULAR, Fields.DEAD), Document.class);
        return new Letter(
                new EventRef(source, event.getLong(Fields.INCARNATION), event.getString(Fields.ID)),
                event.getString(Fields.TYPE),
                event.getInteger(Fields.SIZE),
                death.getString(Fields.REASON),
                death.getInteger(Fields.ATTEMPTS),
                death.getDate(Fields.DIED_AT).getTime());
    }
}
