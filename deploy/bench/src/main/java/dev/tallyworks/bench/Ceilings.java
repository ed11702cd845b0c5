package dev.tallyworks.bench;

import com.mongodb.MongoBulkWriteException;
import com.mongodb.MongoCommandException;
import com.mongodb.client.MongoCollection;
import com.mongodb.client.MongoDatabase;
import com.mongodb.client.model.BulkWriteOptions;
import com.mongodb.client.model.ClusteredIndexOptions;
import com.mongodb.client.model.CreateCollectionOptions;
import com.mongodb.client.model.IndexOptions;
import com.mongodb.client.model.InsertManyOptions;
import com.mongodb.client.model.UpdateOneModel;
import com.mongodb.client.model.UpdateOptions;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.bson.BsonBinary;
import org.bson.BsonBinaryWriter;
import org.bson.Document;
import org.bson.RawBsonDocument;
import org.bson.io.BasicOutputBuffer;
import org.bson.types.Binary;
import org.bson.types.Decimal128;

/**
 * What the store takes from plain driver calls: documents, indexes and write concern as the product has them, and nothing of
 * the product around them.
 */
final class Ceilings {
    private static final int EVENTS_MAX = 2_000_000;
    private static final int DUPLICATE_KEY = 11_000;
    private static final BulkWriteOptions UNORDERED = new BulkWriteOptions().ordered(false);
    private static final UpdateOptions UPSERT = new UpdateOptions().upsert(true);
    private static final long BUCKET_BITS = BenchEvent.HOUR_MILLIS ^ Long.MIN_VALUE;

    private final MongoDatabase database;

    Ceilings(MongoDatabase database) {
        this.database = database;
    }

    /** Each thread inserts one event after the other. */
    Load.Result singleInserts(int threads, Duration time) {
        MongoCollection<Document> events = eventCollection();
        String run = newRun();
        return Load.run(
                threads,
                1,
                EVENTS_MAX,
                time,
                () -> (first, count) ->
                        events.insertOne(BenchEvent.of(run, first, 1_000).document(System.currentTimeMillis())));
    }

    /** Each thread inserts so many events at once. */
    Load.Result insertMany(int threads, int size, Duration time) {
        MongoCollection<Document> events = eventCollection();
        String run = newRun();
        return Load.run(threads, size, EVENTS_MAX, time, () -> (first, count) -> {
            List<Document> batch = new ArrayList<>(count);
            for (long number = first; number < first + count; number++) {
                batch.add(BenchEvent.of(run, number, 1_000).document(System.currentTimeMillis()));
            }
            events.insertMany(batch, new InsertManyOptions().ordered(false));
        });
    }

    /** Each thread folds so many events and writes their rollups as one unordered bulk of upserts. */
    Load.Result rollupUpserts(int threads, int size, int distinct, Duration time) {
        MongoCollection<Document> rollups = rollupCollection();
        String run = newRun();
        return Load.run(threads, size, EVENTS_MAX, time, () -> (first, count) -> {
            List<BenchEvent> batch = new ArrayList<>(count);
            for (long number = first; number < first + count; number++) {
                batch.add(BenchEvent.of(run, number, distinct));
            }
            writeRollups(rollups, "l" + first / size % 64, first / size, Totals.fold(batch));
        });
    }

    /** With so many events to drain already inserted. */
    LanePrototype prototype(int count, int distinct) {
        return new LanePrototype(this, count, distinct);
    }

    static String newRun() {
        return UUID.randomUUID().toString().substring(0, 13);
    }

    MongoCollection<Document> eventCollection() {
        MongoCollection<Document> events = database.getCollection("raw_events_" + newRun());
        Document pending = new Document("pending", true);
        Document exists = new Document("$exists", true);
        IndexOptions dead = new IndexOptions().partialFilterExpression(new Document("irregular.dead.diedAt", exists));
        IndexOptions discarded = new IndexOptions()
                .name("discarded")
                .partialFilterExpression(new Document("irregular.discarded", exists));
        events.createIndex(new Document("timestamp", 1).append("_id", 1));
        events.createIndex(
                new Document("timestamp", 1),
                new IndexOptions().name("pending_timestamp").partialFilterExpression(pending));
        events.createIndex(
                new Document("receivedAt", 1).append("_id", 1),
                new IndexOptions().name("pending_receivedAt").partialFilterExpression(pending));
        events.createIndex(new Document("timestamp", 1), dead.name("dead"));
        events.createIndex(new Document("timestamp", 1), discarded);
        for (String first : List.of("irregular.dead.diedAt", "type", "irregular.dead.reason")) {
            Document keys = new Document(first, 1).append("irregular.dead.diedAt", 1);
            events.createIndex(keys.append("_id", 1).append("pending", 1), dead.name("dead_" + first));
        }
        return events;
    }

