package dev.tallyworks.mongo;

import com.mongodb.ReadPreference;
import com.mongodb.client.MongoCursor;
import com.mongodb.client.MongoDatabase;
import com.mongodb.client.model.Projections;
import dev.tallyworks.event.CountableEvents;
import dev.tallyworks.time.TimeRange;
import java.util.Date;
import java.util.function.Consumer;
import org.bson.Document;
import org.bson.RawBsonDocument;
import org.jspecify.annotations.Nullable;

/** Reads {@link EventDocuments events} by the index of their timestamps. */
public final class MongoCountableEvents implements CountableEvents {
    private static final int BATCH_DOCUMENTS = 1_000;
    private static final Document IN_ORDER = new Document(Fields.TIMESTAMP, 1).append(Fields.ID, 1);

    private final MongoDatabase database;

    public MongoCountableEvents(MongoDatabase database) {
        this.database = database.withReadPreference(ReadPreference.primary());
    }

    @Override
    public void scan(Asked asked, Consumer<Countable> to) {
        Document filter = within(asked.range()).append(Fields.INCARNATION, asked.incarnation());
        if (!asked.types().isEmpty()) {
            filter.append(Fields.TYPE, new Document("$in", asked.types()));
        }
        DriverFailures.reading(() -> {
            try (MongoCursor<RawBsonDocument> events = database.getCollection(
                            Fields.EVENTS_PREFIX + asked.source(), RawBsonDocument.class)
                    .find(filter)
                    .sort(IN_ORDER)
                    .batchSize(BATCH_DOCUMENTS)
                    .iterator()) {
                while (events.hasNext()) {
                    RawBsonDocument event = events.next();
                    to.accept(new Countable(EventDocuments.toEvent(asked.source(), event), state(event)));
                }
            }
            return true;
        });
    }

    private static State state(RawBsonDocument event) {
        if (event.containsKey(Fields.PENDING)) {
            return State.PENDING;
        }
        // Neither a dead event nor a discarded one was ever in a batch that ended.
        return event.containsKey(Fields.BATCH_VERSION) ? State.DONE : State.DEAD;
    }

    @Override
    public @Nullable Long timestampOfNth(String source, TimeRange range, int n) {
        return DriverFailures.reading(() -> {
            Document found = database.getCollection(Fields.EVENTS_PREFIX + source)
                    .find(within(range))
                    .sort(IN_ORDER)
                    .skip(n - 1)
                    .limit(1)
                    .projection(Projections.include(Fields.TIMESTAMP))
                    .first();
            return found == null ? null : found.getDate(Fields.TIMESTAMP).getTime();
        });
    }

    private static Document within(TimeRange range) {
        return new Document(
                Fields.TIMESTAMP,
                new Document("$gte", new Date(range.startMillis())).append("$lt", new Date(range.endMillis())));
    }
}
