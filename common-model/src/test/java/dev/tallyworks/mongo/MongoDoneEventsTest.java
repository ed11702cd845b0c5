package dev.tallyworks.mongo;

import com.mongodb.client.MongoClient;
import dev.tallyworks.event.CountableEvents;
import dev.tallyworks.event.DoneEvents;
import dev.tallyworks.event.DoneEventsContract;
import dev.tallyworks.event.PendingEvents;
import dev.tallyworks.event.RawEvents;
import dev.tallyworks.servers.Servers;
import org.junit.jupiter.api.AfterAll;

class MongoDoneEventsTest extends DoneEventsContract {
    private static final MongoClient CLIENT = TestClients.create();
    private static final String DATABASE = Servers.freshDatabaseName();

    @Override
    protected RawEvents rawEvents() {
        return new MongoRawEvents(CLIENT.getDatabase(DATABASE));
    }

    @Override
    protected PendingEvents pendingEvents() {
        return new MongoPendingEvents(CLIENT.getDatabase(DATABASE));
    }

    @Override
    protected DoneEvents doneEvents() {
        return new MongoDoneEvents(CLIENT.getDatabase(DATABASE));
    }

    @Override
    protected CountableEvents countableEvents() {
        return new MongoCountableEvents(CLIENT.getDatabase(DATABASE));
    }

    @AfterAll
    static void close() {
        CLIENT.getDatabase(DATABASE).drop();
        CLIENT.close();
    }
}
