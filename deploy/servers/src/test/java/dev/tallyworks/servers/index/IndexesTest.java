package dev.tallyworks.servers.index;

import static org.assertj.core.api.Assertions.assertThat;

import com.mongodb.MongoBulkWriteException;
import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoClients;
import com.mongodb.client.MongoCollection;
import com.mongodb.client.model.BulkWriteOptions;
import com.mongodb.client.model.IndexOptions;
import com.mongodb.client.model.InsertManyOptions;
import com.mongodb.client.model.UpdateOneModel;
import com.mongodb.client.model.UpdateOptions;
import com.mongodb.client.result.UpdateResult;
import de.bwaldvogel.mongo.MongoServer;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.function.Supplier;
import org.bson.Document;
import org.bson.types.Binary;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class IndexesTest {
    private final IndexedMemoryBackend backend = new IndexedMemoryBackend();
    private final MongoServer server = new MongoServer(backend);
    private final MongoClient client = MongoClients.create(server.bindAndGetConnectionString());
    private final MongoCollection<Document> events = client.getDatabase("db").getCollection("events");

    @AfterEach
    void close() {
        client.close();
        server.shutdownNow();
    }

    private static void index(MongoCollection<Document> events) {
        Document pending = new Document("pending", true);
        events.createIndex(new Document("timestamp", 1).append("_id", 1));
        events.createIndex(
                new Document("timestamp", 1), new IndexOptions().name("oldest").partialFilterExpression(pending));
        events.createIndex(
                new Document("receivedAt", 1).append("_id", 1),
                new IndexOptions().name("received").partialFilterExpression(pending));
        events.createIndex(
                new Document("timestamp", -1),
                new IndexOptions()
                        .name("irregular")
                        .partialFilterExpression(new Document("irregular", new Document("$exists", true))));
    }

    private static void fill(MongoCollection<Document> events, int from, int to) {
        List<Document> documents = new ArrayList<>();
        for (int i = from; i < to; i++) {
            documents.add(new Document("_id", "e" + i)
                    .append("timestamp", new Date(1_000_000L - i))
                    .append("receivedAt", new Date(i / 10))
                    .append("pending", true));
        }
        events.insertMany(documents);
    }

    private <T> T examining(long documents, Supplier<T> call) {
        long before = backend.documentsExamined();
        T result = call.get();
        assertThat(backend.documentsExamined() - before).isLessThanOrEqualTo(documents);
        return result;
    }

    @Test
    void noOperationOfTheProductLooksAtMoreThanItFindsHoweverMuchIsStored() {
        index(events);
        fill(events, 0, 100);
        for (int next = 100; next <= 10_000; next *= 10) {
            int size = next;
            int last = size - 1;
            UpdateResult one = examining(
                    1,
                    () -> events.updateOne(
                            new Document("_id", "e5").append("pending", true),
                            new Document("$set", new Document("x", size))));
            assertThat(one.getMatchedCount()).isEqualTo(1);
            UpdateResult three = examining(
                    3,
                    () -> events.updateMany(
                            new Document("_id", new Document("$in", List.of("e1", "e2", "e3", "none")))
                                    .append("pending", true)
                                    .append("claim", new Document("$exists", false)),
                            new Document("$set", new Document("x", -size))));
            assertThat(three.getMatchedCount()).isEqualTo(3);
            Document oldest = examining(1, () -> events.find(new Document("pending", true))
                    .sort(new Document("timestamp", 1))
                    .limit(1)
                    .first());
            assertThat(oldest).containsEntry("_id", "e" + last);
            List<Document> received = examining(25, () -> events.find(new Document("pending", true)
                            .append("receivedAt", new Document("$lt", new Date(9)).append("$gt", new Date(2))))
                    .sort(new Document("receivedAt", 1).append("_id", 1))
                    .limit(25)
                    .into(new ArrayList<>()));
            assertThat(received).hasSize(25).first().satisfies(e -> assertThat(e.getDate("receivedAt"))
                    .isEqualTo(new Date(3)));
            List<Document> newest =
                    examining(10, () -> events.find(new Document("timestamp", new Document("$lt", new Date(999_990L))))
                            .sort(new Document("timestamp", -1).append("_id", -1))
                            .limit(10)
                            .into(new ArrayList<>()));
            assertThat(newest).first().satisfies(e -> assertThat(e).containsEntry("_id", "e11"));
            long few = examining(
                    2,
                    () -> events.countDocuments(new Document("_id", new Document("$in", List.of("e1", "e2", "none")))
                            .append("pending", true)));
            assertThat(few).isEqualTo(2);
            long none = examining(
                    0,
                    () -> events.countDocuments(new Document("irregular", new Document("$exists", true))
                            .append("irregular.dead", new Document("$exists", true))));
            assertThat(none).isZero();
            Document newestId = examining(
                    1,
                    () -> events.find().sort(new Document("_id", -1)).limit(1).first());
            assertThat(newestId).isNotNull();
            if (size < 10_000) {
                fill(events, size, 10 * size);
            }
        }
    }

    @Test
    void aPartialIndexForgetsWhatNoLongerMatches() {
        index(events);
        fill(events, 0, 100);
        events.updateMany(
                new Document("_id", new Document("$in", List.of("e99", "e98"))),
                new Document("$unset", new Document("pending", "")));
        events.deleteOne(new Document("_id", "e97"));

        Document oldest = events.find(new Document("pending", true))
                .sort(new Document("timestamp", 1))
                .limit(1)
                .first();

        assertThat(oldest).containsEntry("_id", "e96");
        assertThat(events.countDocuments(new Document("pending", true))).isEqualTo(97);
    }

    private static Binary key(long bucket, int low) {
        return new Binary(ByteBuffer.allocate(32)
                .putLong(-7)
                .putLong(3)
                .putLong(bucket ^ Long.MIN_VALUE)
                .putInt(low)
                .array());
    }

    @Test
    void binaryIdsAreInTheOrderOfTheirUnsignedBytes() {
        MongoCollection<Document> rollups = client.getDatabase("db").getCollection("rollups");
        for (long bucket = 50; bucket >= -50; bucket--) {
            rollups.insertOne(new Document("_id", key(bucket, -1)).append("bucket", bucket));
        }
        Document range = new Document("_id", new Document("$gte", key(-3, 0)).append("$lt", key(4, 0)));

        List<Long> buckets = examining(7, () -> rollups.find(range)
                .sort(new Document("_id", 1))
                .map(d -> d.getLong("bucket"))
                .into(new ArrayList<>()));

        assertThat(buckets).containsExactly(-3L, -2L, -1L, 0L, 1L, 2L, 3L);
    }

    @Test
    void upsertsOfABulkTellWhichWereRefused() {
        MongoCollection<Document> rollups = client.getDatabase("db").getCollection("rollups");
        rollups.insertOne(new Document("_id", key(1, 0)).append("applied", new Document("l", 7L)));
        List<UpdateOneModel<Document>> updates = new ArrayList<>();
        for (int bucket = 0; bucket < 3; bucket++) {
            updates.add(new UpdateOneModel<>(
                    new Document("_id", key(bucket, 0))
                            .append("applied.l", new Document("$not", new Document("$gte", 7L))),
                    new Document("$inc", new Document("sum.a.0", 5_000_000_000L))
                            .append("$set", new Document("applied.l", 7L)),
                    new UpdateOptions().upsert(true)));
        }

        List<Integer> refused = new ArrayList<>();
        try {
            rollups.bulkWrite(updates, new BulkWriteOptions().ordered(false));
        } catch (MongoBulkWriteException partly) {
            partly.getWriteErrors().forEach(error -> {
                assertThat(error.getCode()).isEqualTo(11000);
                refused.add(error.getIndex());
            });
        }

        assertThat(refused).containsExactly(1);
        assertThat(rollups.countDocuments()).isEqualTo(3);
    }

    @Test
    void anUnorderedInsertTellsItsDuplicates() {
        fill(events, 0, 3);
        List<Integer> refused = new ArrayList<>();
        try {
            events.insertMany(
                    List.of(new Document("_id", "new"), new Document("_id", "e1"), new Document("_id", "newer")),
                    new InsertManyOptions().ordered(false));
        } catch (MongoBulkWriteException partly) {
            partly.getWriteErrors().forEach(error -> refused.add(error.getIndex()));
        }

        assertThat(refused).containsExactly(1);
        assertThat(events.countDocuments()).isEqualTo(5);
    }

    @Test
    void indexesOnAFileAreThereAgainWhenItIsOpened(@TempDir Path folder) {
        String file = folder.resolve("mongodb.h2").toString();
        MongoServer first = new MongoServer(new IndexedH2Backend(file));
        try (MongoClient once = MongoClients.create(first.bindAndGetConnectionString())) {
            index(once.getDatabase("db").getCollection("events"));
            fill(once.getDatabase("db").getCollection("events"), 0, 1_000);
        }
        first.shutdownNow();

        MongoServer again = new MongoServer(new IndexedH2Backend(file));
        try (MongoClient twice = MongoClients.create(again.bindAndGetConnectionString())) {
            MongoCollection<Document> reopened = twice.getDatabase("db").getCollection("events");
            long before = IndexedH2Backend.documentsExamined();
            Document oldest = reopened.find(new Document("pending", true))
                    .sort(new Document("timestamp", 1))
                    .limit(1)
                    .first();

            assertThat(oldest).containsEntry("_id", "e999");
            assertThat(IndexedH2Backend.documentsExamined() - before).isEqualTo(1);
            assertThat(reopened.countDocuments()).isEqualTo(1_000);
        }
        again.shutdownNow();
    }
}
