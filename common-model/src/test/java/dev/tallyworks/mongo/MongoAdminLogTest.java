package dev.tallyworks.mongo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoDatabase;
import dev.tallyworks.admin.AdminCall;
import dev.tallyworks.servers.Servers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Date;
import org.bson.Document;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class MongoAdminLogTest {
    private final MongoClient client = TestClients.create();
    private final MongoDatabase database = client.getDatabase(Servers.freshDatabaseName());

    @AfterEach
    void close() {
        database.drop();
        client.close();
    }

    private static AdminCall call(String path) {
        return new AdminCall(1_700_000_000_000L, "POST", path, "acme", 202, "{}", 12);
    }

    @Test
    void keepsEachCall() {
        MongoAdminLog log = new MongoAdminLog(database, Duration.ofDays(400));
        log.add(call("/a"));
        log.add(call("/b"));
        log.add(new AdminCall(1_700_000_000_000L, "DELETE", "/c", null, 204, null, 0));
        var kept = database.getCollection("admin_calls").find().into(new ArrayList<>());
        assertThat(kept).extracting(one -> one.getString("path")).containsExactlyInAnyOrder("/a", "/b", "/c");
        assertThat(kept.get(0))
                .containsEntry("time", new Date(1_700_000_000_000L))
                .containsEntry("method", "POST")
                .containsEntry("who", "acme")
                .containsEntry("status", 202)
                .containsEntry("durationMillis", 12L)
                .containsEntry("request", "{}");
        assertThat(database.getCollection("admin_calls").listIndexes())
                .anySatisfy(index -> assertThat(index.get("key")).isEqualTo(new Document("time", 1)));
    }

    @Test
    void anotherTimeToKeepThemTakesTheOldOnesPlace() {
        assumeTrue(Servers.areGiven(), "the embedded server keeps everything");
        new MongoAdminLog(database, Duration.ofDays(400)).add(call("/a"));
        new MongoAdminLog(database, Duration.ofDays(7)).add(call("/b"));
        assertThat(database.getCollection("admin_calls").countDocuments()).isEqualTo(2);
        assertThat(database.getCollection("admin_calls").listIndexes())
                .filteredOn(index -> index.containsKey("expireAfterSeconds"))
                .singleElement()
                .satisfies(index -> assertThat(((Number) index.get("expireAfterSeconds")).longValue())
                        .isEqualTo(7 * 86_400));
    }
}
