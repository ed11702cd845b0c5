package dev.tallyworks.mongo;

import static dev.tallyworks.mongo.RollupDocuments.CATEGORY;
import static dev.tallyworks.mongo.RollupDocuments.COMPOUND;
import static dev.tallyworks.mongo.RollupDocuments.COUNT;
import static dev.tallyworks.mongo.RollupDocuments.FLAG;
import static dev.tallyworks.mongo.RollupDocuments.LEAF;
import static dev.tallyworks.mongo.RollupDocuments.MAX;
import static dev.tallyworks.mongo.RollupDocuments.MIN;
import static dev.tallyworks.mongo.RollupDocuments.OTHER_COUNT;
import static dev.tallyworks.mongo.RollupDocuments.SAMPLES;
import static dev.tallyworks.mongo.RollupDocuments.SUM;
import static dev.tallyworks.mongo.RollupDocuments.UNIQUE;
import static dev.tallyworks.mongo.RollupDocuments.VALUES;

import com.mongodb.ReadPreference;
import com.mongodb.client.MongoCollection;
import com.mongodb.client.MongoCursor;
import com.mongodb.client.MongoDatabase;
import dev.tallyworks.metric.StoredName;
import dev.tallyworks.partition.Partition;
import dev.tallyworks.rollup.RollupScan;
import dev.tallyworks.rollup.Selection;
import dev.tallyworks.rollup.SeriesKey;
import dev.tallyworks.rollup.StoredRollup;
import dev.tallyworks.time.TimeRange;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.bson.Document;
import org.bson.codecs.configuration.CodecRegistries;
import org.bson.codecs.configuration.CodecRegistry;
import org.bson.types.Binary;
import org.jspecify.annotations.Nullable;

/** Reads {@link RollupDocuments rollups} by one {@code _id} range for each partition. */
public final class MongoRollupScan implements RollupScan {
    private static final int BATCH_DOCUMENTS = 1_000;
    private static final long ASKED_UNSEEN_MAX = 500;
    /** More paths than this cost more than what they leave out. */
    private static final int PATHS_MAX = 200;
    /** From so many buckets on it pays to look at a document first. */
    private static final long LONG_BUCKETS = 2_000;

    private static final int FEW_NUMBERS = 3;

    private final MongoDatabase database;
    private final RollupOrigins origins;

    public MongoRollupScan(MongoDatabase database) {
        this.database = database.withReadPreference(ReadPreference.primary());
        this.origins = new RollupOrigins(this.database);
    }

    @Override
    public void scan(
            Partition partition, SeriesKey series, TimeRange range, Selection selection, Consumer<StoredRollup> to) {
        byte[] prefix = series.prefix();
        Document ids = new Document("$gte", new Binary(SeriesKey.lowerBound(prefix, range.startMillis())))
                .append("$lt", new Binary(SeriesKey.lowerBound(prefix, range.endMillis())));
        List<String> collections = collections(database, partition, range);
        boolean isLong =
                (range.endMillis() - range.startMillis()) / series.width().widthMillis() >= LONG_BUCKETS;
        Document projection = isLong && !collections.isEmpty() && hasFewNumbers(selection, collections.get(0), ids)
                ? projection(selection, null)
                : projection(selection);
        for (String collection : collections) {
            DriverFailures.reading(() -> {
                try (MongoCursor<StoredRollupCodec.Read> found = rollups(database, collection, selection)
                        .find(new Document(Fields.ID, ids))
                        .projection(projection)
                        .sort(new Document(Fields.ID, 1))
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

    /**
     * Whether some numeric fields are selected, and the first document has so few that to leave some out costs the server more
     * than to give all.
     */
    private boolean hasFewNumbers(Selection selection, String collection, Document ids) {
        if (selection.numbers() == null || selection.numbers().isEmpty()) {
            return false;
        }
        return DriverFailures.reading(() -> {
            Document first = database.getCollection(collection)
                    .find(new Document(Fields.ID, ids))
                    .projection(new Document(VALUES, 1))
                    .sort(new Document(Fields.ID, 1))
                    .first();
            Document numbers = first == null ? null : first.get(VALUES, Document.class);
            return numbers != null && numbers.size() <= FEW_NUMBERS;
        });
    }

    static MongoCollection<StoredRollupCodec.Read> rollups(
            MongoDatabase database, String collection, Selection selection) {
        CodecRegistry registry = CodecRegistries.fromRegistries(
                CodecRegistries.fromCodecs(new StoredRollupCodec(selection)), database.getCodecRegistry());
        return database.getCollection(collection, StoredRollupCodec.Read.class).withCodecRegistry(registry);
    }

    /** Where they are many, most have never been written: to ask for their names is cheaper than to ask each. */
    static List<String> collections(MongoDatabase database, Partition partition, TimeRange range) {
        if (partition.count(range) <= ASKED_UNSEEN_MAX) {
            return partition.collections(range);
        }
        return DriverFailures.reading(() -> partition.collections(range, database.listCollectionNames()));
    }

    static Document projection(Selection selection) {
        return projection(selection, selection.numbers());
    }

    /** @param fields the numeric ones to give, at least those that are selected; null for all */
    private static Document projection(Selection selection, @Nullable Set<String> fields) {
        List<String> parts = new ArrayList<>(List.of(COUNT, OTHER_COUNT));
        Set<String> numbers = selection.numbers();
        for (String part : selection.extremes() ? List.of(VALUES, SUM, MIN, MAX) : List.of(VALUES, SUM)) {
            add(parts, part, fields);
        }
        Set<String> categories = selection.categories();
        add(parts, CATEGORY, categories);
        if (selection.compounds()) {
            boolean few = numbers != null && categories != null && numbers.size() * categories.size() <= PATHS_MAX;
            if (few) {
                numbers.forEach(number -> add(parts, COMPOUND + '.' + StoredName.escape(number), categories));
            } else {
                add(parts, COMPOUND, numbers);
            }
        }
        if (selection.leaves()) {
            parts.add(LEAF);
        }
        add(parts, FLAG, selection.flags());
        add(parts, UNIQUE, selection.unique());
        add(parts, SAMPLES, selection.percentiles());
        Document projection = new Document();
        parts.forEach(part -> projection.append(part, 1));
        return projection;
    }

    private static void add(List<String> parts, String part, @Nullable Set<String> fields) {
        if (fields == null) {
            parts.add(part);
        } else {
            fields.forEach(field -> parts.add(part + '.' + StoredName.escape(field)));
        }
    }
}
