package dev.tallyworks.mongo;

import static com.mongodb.client.model.Filters.and;
import static com.mongodb.client.model.Filters.elemMatch;
import static com.mongodb.client.model.Filters.eq;

import com.mongodb.MongoBulkWriteException;
import com.mongodb.MongoException;
import com.mongodb.ReadConcern;
import com.mongodb.bulk.BulkWriteError;
import com.mongodb.client.FindIterable;
import com.mongodb.client.MongoCollection;
import com.mongodb.client.MongoCursor;
import com.mongodb.client.MongoDatabase;
import com.mongodb.client.model.CountOptions;
import com.mongodb.client.model.InsertManyOptions;
import com.mongodb.client.model.Projections;
import dev.tallyworks.event.Attribution;
import dev.tallyworks.event.CommitId;
import dev.tallyworks.event.Event;
import dev.tallyworks.event.RawEvents;
import dev.tallyworks.event.RecordedEvent;
import dev.tallyworks.failure.OutcomeUnknown;
import dev.tallyworks.failure.Unavailable;
import dev.tallyworks.time.TimeRange;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Date;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.bson.BsonDateTime;
import org.bson.BsonDocument;
import org.bson.BsonString;
import org.bson.Document;
import org.bson.RawBsonDocument;
import org.bson.codecs.configuration.CodecRegistries;
import org.bson.conversions.Bson;
import org.jspecify.annotations.Nullable;

/**
 * Raw events in {@code events_<source>}, one document each, as {@link EventDocuments} draws it. The client's uuid is the
 * {@code _id}, so the server itself refuses a duplicate; the commit's id in the document tells an earlier attempt of the
 * same insert from one.
 */
public final class MongoRawEvents implements RawEvents {
    private static final int DUPLICATE_KEY = 11_000;
    /** What refused an insert may be gone when it is looked for (expired, or a leftover that is swept): then once more. */
    private static final int INSERT_ROUNDS_MAX = 4;

    private static final long PAGE_BYTES_MAX = 16L << 20;
    /** Of a time of death: there is one. */
    static final Document EVER = new Document("$gte", new Date(0));

    private final MongoDatabase database;
    private final Set<Incarnation> indexed = ConcurrentHashMap.newKeySet();

    private record Incarnation(String source, long number) {}

    public MongoRawEvents(MongoDatabase database) {
        this.database = database.withWriteConcern(MongoSettings.DURABLE);
    }

    @Override
    public Map<String, RecordedEvent> insert(String source, List<Event> events, CommitId commit) {
        if (events.isEmpty()) {
            return Map.of();
        }
        long incarnation = events.get(0).ref().incarnation();
        createIndexes(new Incarnation(source, incarnation));
        Map<String, RecordedEvent> originals = new HashMap<>();
        List<Event> left = events;
        for (int round = 0; round < INSERT_ROUNDS_MAX; round++) {
            List<Event> refused = insertOnce(source, left, commit);
            if (refused.isEmpty()) {
                return originals;
            }
            left = withoutOriginal(source, incarnation, refused, commit, originals);
            if (left.isEmpty()) {
                return originals;
            }
        }
        throw new OutcomeUnknown(
                "MongoDB: " + left.size() + " events of " + source + " were refused as duplicates of none",
                new IllegalStateException("first: " + left.get(0).ref()));
    }

    /** @return the events that the server refused as duplicates */
    private List<Event> insertOnce(String source, List<Event> events, CommitId commit) {
        MongoCollection<EventInsertCodec.Insert> collection = database.getCollection(
                        Fields.EVENTS_PREFIX + source, EventInsertCodec.Insert.class)
                .withCodecRegistry(CodecRegistries.fromCodecs(new EventInsertCodec()));
        List<EventInsertCodec.Insert> inserts = new ArrayList<>(events.size());
        for (Event event : events) {
            inserts.add(new EventInsertCodec.Insert(event, commit));
        }
        try {
            collection.insertMany(inserts, new InsertManyOptions().ordered(false));
            return List.of();
        } catch (MongoBulkWriteException failed) {
            return duplicates(events, failed);
        } catch (MongoException failed) {
            throw DriverFailures.translateWrite(failed);
        }
    }

