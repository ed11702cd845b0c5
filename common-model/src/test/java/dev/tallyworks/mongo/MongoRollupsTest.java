package dev.tallyworks.mongo;

import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoDatabase;
import dev.tallyworks.rollup.AttributionScan;
import dev.tallyworks.rollup.RollupScan;
import dev.tallyworks.rollup.Rollups;
import dev.tallyworks.rollup.RollupsContract;
import dev.tallyworks.servers.Servers;
import org.junit.jupiter.api.AfterAll;

class MongoRollupsTest extends RollupsContract {
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
    protected Rollups rollups() {
        return new MongoRollups(DATABASE);
    }

    @Override
    protected Rollups losingAnswers(int answers) {
        WIRE.lose(answers);
        return new MongoRollups(LOSING.getDatabase(DATABASE.getName()));
    }

    @Override
    protected AttributionScan attributions() {
        return new MongoAttributionScan(DATABASE);
    }

    @Override
    protected RollupScan scan() {
        return new MongoRollupScan(DATABASE);
    }
}
