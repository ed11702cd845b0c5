package dev.tallyworks.mongo;

import static dev.tallyworks.mongo.RollupDocuments.ATTRIBUTION;
import static dev.tallyworks.mongo.RollupDocuments.BUCKET;
import static dev.tallyworks.mongo.RollupDocuments.CATEGORY;
import static dev.tallyworks.mongo.RollupDocuments.COMPOUND;
import static dev.tallyworks.mongo.RollupDocuments.COUNT;
import static dev.tallyworks.mongo.RollupDocuments.FLAG;
import static dev.tallyworks.mongo.RollupDocuments.INCARNATION;
import static dev.tallyworks.mongo.RollupDocuments.LEAF;
import static dev.tallyworks.mongo.RollupDocuments.LEAF_COUNT;
import static dev.tallyworks.mongo.RollupDocuments.LEAF_SUMS;
import static dev.tallyworks.mongo.RollupDocuments.MAX;
import static dev.tallyworks.mongo.RollupDocuments.MIN;
import static dev.tallyworks.mongo.RollupDocuments.OTHER_COUNT;
import static dev.tallyworks.mongo.RollupDocuments.SAMPLES;
import static dev.tallyworks.mongo.RollupDocuments.SOURCE;
import static dev.tallyworks.mongo.RollupDocuments.SUM;
import static dev.tallyworks.mongo.RollupDocuments.TYPE;
import static dev.tallyworks.mongo.RollupDocuments.UNIQUE;
import static dev.tallyworks.mongo.RollupDocuments.VALUES;

import com.mongodb.ReadPreference;
import com.mongodb.client.MongoCursor;
import com.mongodb.client.MongoDatabase;
import dev.tallyworks.metric.ExactSum;
import dev.tallyworks.metric.StoredName;
import dev.tallyworks.partition.Partition;
import dev.tallyworks.rollup.RollupDelta;
import dev.tallyworks.rollup.RollupNumbers;
import dev.tallyworks.rollup.RollupScan;
import dev.tallyworks.rollup.Selection;
import dev.tallyworks.rollup.SeriesKey;
import dev.tallyworks.rollup.StoredRollup;
import dev.tallyworks.time.TimeRange;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.bson.Document;
import org.bson.types.Binary;
import org.bson.types.Decimal128;
import org.jspecify.annotations.Nullable;

/** Reads {@link RollupDocuments rollups} by one {@code _id} range for each partition. */
public final class MongoRollupScan implements RollupScan {
    private static final int BATCH_DOCUMENTS = 1_000;
    private static final long ASKED_UNSEEN_MAX = 500;
    /** More paths than this cost more than what they leave out. */
    private static final int PATHS_MAX = 200;

    private final MongoDatabase database;

    public MongoRollupScan(MongoDatabase database) {
        this.database = database.withReadPreference(ReadPreference.primary());
    }

    @Override
    public void scan(
            Partition partition, SeriesKey series, TimeRange range, Selection selection, Consumer<StoredRollup> to) {
        byte[] prefix = series.prefix();
        Document ids = new Document("$gte", new Binary(SeriesKey.lowerBound(prefix, range.startMillis())))
                .append("$lt", new Binary(SeriesKey.lowerBound(prefix, range.endMillis())));
        Document projection = projection(selection);
        for (String collection : collections(database, partition, range)) {
            DriverFailures.reading(() -> {
                try (MongoCursor<Document> found = database.getCollection(collection)
                        .find(new Document(Fields.ID, ids))
                        .projection(projection)
                        .sort(new Document(Fields.ID, 1))
                        .batchSize(BATCH_DOCUMENTS)
                        .iterator()) {
                    while (found.hasNext()) {
                        to.accept(read(found.next(), selection));
                    }
                }
                return true;
            });
        }
    }

    /** Where they are many, most have never been written: to ask for their names is cheaper than to ask each. */
    static List<String> collections(MongoDatabase database, Partition partition, TimeRange range) {
        if (partition.count(range) <= ASKED_UNSEEN_MAX) {
            return partition.collections(range);
        }
        return DriverFailures.reading(() -> partition.collections(range, database.listCollectionNames()));
    }

