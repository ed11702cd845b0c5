package dev.tallyworks.mongo;

import dev.tallyworks.event.PendingEvents;
import dev.tallyworks.event.PendingEventsContract;
import dev.tallyworks.event.RawEvents;
import org.junit.jupiter.api.extension.RegisterExtension;

class MongoPendingEventsTest extends PendingEventsContract {
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
    protected PendingEvents losingAnswers(int answers) {
        return new MongoPendingEvents(STORE.losingAnswers(answers));
    }
}