    MongoCollection<Document> rollupCollection() {
        String name = "raw_rollups_" + newRun();
        try {
            database.createCollection(
                    name,
                    new CreateCollectionOptions()
                            .clusteredIndexOptions(new ClusteredIndexOptions(new Document("_id", 1), true)));
        } catch (MongoCommandException refused) {
            // Neither older servers nor the embedded one know clustered collections; a plain one comes with its first
            // document.
        }
        MongoCollection<Document> rollups = database.getCollection(name);
        rollups.createIndex(
                new Document("k", 1).append("bucket", 1),
                new IndexOptions().partialFilterExpression(new Document("k", new Document("$exists", true))));
        return rollups;
    }

    /** One update a document, that does nothing where it has been applied before. */
    static void writeRollups(MongoCollection<Document> rollups, String lane, long seq, Map<String, Totals> documents) {
        List<UpdateOneModel<Document>> updates = new ArrayList<>(documents.size());
        documents.forEach((customer, totals) -> {
            Document unapplied = new Document("_id", new Binary(id(customer)))
                    .append("applied." + lane, new Document("$not", new Document("$gte", seq)));
            updates.add(new UpdateOneModel<>(unapplied, update(customer, totals, lane, seq), UPSERT));
        });
        try {
            rollups.bulkWrite(updates, UNORDERED);
        } catch (MongoBulkWriteException raced) {
            // Another thread made the document at the same moment: it is there now.
            if (raced.getWriteErrors().stream().anyMatch(error -> error.getCode() != DUPLICATE_KEY)) {
                throw raced;
            }
            rollups.bulkWrite(
                    raced.getWriteErrors().stream()
                            .map(error -> updates.get(error.getIndex()))
                            .toList(),
                    UNORDERED);
        }
    }

    /** As long and as scattered as the product's. */
    private static byte[] id(String customer) {
        UUID hash = UUID.nameUUIDFromBytes(customer.getBytes(StandardCharsets.UTF_8));
        return ByteBuffer.allocate(32)
                .putLong(hash.getMostSignificantBits())
                .putLong(hash.getLeastSignificantBits())
                .putLong(BUCKET_BITS)
                .putLong(0x5A5A_5A5AL)
                .array();
    }

    private static RawBsonDocument update(String customer, Totals totals, String lane, long seq) {
        BasicOutputBuffer buffer = new BasicOutputBuffer(1024);
        try (BsonBinaryWriter writer = new BsonBinaryWriter(buffer)) {
            writer.writeStartDocument();
            writer.writeStartDocument("$inc");
            writer.writeInt64("count", totals.count());
            writer.writeInt64("names", 1L + totals.categories().size());
            writer.writeInt64("n.amount", totals.count());
            writer.writeInt64("sum.amount.0", totals.whole());
            writer.writeInt64("sum.amount.-1", totals.fraction());
            totals.categories().forEach((value, sums) -> {
                writer.writeInt64("cat." + value, sums[0]);
                writer.writeInt64("compound.amount." + value + ".0", sums[1]);
                writer.writeInt64("compound.amount." + value + ".-1", sums[2]);
            });
            writer.writeEndDocument();
            writer.writeStartDocument("$min");
            writer.writeDecimal128("min.amount", decimal(totals.minCents()));
            writer.writeEndDocument();
            writer.writeStartDocument("$max");
            writer.writeDecimal128("max.amount", decimal(totals.maxCents()));
            writer.writeEndDocument();
            writer.writeStartDocument("$set");
            writer.writeInt64("applied." + lane, seq);
            writer.writeEndDocument();
            writer.writeStartDocument("$setOnInsert");
            writer.writeString("aggregation", "0123456789abcdef");
            writer.writeInt32("generation", 1);
            writer.writeString("width", "hour");
            writer.writeStartDocument("attribution");
            writer.writeString("type", customer.isEmpty() ? "_total" : BenchEvent.ATTRIBUTION);
            writer.writeString("value", customer);
            writer.writeEndDocument();
            writer.writeString("source", "bench");
            writer.writeInt64("incarnation", 1);
            writer.writeString("type", BenchEvent.TYPE);
            writer.writeDateTime("bucket", BenchEvent.HOUR_MILLIS);
            if (!customer.isEmpty()) {
                writer.writeBinaryData("k", new BsonBinary(new byte[16]));
            }
            writer.writeEndDocument();
            writer.writeEndDocument();
        }
        return new RawBsonDocument(buffer.getInternalBuffer(), 0, buffer.getPosition());
    }

    private static Decimal128 decimal(long cents) {
        return new Decimal128(BigDecimal.valueOf(cents, 2));
    }
}
