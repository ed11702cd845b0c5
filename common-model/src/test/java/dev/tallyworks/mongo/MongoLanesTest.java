package dev.tallyworks.mongo;

import dev.tallyworks.lane.Lanes;
import dev.tallyworks.lane.LanesContract;
import org.junit.jupiter.api.extension.RegisterExtension;

class MongoLanesTest extends LanesContract {
    @RegisterExtension
    static final TestDatabase STORE = new TestDatabase();

    @Override
    protected Lanes empty() {
        STORE.database().getCollection(Fields.LANES).drop();
        return new MongoLanes(STORE.database());
    }

    @Override
    protected Lanes losingAnswers(int answers) {
        return new MongoLanes(STORE.losingAnswers(answers));
    }
}
