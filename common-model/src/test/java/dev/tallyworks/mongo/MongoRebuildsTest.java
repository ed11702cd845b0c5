package dev.tallyworks.mongo;

import com.mongodb.client.MongoClient;
import dev.tallyworks.rebuild.Rebuilds;
import dev.tallyworks.rebuild.RebuildsContract;
import dev.tallyworks.servers.Servers;
import org.junit.jupiter.api.AfterAll;

class MongoRebuildsTest extends RebuildsContract {
    private static final MongoClient CLIENT = TestClients.create();
    private static final String DATABASE = Servers.freshDatabaseName();

    @Override
    protected Rebuilds rebuilds() {
        return new MongoRebuilds(CLIENT.getDatabase(DATABASE));
    }

    @AfterAll
    static void close() {
        CLIENT.getDatabase(DATABASE).drop();
        CLIENT.close();
    }
}
