package dev.tallyworks.mongo;

import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoDatabase;
import dev.tallyworks.event.CountableEvents;
import dev.tallyworks.event.DeadLetters;
import dev.tallyworks.event.DeadLettersContract;
import dev.tallyworks.event.DoneEvents;
import dev.tallyworks.event.PendingEvents;
import dev.tallyworks.event.RawEvents;
import dev.tallyworks.servers.Servers;
import org.junit.jupiter.api.AfterAll;

class MongoDeadLettersTest extends DeadLettersContract {
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
    protected DoneEvents doneEvents() {
        return new MongoDoneEvents(DATABASE);
    }

    @Override
    protected CountableEvents countableEvents() {
        return new MongoCountableEvents(DATABASE);
    }

    @Override
    protected DeadLetters deadLetters() {
        return new MongoDeadLetters(DATABASE);
    }

    @Override
    protected DeadLetters losingAnswers(int answers) {
        WIRE.lose(answers);
        return new MongoDeadLetters(LOSING.getDatabase(DATABASE.getName()));
    }
}
