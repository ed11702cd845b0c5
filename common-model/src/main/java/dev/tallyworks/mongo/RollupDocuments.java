package dev.tallyworks.mongo;

import dev.tallyworks.event.Attribution;
import dev.tallyworks.metric.ExactSum;
import dev.tallyworks.metric.ShortText;
import dev.tallyworks.metric.StoredName;
import dev.tallyworks.rollup.RollupDelta;
import dev.tallyworks.rollup.SeriesKey;
import java.math.BigDecimal;
import java.util.Map;
import org.bson.BsonBinary;
import org.bson.BsonBinaryWriter;
import org.bson.BsonWriter;
import org.bson.RawBsonDocument;
import org.bson.io.BasicOutputBuffer;
import org.bson.types.Decimal128;
import org.jspecify.annotations.Nullable;

/**
 * Rollups as documents, one for each series, bucket, source and event type:
 *
 * <pre>
 * {_id: 32 bytes, aggregation, generation, width, attribution: {type, value}, source, incarnation, type, bucket: Date,
 *  k: 16 bytes (not of the total), names: int64, other: int64,
 *  count: int64,
 *  n:        {field: int64},
 *  sum:      {field: {limb: int64}},
 *  min, max: {field: Decimal128},
 *  cat:      {field: {value: int64}},
 *  compound: {numeric field: {field: {value: {limb: int64}}}},
 *  leaf:     {hash of the leaf: {leaf: {c: int64, s: {numeric field: {limb: int64}}}}},
 *  flag:     {boolean field: {milliseconds since the bucket's start and t or f: int64}},
 *  unique:   {field: {hundreds of a register: {rest: rank of the register, int64}}},
 *  samples:  {field: {bucket of numbers: int64}},
 *  applied:  {lane: seq of the last batch of that lane that it contains}}
 * </pre>
 *
 * {@code names} is at least the number of fields under {@code n} and of values under {@code cat}, {@code leaf} and {@code flag}.
 * Field names and values are {@link StoredName escaped}. Leaves and registers are spread over small documents because a server
 * finds a path by looking at all its siblings.
 */
final class RollupDocuments {
    static final String COUNT = "count";
    static final String VALUES = "n";
    static final String SUM = "sum";
    static final String MIN = "min";
    static final String MAX = "max";
    static final String CATEGORY = "cat";
    static final String COMPOUND = "compound";
    static final String LEAF = "leaf";
    static final String LEAF_COUNT = "c";
    static final String LEAF_SUMS = "s";
    static final String FLAG = "flag";
    static final String UNIQUE = "unique";
    static final String SAMPLES = "samples";
    static final String APPLIED = "applied";
    static final String NAMES = "names";
    static final String OTHER_COUNT = "other";
    static final String AGGREGATION = "aggregation";
    static final String GENERATION = "generation";
    static final String WIDTH = "width";
    static final String ATTRIBUTION = "attribution";
    static final String SOURCE = "source";
    static final String INCARNATION = "incarnation";
    static final String TYPE = "type";
    static final String BUCKET = "bucket";
    static final String TYPE_HASH = "k";

    /** Registers of a sketch in one small document. */
    static final int REGISTERS_TOGETHER = 100;

    private static final int LEAF_DOCUMENTS = 64;
    private static final int FIXED_BYTES = 512;
    private static final int PATH_BYTES = 40;

    private RollupDocuments() {}

    /** How an update treats the count of names. */
    sealed interface NamesUpdate {
        /** So many names are new, as far as is known. */
        record Added(int names) implements NamesUpdate {}

        /** It was counted. */
        record Counted(long names) implements NamesUpdate {}
    }

    static RawBsonDocument update(RollupDelta delta, String lane, long seq, NamesUpdate names) {
        BasicOutputBuffer buffer = new BasicOutputBuffer(likelyBytes(delta));
        try (BsonBinaryWriter writer = new BsonBinaryWriter(buffer)) {
            writer.writeStartDocument();
            writeIncrements(writer, delta, names);
            writeExtremes(writer, delta);
            writer.writeStartDocument("$set");
            writer.writeInt64(APPLIED + '.' + lane, seq);
            if (names instanceof NamesUpdate.Counted counted) {
                writer.writeInt64(NAMES, counted.names);
            }
            writer.writeEndDocument();
            writeOnInsert(writer, delta.target());
            writer.writeEndDocument();
        }
        return new RawBsonDocument(buffer.getInternalBuffer(), 0, buffer.getPosition());
    }

    /** So that the buffer need not grow; it may be too small or too large. */
    private static int likelyBytes(RollupDelta delta) {
        int numbers = delta.numbers().size();
        int values = DocumentNames.count(delta) - numbers;
        return FIXED_BYTES + PATH_BYTES * (4 * numbers + values * (1 + 2 * numbers));
    }

    /** Where a leaf is. */
    static String leafPath(String leaf) {
        return LEAF + '.' + leafDocument(leaf) + '.' + leaf;
    }