    static Document projection(Selection selection) {
        List<String> parts = new ArrayList<>(List.of(BUCKET, SOURCE, INCARNATION, TYPE, COUNT, OTHER_COUNT));
        Set<String> numbers = selection.numbers();
        for (String part : List.of(VALUES, SUM, MIN, MAX)) {
            add(parts, part, numbers);
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

    static StoredRollup read(Document stored, Selection selection) {
        RollupNumbers numbers = new RollupNumbers();
        long bucketMillis = stored.getDate(BUCKET).getTime();
        numbers.addCount(stored.getLong(COUNT), stored.containsKey(OTHER_COUNT) ? stored.getLong(OTHER_COUNT) : 0);
        members(stored, VALUES)
                .forEach((field, count) -> numbers.number(shown(field)).addCount((Long) count));
        members(stored, SUM)
                .forEach((field, limbs) -> addLimbs(numbers.number(shown(field)).sum(), limbs));
        members(stored, MIN)
                .forEach((field, least) -> numbers.number(shown(field)).addExtremes(decimal(least), null));
        members(stored, MAX)
                .forEach((field, most) -> numbers.number(shown(field)).addExtremes(null, decimal(most)));
        members(stored, CATEGORY).forEach((field, values) -> ((Document) values)
                .forEach((value, count) ->
                        numbers.value(shown(field), shown(value)).addCount((Long) count)));
        members(stored, COMPOUND)
                .forEach((number, fields) -> ((Document) fields).forEach((field, values) -> ((Document) values)
                        .forEach((value, limbs) -> addLimbs(
                                numbers.value(shown(field), shown(value)).sum(shown(number)), limbs))));
        members(stored, LEAF).values().forEach(some -> ((Document) some)
                .forEach((leaf, stats) -> readLeaf(numbers.leaf(leaf), (Document) stats, selection)));
        members(stored, FLAG).forEach((field, values) -> ((Document) values)
                .forEach((key, times) ->
                        RollupDelta.Flag.read(numbers.flag(shown(field)), bucketMillis, key, (Long) times)));
        members(stored, UNIQUE)
                .forEach((of, hundreds) -> ((Document) hundreds).forEach((hundred, registers) -> ((Document) registers)
                        .forEach((rest, rank) ->
                                numbers.unique(shown(of)).raise(register(hundred, rest), ((Long) rank).intValue()))));
        members(stored, SAMPLES).forEach((field, buckets) -> ((Document) buckets)
                .forEach((bucket, count) ->
                        numbers.percentiles(shown(field)).add(Integer.parseInt(bucket), (Long) count)));
        return new StoredRollup(
                bucketMillis,
                stored.getString(SOURCE),
                stored.getLong(INCARNATION),
                stored.getString(TYPE),
                members(stored, ATTRIBUTION).getString(Fields.ATTRIBUTION_VALUE),
                numbers);
    }

    private static void readLeaf(RollupNumbers.OfValue into, Document stats, Selection selection) {
        into.addCount(stats.getLong(LEAF_COUNT));
        members(stats, LEAF_SUMS).forEach((number, limbs) -> {
            if (selection.takesNumber(shown(number))) {
                addLimbs(into.sum(shown(number)), limbs);
            }
        });
    }

    private static int register(String hundred, String rest) {
        return Integer.parseInt(hundred) * RollupDocuments.REGISTERS_TOGETHER + Integer.parseInt(rest);
    }

    private static String shown(String name) {
        return StoredName.shown(name);
    }

    private static Document members(Document stored, String part) {
        Document members = stored.get(part, Document.class);
        return members == null ? new Document() : members;
    }

    private static void addLimbs(ExactSum sum, Object limbs) {
        ((Document) limbs).forEach((limb, value) -> sum.add(Integer.parseInt(limb), (Long) value));
    }

    private static @Nullable BigDecimal decimal(Object stored) {
        return stored instanceof Decimal128 decimal ? decimal.bigDecimalValue() : null;
    }
}
