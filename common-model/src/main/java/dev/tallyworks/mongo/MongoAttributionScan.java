package dev.tallyworks.mongo;

import com.mongodb.ReadPreference;
import com.mongodb.client.MongoCursor;
import com.mongodb.client.MongoDatabase;
import com.mongodb.client.model.Projections;
import dev.tallyworks.partition.Partition;
import dev.tallyworks.rollup.AttributionScan;
import dev.tallyworks.rollup.RollupNumbers;
import dev.tallyworks.rollup.SeriesKey;
import dev.tallyworks.rollup.StoredRollup;
import dev.tallyworks.time.TimeRange;
import java.util.Date;
import java.util.function.Consumer;
import org.bson.Document;
import org.bson.types.Binary;

/** Reads {@link RollupDocuments rollups} by the index of attribution types and buckets. */
public final class MongoAttributionScan implements AttributionScan {
    private static final int BATCH_DOCUMENTS = 5_000;
    private static final long ASKED_UNSEEN_MAX = 500;

    private final MongoDatabase database;

    public MongoAttributionScan(MongoDatabase database) {
        this.database = database.withReadPreference(ReadPreference.primary());
    }

    @Override
    public void scan(Partition partition, SeriesKey series, TimeRange range, Consumer<StoredRollup> to) {
        Document filter = new Document(RollupDocuments.TYPE_HASH, new Binary(series.typeHash()))
                .append(
                        RollupDocuments.BUCKET,
                        new Document("$gte", new Date(range.startMillis())).append("$lt", new Date(range.endMillis())));
        DriverFailures.reading(() -> {
            Iterable<String> collections = partition.count(range) <= ASKED_UNSEEN_MAX
                    ? partition.collections(range)
                    : partition.collections(range, database.listCollectionNames());
            for (String collection : collections) {
                try (MongoCursor<Document> found = database.getCollection(collection)
                        .find(filter)
                        .projection(Projections.include(
                                RollupDocuments.BUCKET,
                                RollupDocuments.SOURCE,
                                RollupDocuments.INCARNATION,
                                RollupDocuments.TYPE,
                                RollupDocuments.COUNT))
                        .batchSize(BATCH_DOCUMENTS)
                        .iterator()) {
                    while (found.hasNext()) {
                        to.accept(read(found.next()));
                    }
                }
            }
            return true;
        });
    }

    private static StoredRollup read(Document stored) {
        RollupNumbers numbers = new RollupNumbers();
        numbers.addCount(stored.getLong(RollupDocuments.COUNT), 0);
        return new StoredRollup(
                stored.getDate(RollupDocuments.BUCKET).getTime(),
                stored.getString(RollupDocuments.SOURCE),
                stored.getLong(RollupDocuments.INCARNATION),
                stored.getString(RollupDocuments.TYPE),
                numbers);
    }
}
