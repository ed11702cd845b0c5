package dev.tallyworks.mongo;

import com.mongodb.ReadPreference;
import com.mongodb.client.MongoCursor;
import com.mongodb.client.MongoDatabase;
import dev.tallyworks.partition.Partition;
import dev.tallyworks.rollup.AttributionScan;
import dev.tallyworks.rollup.Selection;
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
    private static final String ATTRIBUTION_VALUE = RollupDocuments.ATTRIBUTION + '.' + Fields.ATTRIBUTION_VALUE;

    private final MongoDatabase database;
    private final RollupOrigins origins;

    public MongoAttributionScan(MongoDatabase database) {
        this.database = database.withReadPreference(ReadPreference.primary());
        this.origins = new RollupOrigins(this.database);
    }

    @Override
    public void scan(
            Partition partition, SeriesKey series, TimeRange range, Selection selection, Consumer<StoredRollup> to) {
        Document filter = new Document(RollupDocuments.TYPE_HASH, new Binary(series.typeHash()))
                .append(
                        RollupDocuments.BUCKET,
                        new Document("$gte", new Date(range.startMillis())).append("$lt", new Date(range.endMillis())));
        Document projection = MongoRollupScan.projection(selection).append(ATTRIBUTION_VALUE, 1);
        for (String collection : MongoRollupScan.collections(database, partition, range)) {
            DriverFailures.reading(() -> {
                try (MongoCursor<StoredRollupCodec.Read> found = MongoRollupScan.rollups(
                                database, collection, selection)
                        .find(filter)
                        .projection(projection)
                        .batchSize(BATCH_DOCUMENTS)
                        .iterator()) {
                    while (found.hasNext()) {
                        origins.resolve(collection, found.next(), to);
                    }
                }
                return true;
            });
        }
    }
}