    private static List<Event> duplicates(List<Event> events, MongoBulkWriteException failed) {
        if (failed.getWriteConcernError() != null) {
            throw new OutcomeUnknown("MongoDB: not known to be durable: " + failed.getMessage(), failed);
        }
        List<Event> refused = new ArrayList<>(failed.getWriteErrors().size());
        for (BulkWriteError error : failed.getWriteErrors()) {
            if (error.getCode() != DUPLICATE_KEY) {
                throw new OutcomeUnknown("MongoDB: " + error.getMessage(), failed);
            }
            refused.add(events.get(error.getIndex()));
        }
        return refused;
    }

    /** @return the events that no recorded one stands against any more: to be inserted again */
    private List<Event> withoutOriginal(
            String source,
            long incarnation,
            List<Event> refused,
            CommitId commit,
            Map<String, RecordedEvent> originals) {
        Map<String, RawBsonDocument> found = documents(
                source, eqAnyId(refused.stream().map(e -> e.ref().uuid()).toList()));
        List<Event> again = new ArrayList<>();
        List<String> leftovers = new ArrayList<>();
        for (Event event : refused) {
            String uuid = event.ref().uuid();
            RawBsonDocument document = found.get(uuid);
            if (document == null) {
                again.add(event);
            } else if (EventDocuments.incarnationOf(document) < incarnation) {
                again.add(event);
                leftovers.add(uuid);
            } else if (EventDocuments.incarnationOf(document) > incarnation) {
                throw new Unavailable(
                        "the source " + source + " was deleted and made again",
                        new IllegalStateException("event of incarnation " + incarnation));
            } else if (!EventDocuments.commitOf(document).equals(commit)) {
                originals.put(uuid, EventDocuments.toRecorded(source, document));
            }
        }
        if (!leftovers.isEmpty()) {
            Bson ofOlder = and(eqAnyId(leftovers), new Document(Fields.INCARNATION, new Document("$lt", incarnation)));
            DriverFailures.writing(() -> collection(source).deleteMany(ofOlder));
        }
        return again;
    }

    @Override
    public Map<String, RecordedEvent> find(String source, long incarnation, Collection<String> uuids) {
        if (uuids.isEmpty()) {
            return Map.of();
        }
        Map<String, RecordedEvent> found = new HashMap<>();
        documents(source, and(eqAnyId(uuids), eq(Fields.INCARNATION, incarnation)))
                .forEach((uuid, document) -> found.put(uuid, EventDocuments.toRecorded(source, document)));
        return found;
    }

    @Override
    public Map<String, CommitId> commits(String source, long incarnation, Collection<String> uuids) {
        Map<String, CommitId> found = new HashMap<>();
        documents(source, and(eqAnyId(uuids), eq(Fields.INCARNATION, incarnation)))
                .forEach((uuid, document) -> found.put(uuid, EventDocuments.commitOf(document)));
        return found;
    }

    /** Majority: an event that a failover may still take back is nobody's original. */
    private Map<String, RawBsonDocument> documents(String source, Bson filter) {
        return DriverFailures.reading(() -> {
            Map<String, RawBsonDocument> found = new HashMap<>();
            for (RawBsonDocument document :
                    collection(source).withReadConcern(ReadConcern.MAJORITY).find(filter)) {
                found.put(document.getString(Fields.ID).getValue(), document);
            }
            return found;
        });
    }

