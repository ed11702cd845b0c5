package dev.tallyworks.mongo;

import com.mongodb.ReadPreference;
import com.mongodb.client.MongoCursor;
import com.mongodb.client.MongoDatabase;
import com.mongodb.client.model.Projections;
import dev.tallyworks.event.CountableEvents;
import dev.tallyworks.time.TimeRange;
import java.util.Collection;
import java.util.Date;
import java.util.function.Consumer;
import org.bson.Document;

/** Reads {@link EventDocuments events} in the order of their timestamps, without their payloads. */
public final class MongoCountableEvents implements CountableEvents {
    private static final int BATCH_DOCUMENTS = 10_000;

    private final MongoDatabase database;

    public MongoCountableEvents(MongoDatabase database) {
        this.database = database.withReadPreference(ReadPreference.primary());
    }

    @Override
    public void scan(
            String source, long incarnation, Collection<String> types, TimeRange range, Consumer<Countable> to) {
        Document filter = new Document(
                        Fields.TIMESTAMP,
                        new Document("$gte", new Date(range.startMillis())).append("$lt", new Date(range.endMillis())))
                .append(Fields.INCARNATION, incarnation);
        if (!types.isEmpty()) {
            filter.append(Fields.TYPE, new Document("$in", types));
        }
        DriverFailures.reading(() -> {
            try (MongoCursor<Document> found = database.getCollection(Fields.EVENTS_PREFIX + source)
                    .find(filter)
                    .projection(Projections.include(
                            Fields.TYPE,
                            Fields.TIMESTAMP,
                            Fields.RECEIVED_AT,
                            Fields.VERSION,
                            Fields.PENDING,
                            Fields.IRREGULAR_DEAD,
                            Fields.BATCH_VERSION))
                    .sort(new Document(Fields.TIMESTAMP, 1).append(Fields.ID, 1))
                    .batchSize(BATCH_DOCUMENTS)
                    .iterator()) {
                while (found.hasNext()) {
                    to.accept(countable(found.next()));
                }
            }
            return true;
        });
    }

    private static Countable countable(Document event) {
        return new Countable(
                event.getString(Fields.TYPE),
                event.getDate(Fields.TIMESTAMP).getTime(),
                event.getDate(Fields.RECEIVED_AT).getTime(),
                event.getLong(Fields.VERSION),
                state(event));
    }

    private static State state(Document event) {
        if (event.getBoolean(Fields.PENDING, false)) {
            return State.PENDING;
        }
        // Neither a dead event nor a discarded one was ever in a batch that ended.
        return event.containsKey(Fields.BATCH_VERSION) ? State.DONE : State.DEAD;
    }
}
