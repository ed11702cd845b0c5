package dev.tallyworks.mongo;

import dev.tallyworks.rollup.AttributionScan;
import dev.tallyworks.rollup.RollupScan;
import dev.tallyworks.rollup.Rollups;
import dev.tallyworks.rollup.RollupsContract;
import org.junit.jupiter.api.extension.RegisterExtension;

class MongoRollupsTest extends RollupsContract {
    @RegisterExtension
    static final TestDatabase STORE = new TestDatabase();

    @Override
    protected Rollups rollups() {
        return new MongoRollups(STORE.database());
    }

    @Override
    protected Rollups losingAnswers(int answers) {
        return new MongoRollups(STORE.losingAnswers(answers));
    }

    @Override
    protected AttributionScan attributions() {
        return new MongoAttributionScan(STORE.database());
    }

    @Override
    protected RollupScan scan() {
        return new MongoRollupScan(STORE.database());
    }
}