    static String leafDocument(String leaf) {
        return Integer.toString(Math.floorMod(leaf.hashCode(), LEAF_DOCUMENTS));
    }

    private static void writeIncrements(BsonWriter writer, RollupDelta delta, NamesUpdate names) {
        writer.writeStartDocument("$inc");
        writer.writeInt64(COUNT, delta.count());
        if (names instanceof NamesUpdate.Added added && added.names > 0) {
            writer.writeInt64(NAMES, added.names);
        }
        if (delta.others() > 0) {
            writer.writeInt64(OTHER_COUNT, delta.others());
        }
        for (Map.Entry<String, RollupDelta.NumberStats> number : delta.numbers().entrySet()) {
            String field = stored(number.getKey());
            writer.writeInt64(VALUES + '.' + field, number.getValue().count());
            writeLimbs(writer, SUM + '.' + field + '.', number.getValue().sum());
        }
        for (Map.Entry<String, Map<String, RollupDelta.CategoryStats>> category :
                delta.categories().entrySet()) {
            String field = stored(category.getKey());
            for (Map.Entry<String, RollupDelta.CategoryStats> value :
                    category.getValue().entrySet()) {
                String path = field + '.' + stored(value.getKey());
                writer.writeInt64(CATEGORY + '.' + path, value.getValue().count());
                value.getValue()
                        .sums()
                        .forEach((number, sum) ->
                                writeLimbs(writer, COMPOUND + '.' + stored(number) + '.' + path + '.', sum));
            }
        }
        delta.leaves().forEach((leaf, stats) -> {
            String path = leafPath(leaf) + '.';
            writer.writeInt64(path + LEAF_COUNT, stats.count());
            stats.sums()
                    .forEach((number, sum) -> writeLimbs(writer, path + LEAF_SUMS + '.' + stored(number) + '.', sum));
        });
        delta.flags()
                .forEach((field, values) -> values.forEach(
                        (key, times) -> writer.writeInt64(FLAG + '.' + stored(field) + '.' + stored(key), times)));
        delta.percentiles().forEach((field, sketch) -> sketch.counts()
                .forEach((bucket, count) -> writer.writeInt64(SAMPLES + '.' + stored(field) + '.' + bucket, count)));
        writer.writeEndDocument();
    }

    private static void writeLimbs(BsonWriter writer, String path, ExactSum sum) {
        boolean[] written = {false};
        sum.forEachLimb((limb, value) -> {
            writer.writeInt64(path + limb, value);
            written[0] = true;
        });
        if (!written[0]) {
            // A sum that is zero is not the same as none.
            writer.writeInt64(path + 0, 0);
        }
    }

    private static void writeExtremes(BsonWriter writer, RollupDelta delta) {
        if (!delta.numbers().isEmpty()) {
            writer.writeStartDocument("$min");
            delta.numbers().forEach((field, stats) -> writeDecimal(writer, MIN + '.' + stored(field), stats.min()));
            writer.writeEndDocument();
        }
        if (!delta.numbers().isEmpty() || !delta.unique().isEmpty()) {
            writer.writeStartDocument("$max");
            delta.numbers().forEach((field, stats) -> writeDecimal(writer, MAX + '.' + stored(field), stats.max()));
            delta.unique().forEach((of, sketch) -> {
                String path = UNIQUE + '.' + stored(of) + '.';
                sketch.forEach((register, rank) -> writer.writeInt64(
                        path + register / REGISTERS_TOGETHER + '.' + register % REGISTERS_TOGETHER, rank));
            });
            writer.writeEndDocument();
        }
    }

    private static void writeDecimal(BsonWriter writer, String path, BigDecimal number) {
        writer.writeDecimal128(path, new Decimal128(number));
    }

    private static void writeOnInsert(BsonWriter writer, RollupDelta.Target target) {
        SeriesKey series = target.series();
        writer.writeStartDocument("$setOnInsert");
        writer.writeString(AGGREGATION, series.aggregation());
        writer.writeInt32(GENERATION, series.generation());
        writer.writeString(WIDTH, series.width().id());
        writer.writeStartDocument(ATTRIBUTION);
        writer.writeString(Fields.ATTRIBUTION_TYPE, ShortText.cut(series.attributionType()));
        @Nullable String value = series.attributionValue();
        if (value != null) {
            writer.writeString(Fields.ATTRIBUTION_VALUE, ShortText.cut(value));
        }
        writer.writeEndDocument();
        writer.writeString(SOURCE, target.source());
        writer.writeInt64(INCARNATION, target.incarnation());
        writer.writeString(TYPE, target.eventType());
        writer.writeDateTime(BUCKET, target.bucketMillis());
        if (!series.attributionType().equals(Attribution.TOTAL)) {
            writer.writeBinaryData(TYPE_HASH, new BsonBinary(series.typeHash()));
        }
        writer.writeEndDocument();
    }

    static String stored(String name) {
        return name.equals(RollupDelta.OTHER) ? StoredName.OTHER : StoredName.escape(name);
    }
}
