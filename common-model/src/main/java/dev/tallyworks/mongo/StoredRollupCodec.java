package dev.tallyworks.mongo;

import static dev.tallyworks.mongo.RollupDocuments.ATTRIBUTION;
import static dev.tallyworks.mongo.RollupDocuments.CATEGORY;
import static dev.tallyworks.mongo.RollupDocuments.COMPOUND;
import static dev.tallyworks.mongo.RollupDocuments.COUNT;
import static dev.tallyworks.mongo.RollupDocuments.FLAG;
import static dev.tallyworks.mongo.RollupDocuments.LEAF;
import static dev.tallyworks.mongo.RollupDocuments.LEAF_COUNT;
import static dev.tallyworks.mongo.RollupDocuments.LEAF_SUMS;
import static dev.tallyworks.mongo.RollupDocuments.MAX;
import static dev.tallyworks.mongo.RollupDocuments.MIN;
import static dev.tallyworks.mongo.RollupDocuments.OTHER_COUNT;
import static dev.tallyworks.mongo.RollupDocuments.SAMPLES;
import static dev.tallyworks.mongo.RollupDocuments.SUM;
import static dev.tallyworks.mongo.RollupDocuments.UNIQUE;
import static dev.tallyworks.mongo.RollupDocuments.VALUES;

import dev.tallyworks.metric.ExactSum;
import dev.tallyworks.metric.StoredName;
import dev.tallyworks.rollup.RollupDelta;
import dev.tallyworks.rollup.RollupNumbers;
import dev.tallyworks.rollup.Selection;
import dev.tallyworks.rollup.SeriesKey;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.bson.BsonReader;
import org.bson.BsonType;
import org.bson.BsonWriter;
import org.bson.codecs.Codec;
import org.bson.codecs.DecoderContext;
import org.bson.codecs.EncoderContext;
import org.jspecify.annotations.Nullable;

/**
 * Reads {@link RollupDocuments rollups} straight from the driver's buffer, without a document in between. What a document's id
 * says is taken from there and need not be asked for.
 */
final class StoredRollupCodec implements Codec<StoredRollupCodec.Read> {
    private final Selection selection;

    /** @param selection what was asked of the server, which may give more numeric fields */
    StoredRollupCodec(Selection selection) {
        this.selection = selection;
    }

    /** @param attribution the attribution's value; null where it was not asked for */
    record Read(byte[] id, @Nullable String attribution, RollupNumbers numbers) {}

    /** A boolean's value and times; its instant is known when the bucket is. */
    private record StoredFlag(String field, String key, long times) {}

    @Override
    public Read decode(BsonReader reader, DecoderContext context) {
        RollupNumbers numbers = new RollupNumbers();
        List<StoredFlag> flags = new ArrayList<>(0);
        byte[] id = {};
        @Nullable String attribution = null;
        reader.readStartDocument();
        while (reader.readBsonType() != BsonType.END_OF_DOCUMENT) {
            switch (reader.readName()) {
                case Fields.ID -> id = reader.readBinaryData().getData();
                case ATTRIBUTION -> attribution = attribution(reader);
                case COUNT -> numbers.addCount(reader.readInt64(), 0);
                case OTHER_COUNT -> numbers.addCount(0, reader.readInt64());
                case VALUES -> selected(reader, field -> numbers.number(field).addCount(reader.readInt64()));
                case SUM ->
                    selected(
                            reader, field -> limbs(reader, numbers.number(field).sum()));
                case MIN -> selected(reader, field -> numbers.number(field).addExtremes(decimal(reader), null));
                case MAX -> selected(reader, field -> numbers.number(field).addExtremes(null, decimal(reader)));
                case CATEGORY -> members(reader, field -> categories(reader, shown(field), numbers));
                case COMPOUND -> members(reader, number -> compounds(reader, shown(number), numbers));
                case LEAF -> members(reader, hash -> members(reader, leaf -> leaf(reader, numbers.leaf(leaf))));
                case FLAG ->
                    members(
                            reader,
                            field -> members(
                                    reader, key -> flags.add(new StoredFlag(shown(field), key, reader.readInt64()))));
                case UNIQUE -> members(reader, of -> registers(reader, shown(of), numbers));
                case SAMPLES ->
                    members(
                            reader,
                            field -> members(reader, bucket -> numbers.percentiles(shown(field))
                                    .add(Integer.parseInt(bucket), reader.readInt64())));
                default -> reader.skipValue();
            }
        }
        reader.readEndDocument();
        for (StoredFlag flag : flags) {
            RollupDelta.Flag.read(numbers.flag(flag.field), SeriesKey.bucketMillis(id), flag.key, flag.times);
        }
        return new Read(id, attribution, numbers);
    }

    private static @Nullable String attribution(BsonReader reader) {
        String[] value = {null};
        members(reader, name -> {
            if (name.equals(Fields.ATTRIBUTION_VALUE)) {
                value[0] = reader.readString();
            } else {
                reader.skipValue();
            }
        });
        return value[0];
    }

    private static void categories(BsonReader reader, String field, RollupNumbers into) {
        members(reader, value -> into.value(field, shown(value)).addCount(reader.readInt64()));
    }

    private static void compounds(BsonReader reader, String number, RollupNumbers into) {
        members(
                reader,
                field -> members(
                        reader,
                        value -> limbs(
                                reader, into.value(shown(field), shown(value)).sum(number))));
    }

    private void leaf(BsonReader reader, RollupNumbers.OfValue into) {
        members(reader, part -> {
            switch (part) {
                case LEAF_COUNT -> into.addCount(reader.readInt64());
                case LEAF_SUMS -> selected(reader, number -> limbs(reader, into.sum(number)));
                default -> reader.skipValue();
            }
        });
    }

    private static void registers(BsonReader reader, String of, RollupNumbers into) {
        members(reader, hundred -> {
            int first = Integer.parseInt(hundred) * RollupDocuments.REGISTERS_TOGETHER;
            members(reader, rest -> into.unique(of).raise(first + Integer.parseInt(rest), (int) reader.readInt64()));
        });
    }

    private static void limbs(BsonReader reader, ExactSum into) {
        members(reader, limb -> into.add(Integer.parseInt(limb), reader.readInt64()));
    }

    /** Null where it is no decimal. */
    private static @Nullable BigDecimal decimal(BsonReader reader) {
        if (reader.getCurrentBsonType() == BsonType.DECIMAL128) {
            return reader.readDecimal128().bigDecimalValue();
        }
        reader.skipValue();
        return null;
    }

    /** Passes over numeric fields that are not selected. */
    private void selected(BsonReader reader, Consumer<String> number) {
        members(reader, name -> {
            String field = shown(name);
            if (selection.takesNumber(field)) {
                number.accept(field);
            } else {
                reader.skipValue();
            }
        });
    }

    /** @param member reads the value of the name that it is given */
    private static void members(BsonReader reader, Consumer<String> member) {
        reader.readStartDocument();
        while (reader.readBsonType() != BsonType.END_OF_DOCUMENT) {
            member.accept(reader.readName());
        }
        reader.readEndDocument();
    }

    private static String shown(String name) {
        return StoredName.shown(name);
    }

    @Override
    public void encode(BsonWriter writer, Read rollup, EncoderContext context) {
        throw new UnsupportedOperationException("rollups are written by updates");
    }

    @Override
    public Class<Read> getEncoderClass() {
        return Read.class;
    }
}
