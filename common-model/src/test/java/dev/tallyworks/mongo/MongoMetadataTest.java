package dev.tallyworks.mongo;

import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoDatabase;
import dev.tallyworks.metadata.Metadata;
import dev.tallyworks.metadata.MetadataContract;
import dev.tallyworks.removal.Leftovers;
import dev.tallyworks.servers.Servers;
import org.junit.jupiter.api.AfterAll;

class MongoMetadataTest extends MetadataContract {
    private static final MongoClient CLIENT = TestClients.create();
    private static final MongoDatabase DATABASE = CLIENT.getDatabase(Servers.freshDatabaseName());

    @AfterAll
    static void drop() {
        DATABASE.drop();
        CLIENT.close();
    }

    @Override
    protected Metadata metadata() {
        return new MongoMetadata(DATABASE);
    }

    @Override
    protected Leftovers leftovers() {
        return new MongoLeftovers(DATABASE);
    }
}
