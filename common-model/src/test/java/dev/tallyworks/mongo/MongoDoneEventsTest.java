package dev.tallyworks.mongo;

import dev.tallyworks.event.CountableEvents;
import dev.tallyworks.event.DoneEvents;
import dev.tallyworks.event.DoneEventsContract;
import dev.tallyworks.event.PendingEvents;
import dev.tallyworks.event.RawEvents;
import org.junit.jupiter.api.extension.RegisterExtension;

class MongoDoneEventsTest extends DoneEventsContract {
    @RegisterExtension
    static final TestDatabase STORE = new TestDatabase();

    @Override
    protected RawEvents rawEvents() {
        return new MongoRawEvents(STORE.database());
    }

    @Override
    protected PendingEvents pendingEvents() {
        return new MongoPendingEvents(STORE.database());
    }

    @Override
    protected DoneEvents doneEvents() {
        return new MongoDoneEvents(STORE.database());
    }

    @Override
    protected CountableEvents countableEvents() {
        return new MongoCountableEvents(STORE.database());
    }
}
