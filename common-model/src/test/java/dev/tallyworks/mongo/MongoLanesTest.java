package dev.tallyworks.mongo;

import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoDatabase;
import dev.tallyworks.lane.Lanes;
import dev.tallyworks.lane.LanesContract;
import dev.tallyworks.servers.Servers;
import org.junit.jupiter.api.AfterAll;

class MongoLanesTest extends LanesContract {
    private static final MongoClient CLIENT = TestClients.create();
    private static final MongoDatabase DATABASE = CLIENT.getDatabase(Servers.freshDatabaseName());
    private static final LossyWire WIRE = new LossyWire();
    private static final MongoClient LOSING = WIRE.client();

    @AfterAll
    static void drop() {
        DATABASE.drop();
        CLIENT.close();
        LOSING.close();
        WIRE.close();
    }

    @Override
    protected Lanes empty() {
        DATABASE.getCollection(Fields.LANES).drop();
        return new MongoLanes(DATABASE);
    }

    @Override
    protected Lanes losingAnswers(int answers) {
        WIRE.lose(answers);
        return new MongoLanes(LOSING.getDatabase(DATABASE.getName()));
    }
}
