package dev.tallyworks.worker.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import com.mongodb.ConnectionString;
import com.mongodb.MongoClientSettings;
import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoClients;
import com.mongodb.client.MongoDatabase;
import dev.tallyworks.mongo.MongoSettings;
import dev.tallyworks.servers.Servers;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.bson.Document;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * The stores in memory do what the adapters do: the same schedules end right on both, and every call gives the same answers. So
 * what is shown with the former holds for the latter.
 */
class SameOnServersTest {
    private static final int SCHEDULES = Integer.getInteger("tw.test.schedules.servers", 25);
    private static final Logger LOG = Logger.getLogger("dev.tallyworks.worker");

    private final MongoClient client = MongoClients.create(MongoSettings.customize(
                    MongoClientSettings.builder().applyConnectionString(new ConnectionString(Servers.mongoUrl())))
            .build());
    private final MongoDatabase database = client.getDatabase(Servers.freshDatabaseName());

    @BeforeEach
    void deathsAreNoNews() {
        LOG.setLevel(Level.OFF);
    }

    @AfterEach
    void close() {
        LOG.setLevel(null);
        database.drop();
        client.close();
    }

    @Test
    void theAdaptersGiveTheSameAnswersAndEveryEventCountsOnce() {
        for (long seed = 1; seed <= SCHEDULES; seed++) {
            List<String> words = new ArrayList<>();
            String fault = new Run(
                            seed,
                            Focus.NONE,
                            turns -> new Paused(new InMemory(Turns.NONE, Set.of()), turns, words::add),
                            null)
                    .run();
            for (String collection : List.of("lanes", "events_" + Run.SOURCE, "aggr_a1", "aggr_a2", "rebuilds")) {
                database.getCollection(collection).deleteMany(new Document());
            }
            List<String> wordsOfServers = new ArrayList<>();
            String faultOfServers = new Run(
                            seed,
                            Focus.NONE,
                            turns -> new Paused(
                                    new OnServers(database, new QueueInMemory(Turns.NONE)), turns, wordsOfServers::add),
                            null)
                    .run();

            for (int i = 0; i < Math.min(words.size(), wordsOfServers.size()); i++) {
                assertThat(wordsOfServers.get(i))
                        .as("seed %d, after %s", seed, words.subList(Math.max(0, i - 10), i))
                        .isEqualTo(words.get(i));
            }
            assertThat(wordsOfServers).as("seed %d", seed).hasSameSizeAs(words);
            assertThat(fault).as("seed %d in memory", seed).isNull();
            assertThat(faultOfServers).as("seed %d on servers", seed).isNull();
        }
    }
}
