package dev.tallyworks.mongo;

import dev.tallyworks.rebuild.Rebuilds;
import dev.tallyworks.rebuild.RebuildsContract;
import org.junit.jupiter.api.extension.RegisterExtension;

class MongoRebuildsTest extends RebuildsContract {
    @RegisterExtension
    static final TestDatabase STORE = new TestDatabase();

    @Override
    protected Rebuilds rebuilds() {
        return new MongoRebuilds(STORE.database());
    }
}
