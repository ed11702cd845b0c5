package dev.tallyworks.mongo;

import com.mongodb.ReadPreference;
import com.mongodb.client.MongoCollection;
import com.mongodb.client.MongoDatabase;
import com.mongodb.client.model.UpdateOptions;
import dev.tallyworks.format.StoredFormat;
import java.util.OptionalInt;
import org.bson.Document;

/** One document, {@code {_id: "format", version: int32}}. */
public final class MongoFormat implements StoredFormat {
    private static final Document ONE = new Document(Fields.ID, "format");

    private final MongoCollection<Document> settings;

    public MongoFormat(MongoDatabase database) {
        this.settings = database.getCollection(Fields.SETTINGS)
                .withWriteConcern(MongoSettings.DURABLE)
                .withReadPreference(ReadPreference.primary());
    }

    @Override
    public OptionalInt standing() {
        Document found = DriverFailures.reading(() -> settings.find(ONE).first());
        return found == null ? OptionalInt.empty() : OptionalInt.of(found.getInteger(Fields.VERSION));
    }

    @Override
    public void raiseTo(int written) {
        Document update = new Document("$max", new Document(Fields.VERSION, written));
        DriverFailures.writing(() -> settings.updateOne(ONE, update, new UpdateOptions().upsert(true)));
    }
}
