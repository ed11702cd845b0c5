package dev.tallyworks.mongo;

import static dev.tallyworks.mongo.RollupDocuments.BUCKET;
import static dev.tallyworks.mongo.RollupDocuments.CATEGORY;
import static dev.tallyworks.mongo.RollupDocuments.COMPOUND;
import static dev.tallyworks.mongo.RollupDocuments.COUNT;
import static dev.tallyworks.mongo.RollupDocuments.INCARNATION;
import static dev.tallyworks.mongo.RollupDocuments.MAX;
import static dev.tallyworks.mongo.RollupDocuments.MIN;
import static dev.tallyworks.mongo.RollupDocuments.OTHER_COUNT;
import static dev.tallyworks.mongo.RollupDocuments.SOURCE;
import static dev.tallyworks.mongo.RollupDocuments.SUM;
import static dev.tallyworks.mongo.RollupDocuments.TYPE;
import static dev.tallyworks.mongo.RollupDocuments.VALUES;

import com.mongodb.ReadPreference;
import com.mongodb.client.MongoCursor;
import com.mongodb.client.MongoDatabase;
import dev.tallyworks.metric.ExactSum;
import dev.tallyworks.metric.Metric;
import dev.tallyworks.metric.StoredName;
import dev.tallyworks.partition.Partition;
import dev.tallyworks.rollup.RollupScan;
import dev.tallyworks.rollup.SeriesKey;
import dev.tallyworks.rollup.StoredRollup;
import dev.tallyworks.time.TimeRange;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.bson.Document;
import org.bson.types.Binary;
import org.bson.types.Decimal128;
import org.jspecify.annotations.Nullable;

/** Reads {@link RollupDocuments rollups} by one {@code _id} range for each partition. */
public final class MongoRollupScan implements RollupScan {
    private static final int BATCH_DOCUMENTS = 1_000;
    private static final long ASKED_UNSEEN_MAX = 500;

    private final MongoDatabase database;

    public MongoRollupScan(MongoDatabase database) {
        this.database = database.withReadPreference(ReadPreference.primary());
    }

    @Override
    public void scan(Partition partition, SeriesKey series, TimeRange range, Metric metric, Consumer<StoredRollup> to) {
        byte[] prefix = series.prefix();
        Document ids = new Document("$gte", new Binary(SeriesKey.lowerBound(prefix, range.startMillis())))
                .append("$lt", new Binary(SeriesKey.lowerBound(prefix, range.endMillis())));
        Document projection = projection(metric);
        for (String collection : collections(partition, range)) {
            DriverFailures.reading(() -> {
                try (MongoCursor<Document> found = database.getCollection(collection)
                        .find(new Document(Fields.ID, ids))
                        .projection(projection)
                        .sort(new Document(Fields.ID, 1))
                        .batchSize(BATCH_DOCUMENTS)
                        .iterator()) {
                    while (found.hasNext()) {
                        to.accept(read(found.next(), metric));
                    }
                }
                return true;
            });
        }
    }

    /** Where they are many, most have never been written: to ask for their names is cheaper than to ask each. */
    private List<String> collections(Partition partition, TimeRange range) {
        if (partition.count(range) <= ASKED_UNSEEN_MAX) {
            return partition.collections(range);
        }
        return DriverFailures.reading(() -> partition.collections(range, database.listCollectionNames()));
    }

    private static Document projection(Metric metric) {
        List<String> parts = new ArrayList<>(List.of(BUCKET, SOURCE, INCARNATION, TYPE, COUNT, OTHER_COUNT));
        if (metric instanceof Metric.Sum sum) {
            parts.add(VALUES + '.' + StoredName.escape(sum.field()));
            parts.add(SUM + '.' + StoredName.escape(sum.field()));
        } else if (metric instanceof Metric.Average average) {
            parts.add(VALUES + '.' + StoredName.escape(average.field()));
            parts.add(SUM + '.' + StoredName.escape(average.field()));
        } else if (metric instanceof Metric.Minimum minimum) {
            parts.add(MIN + '.' + StoredName.escape(minimum.field()));
        } else if (metric instanceof Metric.Maximum maximum) {
            parts.add(MAX + '.' + StoredName.escape(maximum.field()));
        } else if (metric instanceof Metric.Category category) {
            parts.add(CATEGORY + '.' + StoredName.escape(category.field()));
        } else if (metric instanceof Metric.CompoundSum compound) {
            parts.add(COMPOUND + '.' + StoredName.escape(compound.field()) + '.' + StoredName.escape(compound.by()));
        }
        Document projection = new Document();
        parts.forEach(part -> projection.append(part, 1));
        return projection;
    }

    private static StoredRollup read(Document stored, Metric metric) {
        String field = "";
        Map<String, Long> categories = new HashMap<>();
        Map<String, ExactSum> compounds = new HashMap<>();
        if (metric instanceof Metric.Sum sum) {
            field = sum.field();
        } else if (metric instanceof Metric.Average average) {
            field = average.field();
        } else if (metric instanceof Metric.Minimum minimum) {
            field = minimum.field();
        } else if (metric instanceof Metric.Maximum maximum) {
            field = maximum.field();
        } else if (metric instanceof Metric.Category category) {
            members(stored, CATEGORY, StoredName.escape(category.field()))
                    .forEach((value, count) -> categories.merge(shown(value), (Long) count, Long::sum));
        } else if (metric instanceof Metric.CompoundSum compound) {
            members(stored, COMPOUND, StoredName.escape(compound.field()), StoredName.escape(compound.by()))
                    .forEach((value, limbs) ->
                            compounds.merge(shown(value), sum((Document) limbs), MongoRollupScan::plus));
        }
        String escaped = StoredName.escape(field);
        Object counted = members(stored, VALUES).get(escaped);
        return new StoredRollup(
                stored.getDate(BUCKET).getTime(),
                stored.getString(SOURCE),
                stored.getLong(INCARNATION),
                stored.getString(TYPE),
                stored.getLong(COUNT),
                stored.containsKey(OTHER_COUNT) ? stored.getLong(OTHER_COUNT) : 0,
                counted == null ? 0 : (Long) counted,
                sum(members(stored, SUM, escaped)),
                decimal(members(stored, MIN).get(escaped)),
                decimal(members(stored, MAX).get(escaped)),
                categories,
                compounds);
    }

    private static String shown(String value) {
        return value.equals(StoredName.OTHER) ? StoredRollup.OTHER : StoredName.unescape(value);
    }

    private static Document members(Document stored, String... path) {
        Document at = stored;
        for (String name : path) {
            if (!(at.get(name) instanceof Document next)) {
                return new Document();
            }
            at = next;
        }
        return at;
    }

    /** A client's own value may be named as what is beyond the guards. */
    private static ExactSum plus(ExactSum one, ExactSum other) {
        one.add(other);
        return one;
    }

    private static ExactSum sum(Document limbs) {
        ExactSum sum = new ExactSum();
        limbs.forEach((limb, value) -> sum.add(Integer.parseInt(limb), (Long) value));
        return sum;
    }

    private static @Nullable BigDecimal decimal(@Nullable Object stored) {
        return stored instanceof Decimal128 decimal ? decimal.bigDecimalValue() : null;
    }
}