    @Override
    public Page list(Listing listing) {
        return DriverFailures.reading(() -> {
            PageReader reader = new PageReader(listing);
            Position after = listing.after();
            if (after == null) {
                reader.read(timestampsBelow(listing, listing.toMillis()));
            } else {
                // Two flat queries, the rest of one instant and what lies before it, instead of an $or that no index
                // serves.
                BsonDocument sameInstant = filter(listing);
                sameInstant.put(Fields.TIMESTAMP, new BsonDateTime(after.timestampMillis()));
                sameInstant.put(Fields.ID, new BsonDocument("$lt", new BsonString(after.uuid())));
                reader.read(sameInstant);
                reader.read(timestampsBelow(listing, after.timestampMillis()));
            }
            return reader.page();
        });
    }

    private static BsonDocument timestampsBelow(Listing listing, @Nullable Long endMillis) {
        BsonDocument range = new BsonDocument();
        if (listing.fromMillis() != null) {
            range.put("$gte", new BsonDateTime(listing.fromMillis()));
        }
        if (endMillis != null) {
            range.put("$lt", new BsonDateTime(endMillis));
        }
        BsonDocument filter = filter(listing);
        if (!range.isEmpty()) {
            filter.put(Fields.TIMESTAMP, range);
        }
        return filter;
    }

    private static BsonDocument filter(Listing listing) {
        Document filter = new Document(Fields.INCARNATION, listing.incarnation());
        if (listing.type() != null) {
            filter.append(Fields.TYPE, listing.type());
        }
        Attribution attribution = listing.attribution();
        if (attribution != null) {
            Bson pair = new Document(Fields.ATTRIBUTION_TYPE, attribution.type())
                    .append(Fields.ATTRIBUTION_VALUE, attribution.value());
            return and(filter, elemMatch(Fields.ATTRIBUTIONS, pair)).toBsonDocument();
        }
        return filter.toBsonDocument();
    }

    /** Collects one page from one query after the other, until it is full in events or bytes. */
    private final class PageReader {
        private final Listing listing;
        private final List<RecordedEvent> events = new ArrayList<>();
        private long bytes;
        private boolean more;

        PageReader(Listing listing) {
            this.listing = listing;
        }

        void read(Bson filter) {
            int wanted = listing.limit() + 1 - events.size();
            if (more || wanted <= 0) {
                return;
            }
            FindIterable<RawBsonDocument> found = collection(listing.source())
                    .find(filter)
                    .sort(new Document(Fields.TIMESTAMP, -1).append(Fields.ID, -1))
                    .limit(wanted);
            try (MongoCursor<RawBsonDocument> cursor = found.cursor()) {
                while (!more && cursor.hasNext()) {
                    RawBsonDocument document = cursor.next();
                    if (events.size() == listing.limit() || bytes > PAGE_BYTES_MAX) {
                        more = true;
                    } else {
                        bytes += document.getByteBuffer().remaining();
                        events.add(EventDocuments.toRecorded(listing.source(), document));
                    }
                }
            }
        }

        Page page() {
            if (!more) {
                return new Page(events, null);
            }
            Event last = events.get(events.size() - 1).event();
            return new Page(
                    events, new Position(last.timestampMillis(), last.ref().uuid()));
        }
    }

    @Override
    public Optional<OldestPending> oldestPending(String source) {
        return EventIndexes.reading(collection(source), () -> {
            RawBsonDocument earliest = firstPending(source, Fields.TIMESTAMP, EventIndexes.PENDING_BY_TIMESTAMP);
            RawBsonDocument longest =
                    earliest == null ? null : firstPending(source, Fields.RECEIVED_AT, EventIndexes.PENDING_BY_RECEIPT);
            if (earliest == null || longest == null) {
                return Optional.empty();
            }
            return Optional.of(new OldestPending(
                    earliest.getDateTime(Fields.TIMESTAMP).getValue(),
                    longest.getDateTime(Fields.RECEIVED_AT).getValue()));
        });
    }

    /** The index is named, as the one of all timestamps would do as well and be walked from the first event ever. */
    private @Nullable RawBsonDocument firstPending(String source, String field, String index) {
        return collection(source)
                .find(eq(Fields.PENDING, true))
                .sort(new Document(field, 1))
                .hintString(index)
                .projection(Projections.include(field))
                .limit(1)
                .first();
    }

