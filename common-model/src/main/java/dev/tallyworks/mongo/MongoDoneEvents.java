package dev.tallyworks.mongo;

import com.mongodb.ReadPreference;
import com.mongodb.client.MongoCollection;
import com.mongodb.client.MongoCursor;
import com.mongodb.client.MongoDatabase;
import com.mongodb.client.model.Projections;
import dev.tallyworks.event.DoneEvents;
import dev.tallyworks.event.Event;
import dev.tallyworks.time.TimeRange;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import org.bson.Document;
import org.bson.RawBsonDocument;
import org.jspecify.annotations.Nullable;

/** Reads by the index of timestamps and uuids, in plain ranges of it: one that asks for both with an $or would be scanned. */
public final class MongoDoneEvents implements DoneEvents {
    private static final int BATCH_DOCUMENTS = 1_000;
    private static final Document IN_ORDER = new Document(Fields.TIMESTAMP, 1).append(Fields.ID, 1);

    private final MongoDatabase database;

    public MongoDoneEvents(MongoDatabase database) {
        this.database = database.withReadPreference(ReadPreference.primary());
    }

    @Override
    public @Nullable Position end(Selected selected, @Nullable Position after, int eventsMax) {
        int left = eventsMax;
        for (Document part : parts(selected.range(), after, null)) {
            int skipped = left - 1;
            Document end = DriverFailures.reading(() -> events(selected)
                    .find(part)
                    .sort(IN_ORDER)
                    .skip(skipped)
                    .limit(1)
                    .projection(Projections.include(Fields.TIMESTAMP))
                    .first());
            if (end != null) {
                return new Position(end.getDate(Fields.TIMESTAMP).getTime(), end.getString(Fields.ID));
            }
            if (part.get(Fields.TIMESTAMP) instanceof Date) {
                left -= (int) DriverFailures.reading(() -> events(selected).countDocuments(part))
                        .longValue();
            }
        }
        return null;
    }

    @Override
    public long count(Selected selected, @Nullable Position after, @Nullable Position upTo) {
        long count = 0;
        for (Document part : parts(selected.range(), after, upTo)) {
            Document filter = only(selected, part);
            count += DriverFailures.reading(() -> events(selected).countDocuments(filter));
        }
        return count;
    }

    @Override
    public Stretch read(Selected selected, @Nullable Position after, @Nullable Position upTo, long bytesMax) {
        List<Event> read = new ArrayList<>();
        long bytes = 0;
        for (Document part : parts(selected.range(), after, upTo)) {
            Document filter = only(selected, part);
            long before = bytes;
            long more = DriverFailures.reading(() -> read(selected, filter, bytesMax - before, read));
            if (more < 0) {
                return new Stretch(read, false);
            }
            bytes += more;
        }
        return new Stretch(read, true);
    }

    /** @return the bytes that were read, or −1 where there would be more than these */
    private long read(Selected selected, Document filter, long bytesMax, List<Event> into) {
        List<Event> read = new ArrayList<>();
        long bytes = 0;
        try (MongoCursor<RawBsonDocument> found = events(selected)
                .withDocumentClass(RawBsonDocument.class)
                .find(filter)
                .sort(IN_ORDER)
                .batchSize(BATCH_DOCUMENTS)
                .iterator()) {
            while (found.hasNext()) {
                RawBsonDocument document = found.next();
                int size = document.getByteBuffer().remaining();
                if (bytes + size > bytesMax && !(read.isEmpty() && into.isEmpty())) {
                    into.addAll(read);
                    return -1;
                }
                bytes += size;
                read.add(EventDocuments.toEvent(selected.source(), document));
            }
        }
        into.addAll(read);
        return bytes;
    }

    private static Document only(Selected selected, Document part) {
        Document filter = new Document(part)
                .append(Fields.INCARNATION, selected.incarnation())
                .append(Fields.BATCH_VERSION, new Document("$lt", selected.batchVersion()));
        if (!selected.types().isEmpty()) {
            filter.append(Fields.TYPE, new Document("$in", selected.types()));
        }
        return filter;
    }

    /** The rest of the first instant, what lies between, and the begun last instant; none overlaps another. */
    private static List<Document> parts(TimeRange range, @Nullable Position after, @Nullable Position upTo) {
        List<Document> parts = new ArrayList<>();
        Document between = new Document();
        if (after == null) {
            between.append("$gte", date(range.startMillis()));
        } else {
            Document rest = new Document("$gt", after.uuid());
            boolean sameInstant = upTo != null && upTo.timestampMillis() == after.timestampMillis();
            if (sameInstant) {
                rest.append("$lte", upTo.uuid());
            }
            parts.add(new Document(Fields.TIMESTAMP, date(after.timestampMillis())).append(Fields.ID, rest));
            if (sameInstant) {
                return parts;
            }
            between.append("$gt", date(after.timestampMillis()));
        }
        between.append("$lt", date(upTo == null ? range.endMillis() : upTo.timestampMillis()));
        parts.add(new Document(Fields.TIMESTAMP, between));
        if (upTo != null) {
            parts.add(new Document(Fields.TIMESTAMP, date(upTo.timestampMillis()))
                    .append(Fields.ID, new Document("$lte", upTo.uuid())));
        }
        return parts;
    }

    private static Date date(long epochMillis) {
        return new Date(epochMillis);
    }

    private MongoCollection<Document> events(Selected selected) {
        return database.getCollection(Fields.EVENTS_PREFIX + selected.source());
    }
}
