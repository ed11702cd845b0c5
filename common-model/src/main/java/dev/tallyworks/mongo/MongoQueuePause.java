package dev.tallyworks.mongo;

import com.mongodb.ReadPreference;
import com.mongodb.client.MongoCollection;
import com.mongodb.client.MongoDatabase;
import com.mongodb.client.model.UpdateOptions;
import dev.tallyworks.queue.QueuePause;
import org.bson.Document;

/** One document, {@code {_id: "queue", paused}}; without it the queue is not paused. */
public final class MongoQueuePause implements QueuePause {
    private static final Document ONE = new Document(Fields.ID, "queue");
    private static final String PAUSED = "paused";

    private final MongoCollection<Document> settings;

    public MongoQueuePause(MongoDatabase database) {
        this.settings = database.getCollection(Fields.SETTINGS)
                .withWriteConcern(MongoSettings.DURABLE)
                .withReadPreference(ReadPreference.primary());
    }

    @Override
    public boolean isInForce() {
        Document found = DriverFailures.reading(() -> settings.find(ONE).first());
        return found != null && found.getBoolean(PAUSED, false);
    }

    @Override
    public void set(boolean paused) {
        Document update = new Document("$set", new Document(PAUSED, paused));
        DriverFailures.writing(() -> settings.updateOne(ONE, update, new UpdateOptions().upsert(true)));
    }
}
