package dev.tallyworks.mongo;

import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoDatabase;
import dev.tallyworks.event.PendingEvents;
import dev.tallyworks.event.PendingEventsContract;
import dev.tallyworks.event.RawEvents;
import dev.tallyworks.servers.Servers;
import org.junit.jupiter.api.AfterAll;

class MongoPendingEventsTest extends PendingEventsContract {
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
    protected RawEvents rawEvents() {
        return new MongoRawEvents(DATABASE);
    }

    @Override
    protected PendingEvents pendingEvents() {
        return new MongoPendingEvents(DATABASE);
    }

    @Override
    protected PendingEvents losingAnswers(int answers) {
        WIRE.lose(answers);
        return new MongoPendingEvents(LOSING.getDatabase(DATABASE.getName()));
    }
}
