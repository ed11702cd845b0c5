package dev.tallyworks.mongo;

import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoDatabase;
import dev.tallyworks.format.FormatGuardContract;
import dev.tallyworks.format.StoredFormat;
import dev.tallyworks.servers.Servers;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;

class MongoFormatTest extends FormatGuardContract {
    private static final MongoClient CLIENT = TestClients.create();
    private static final MongoDatabase DATABASE = CLIENT.getDatabase(Servers.freshDatabaseName());

    @AfterEach
    void forget() {
        DATABASE.drop();
    }

    @AfterAll
    static void close() {
        CLIENT.close();
    }

    @Override
    protected StoredFormat stored() {
        return new MongoFormat(DATABASE);
    }
}
