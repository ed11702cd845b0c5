package dev.tallyworks.mongo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.mongodb.MongoCommandException;
import com.mongodb.MongoWriteException;
import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoClients;
import com.mongodb.client.MongoCollection;
import com.mongodb.client.model.UpdateOptions;
import dev.tallyworks.failure.OutcomeUnknown;
import dev.tallyworks.failure.Unavailable;
import dev.tallyworks.servers.Servers;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.bson.Document;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** With failures as they happen, not such as are made up. */
class DriverFailuresTest {
    private static final MongoClient CLIENT = TestClients.create();
    private static final String DATABASE = Servers.freshDatabaseName();
    private static final String COLLECTION = "failures";

    private final MongoCollection<Document> collection =
            CLIENT.getDatabase(DATABASE).getCollection(COLLECTION);

    @BeforeEach
    void empty() {
        collection.drop();
    }

    @AfterAll
    static void drop() {
        CLIENT.getDatabase(DATABASE).drop();
        CLIENT.close();
    }

    private static Document id(int id) {
        return new Document("_id", id);
    }

    @Test
    void anAnswerIsPassedOn() {
        assertThat(DriverFailures.writing(() -> collection.insertOne(id(1))).wasAcknowledged())
                .isTrue();
        assertThat(DriverFailures.<Long>reading(collection::countDocuments)).isEqualTo(1);
    }

    @Test
    void whatTheServerRefusesIsOurFault() {
        collection.insertOne(id(1));
        assertThatThrownBy(() -> DriverFailures.writing(() -> collection.insertOne(id(1))))
                .isInstanceOf(MongoWriteException.class);
        Document nonsense = new Document("$nonsense", new Document("a", 1));
        assertThatThrownBy(() -> DriverFailures.writing(
                        () -> collection.updateOne(id(1), nonsense, new UpdateOptions().upsert(true))))
                .isInstanceOf(MongoWriteException.class);
        assertThatThrownBy(() -> DriverFailures.reading(
                        () -> CLIENT.getDatabase(DATABASE).runCommand(new Document("nonsense", 1))))
                .isInstanceOf(MongoCommandException.class);
    }

    @Test
    void ofABulkThatIsRefusedInPartTheRestMayHaveHappened() {
        collection.insertOne(id(1));
        assertThatThrownBy(() -> DriverFailures.writing(() -> collection.insertMany(List.of(id(0), id(1)))))
                .isInstanceOf(OutcomeUnknown.class);
        assertThat(DriverFailures.<Long>reading(collection::countDocuments)).isEqualTo(2);
    }

    @Test
    void anAnswerThatIsLostLeavesTheOutcomeOfAWriteUnknown() {
        try (LossyWire wire = new LossyWire();
                MongoClient losing = wire.client()) {
            MongoCollection<Document> there = losing.getDatabase(DATABASE).getCollection(COLLECTION);
            wire.lose(1);
            assertThatThrownBy(() -> DriverFailures.writing(() -> there.insertOne(id(1))))
                    .isInstanceOf(OutcomeUnknown.class);
            assertThat(wire.lost()).isEqualTo(1);
            wire.lose(1);
            assertThatThrownBy(() -> DriverFailures.writing(() -> there.insertMany(List.of(id(2), id(3)))))
                    .isInstanceOf(OutcomeUnknown.class);
            wire.lose(1);
            assertThatThrownBy(() -> DriverFailures.writing(() -> there.deleteOne(id(3))))
                    .isInstanceOf(OutcomeUnknown.class);
            assertThat(DriverFailures.<Long>reading(there::countDocuments)).isEqualTo(2);
        }
    }

    @Test
    void aServerThatIsNotThereIsUnavailable() throws IOException {
        int port;
        try (ServerSocket closed = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            port = closed.getLocalPort();
        }
        try (MongoClient nobody = impatient("mongodb://127.0.0.1:" + port)) {
            MongoCollection<Document> there = nobody.getDatabase(DATABASE).getCollection(COLLECTION);
            assertThatThrownBy(() -> DriverFailures.writing(() -> there.insertOne(id(1))))
                    .isInstanceOf(Unavailable.class);
            assertThatThrownBy(() -> DriverFailures.reading(there::countDocuments))
                    .isInstanceOf(Unavailable.class);
        }
    }

    @Test
    void aServerThatSaysNothingIsUnavailable() throws IOException {
        try (ServerSocket silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
                MongoClient nobody = impatient("mongodb://127.0.0.1:" + silent.getLocalPort())) {
            MongoCollection<Document> there = nobody.getDatabase(DATABASE).getCollection(COLLECTION);
            assertThatThrownBy(() -> DriverFailures.writing(() -> there.insertOne(id(1))))
                    .isInstanceOf(Unavailable.class);
        }
    }

    private static MongoClient impatient(String url) {
        return MongoClients.create(TestClients.settings(url)
                .applyToClusterSettings(cluster -> cluster.serverSelectionTimeout(300, TimeUnit.MILLISECONDS))
                .applyToSocketSettings(socket -> socket.connectTimeout(300, TimeUnit.MILLISECONDS))
                .build());
    }
}
