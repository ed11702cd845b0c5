package dev.tallyworks.mongo;

import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoDatabase;
import dev.tallyworks.servers.Servers;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** A database of a test class of its own, to be registered as a static extension; dropped after its last test. */
final class TestDatabase implements AfterAllCallback {
    private final MongoClient client = TestClients.create();
    private final MongoDatabase database = client.getDatabase(Servers.freshDatabaseName());
    private final LossyWire wire = new LossyWire();
    private final MongoClient losing = wire.client();

    MongoDatabase database() {
        return database;
    }

    /** The same one, as who sees it whose next writes are done but whose answers to them get lost. */
    MongoDatabase losingAnswers(int answers) {
        wire.lose(answers);
        return losing.getDatabase(database.getName());
    }

    @Override
    public void afterAll(ExtensionContext context) {
        database.drop();
        client.close();
        losing.close();
        wire.close();
    }
}
