package dev.tallyworks.mongo;

import com.mongodb.MongoException;
import com.mongodb.client.MongoCollection;
import com.mongodb.client.model.IndexModel;
import com.mongodb.client.model.IndexOptions;
import java.util.List;
import java.util.function.Supplier;
import org.bson.Document;

/** The indexes of raw events, by which queries that name one of them go. */
final class EventIndexes {
    static final String BY_TIMESTAMP = "timestamp";
    static final String PENDING_BY_TIMESTAMP = "pending_timestamp";
    static final String PENDING_BY_RECEIPT = "pending_receivedAt";
    static final String DEAD_BY_TIMESTAMP = "dead_timestamp";
    static final String DISCARDED_BY_TIMESTAMP = "discarded_timestamp";
    static final String DEAD_BY_DEATH = "dead_diedAt";
    static final String DEAD_BY_TYPE = "dead_type";
    static final String DEAD_BY_REASON = "dead_reason";

    private static final int BAD_VALUE = 2;

    private static final List<IndexModel> INDEXES = List.of(
            index(new Document(Fields.TIMESTAMP, 1).append(Fields.ID, 1), new IndexOptions().name(BY_TIMESTAMP)),
            index(new Document(Fields.TIMESTAMP, 1), pending(PENDING_BY_TIMESTAMP)),
            index(new Document(Fields.RECEIVED_AT, 1).append(Fields.ID, 1), pending(PENDING_BY_RECEIPT)),
            index(new Document(Fields.TIMESTAMP, 1), having(Fields.DIED_AT_PATH, DEAD_BY_TIMESTAMP)),
            index(new Document(Fields.TIMESTAMP, 1), having(Fields.IRREGULAR_DISCARDED, DISCARDED_BY_TIMESTAMP)),
            dead(DEAD_BY_DEATH, new Document()),
            dead(DEAD_BY_TYPE, new Document(Fields.TYPE, 1)),
            dead(DEAD_BY_REASON, new Document(Fields.REASON_PATH, 1)));

    private EventIndexes() {}

    /** Making them twice changes nothing. */
    static void create(MongoCollection<?> events) {
        events.createIndexes(INDEXES);
    }

    /** Runs a query that names an index. Where a release before has made the collection, it may lack it until then. */
    static <T> T reading(MongoCollection<?> events, Supplier<T> query) {
        return DriverFailures.reading(() -> {
            try {
                return query.get();
            } catch (MongoException refused) {
                if (refused.getCode() != BAD_VALUE) {
                    throw refused;
                }
                create(events);
                return query.get();
            }
        });
    }

    private static IndexModel index(Document keys, IndexOptions options) {
        return new IndexModel(keys, options);
    }

    private static IndexOptions pending(String name) {
        return new IndexOptions().name(name).partialFilterExpression(new Document(Fields.PENDING, true));
    }

    private static IndexOptions having(String path, String name) {
        return new IndexOptions().name(name).partialFilterExpression(new Document(path, new Document("$exists", true)));
    }

    /** What is being tried again is left out by the index itself. */
    private static IndexModel dead(String name, Document keys) {
        keys.append(Fields.DIED_AT_PATH, 1).append(Fields.ID, 1).append(Fields.PENDING, 1);
        return index(keys, having(Fields.DIED_AT_PATH, name));
    }
}
