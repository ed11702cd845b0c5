package dev.tallyworks.mongo;

import com.mongodb.ReadPreference;
import com.mongodb.client.MongoCollection;
import com.mongodb.client.MongoDatabase;
import com.mongodb.client.model.UpdateOptions;
import dev.tallyworks.realtime.Completeness;
import org.bson.Document;

/** One document, {@code {_id: "complete", since: int64}}. */
public final class MongoCompleteness implements Completeness {
    private static final Document ONE = new Document(Fields.ID, "complete");
    private static final String SINCE = "since";

    private final MongoCollection<Document> realtime;

    public MongoCompleteness(MongoDatabase database) {
        this.realtime = database.getCollection(Fields.REALTIME)
                .withWriteConcern(MongoSettings.DURABLE)
                .withReadPreference(ReadPreference.primary());
    }

    @Override
    public long sinceMillis() {
        Document found = DriverFailures.reading(() -> realtime.find(ONE).first());
        return found == null ? 0 : found.getLong(SINCE);
    }

    @Override
    public void moveTo(long sinceMillis) {
        Document update = new Document("$max", new Document(SINCE, sinceMillis));
        DriverFailures.writing(() -> realtime.updateOne(ONE, update, new UpdateOptions().upsert(true)));
    }
}