    @Override
    public boolean lacks(String source, TimeRange range) {
        Document pending = new Document(Fields.PENDING, true).append(Fields.TIMESTAMP, within(range));
        return EventIndexes.reading(collection(source), () -> any(source, pending, EventIndexes.PENDING_BY_TIMESTAMP))
                || hasDead(source, range);
    }

    @Override
    public boolean hasDead(String source, TimeRange range) {
        Document dead = new Document(Fields.DIED_AT_PATH, EVER).append(Fields.TIMESTAMP, within(range));
        return EventIndexes.reading(collection(source), () -> any(source, dead, EventIndexes.DEAD_BY_TIMESTAMP));
    }

    @Override
    public boolean hasDiscarded(String source, TimeRange range) {
        Document discarded = new Document(Fields.IRREGULAR_DISCARDED, new Document("$exists", true))
                .append(Fields.TIMESTAMP, within(range));
        return EventIndexes.reading(
                collection(source), () -> any(source, discarded, EventIndexes.DISCARDED_BY_TIMESTAMP));
    }

    private static Document within(TimeRange range) {
        return new Document("$gte", new BsonDateTime(range.startMillis()))
                .append("$lt", new BsonDateTime(range.endMillis()));
    }

    private boolean any(String source, Bson filter, String index) {
        return collection(source)
                        .find(filter)
                        .hintString(index)
                        .projection(Projections.include(Fields.ID))
                        .limit(1)
                        .first()
                != null;
    }

    @Override
    public long countDead(String source) {
        // Told by the index alone, so all of it is asked in its terms.
        Document dead = new Document(Fields.DIED_AT_PATH, EVER).append(Fields.PENDING, new Document("$ne", true));
        return EventIndexes.reading(collection(source), () -> collection(source)
                .countDocuments(dead, new CountOptions().hintString(EventIndexes.DEAD_BY_DEATH)));
    }

    @Override
    public Optional<TimeSpan> timestamps(String source, long incarnation) {
        return EventIndexes.reading(collection(source), () -> {
            RawBsonDocument first = endOf(source, incarnation, 1);
            RawBsonDocument last = first == null ? null : endOf(source, incarnation, -1);
            return last == null
                    ? Optional.empty()
                    : Optional.of(new TimeSpan(
                            first.getDateTime(Fields.TIMESTAMP).getValue(),
                            last.getDateTime(Fields.TIMESTAMP).getValue()));
        });
    }

    private @Nullable RawBsonDocument endOf(String source, long incarnation, int direction) {
        return collection(source)
                .find(eq(Fields.INCARNATION, incarnation))
                .sort(new Document(Fields.TIMESTAMP, direction).append(Fields.ID, direction))
                .hintString(EventIndexes.BY_TIMESTAMP)
                .projection(Projections.include(Fields.TIMESTAMP))
                .limit(1)
                .first();
    }

    @Override
    public boolean hasAny(String source, long incarnation) {
        return DriverFailures.reading(() -> collection(source)
                        .find(eq(Fields.INCARNATION, incarnation))
                        .projection(Projections.include(Fields.ID))
                        .limit(1)
                        .first()
                != null);
    }

    private MongoCollection<RawBsonDocument> collection(String source) {
        return database.getCollection(Fields.EVENTS_PREFIX + source, RawBsonDocument.class);
    }

    private static Bson eqAnyId(Collection<String> uuids) {
        return new Document(Fields.ID, new Document("$in", uuids));
    }

    /** Asked again for each incarnation, as the collection goes with its source. Making them twice changes nothing. */
    private void createIndexes(Incarnation incarnation) {
        if (!indexed.contains(incarnation)) {
            DriverFailures.writing(() -> {
                EventIndexes.create(collection(incarnation.source));
                return true;
            });
            indexed.removeIf(older -> older.source.equals(incarnation.source));
            indexed.add(incarnation);
        }
    }
}
