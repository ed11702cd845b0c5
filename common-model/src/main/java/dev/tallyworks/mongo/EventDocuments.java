package dev.tallyworks.mongo;

import dev.tallyworks.event.Attribution;
import dev.tallyworks.event.CommitId;
import dev.tallyworks.event.DeadLetters;
import dev.tallyworks.event.Event;
import dev.tallyworks.event.EventRef;
import dev.tallyworks.event.RecordedEvent;
import dev.tallyworks.metric.StoredName;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bson.BsonDocument;
import org.bson.BsonReader;
import org.bson.BsonType;
import org.bson.BsonWriter;
import org.bson.types.Decimal128;
import org.jspecify.annotations.Nullable;

/**
 * Raw events as documents:
 *
 * <pre>
 * {_id: uuid, type, timestamp: Date, receivedAt: Date, payload: {…}, attributions: [{type, value}],
 *  version: int64, incarnation: int64, size: int32, commit: {writer, n: int64}, pending: true}
 * </pre>
 *
 * Numbers of the payload are int64 where they are plain integers that fit and Decimal128 otherwise, which keeps 1.50 and 1E2
 * apart from 1.5 and 100. Documents are read as a stream, so {@link org.bson.RawBsonDocument} is the quickest kind.
 */
final class EventDocuments {
    private static final BigDecimal LONG_MIN = BigDecimal.valueOf(Long.MIN_VALUE);
    private static final BigDecimal LONG_MAX = BigDecimal.valueOf(Long.MAX_VALUE);
    /** With so few digits it fits an int64 for sure. */
    private static final int SURE_LONG_DIGITS = 18;

    private EventDocuments() {}

    /** Writes a new event: pending and unclaimed. */
    static void write(BsonWriter writer, Event event, CommitId commit) {
        writer.writeStartDocument();
        writer.writeString(Fields.ID, event.ref().uuid());
        writer.writeString(Fields.TYPE, event.type());
        writer.writeDateTime(Fields.TIMESTAMP, event.timestampMillis());
        writer.writeDateTime(Fields.RECEIVED_AT, event.receivedAtMillis());
        writer.writeName(Fields.PAYLOAD);
        writeObject(writer, event.payload());
        if (!event.attributions().isEmpty()) {
            writer.writeStartArray(Fields.ATTRIBUTIONS);
            for (Attribution attribution : event.attributions()) {
                writer.writeStartDocument();
                writer.writeString(Fields.ATTRIBUTION_TYPE, attribution.type());
                writer.writeString(Fields.ATTRIBUTION_VALUE, attribution.value());
                writer.writeEndDocument();
            }
            writer.writeEndArray();
        }
        writer.writeInt64(Fields.VERSION, event.version());
        writer.writeInt64(Fields.INCARNATION, event.ref().incarnation());
        writer.writeInt32(Fields.SIZE, event.sizeBytes());
        writer.writeStartDocument(Fields.COMMIT);
        writer.writeString(Fields.COMMIT_WRITER, commit.writer());
        writer.writeInt64(Fields.COMMIT_NUMBER, commit.number());
        writer.writeEndDocument();
        writer.writeBoolean(Fields.PENDING, true);
        writer.writeEndDocument();
    }

    static Event toEvent(String source, BsonDocument document) {
        return new Stored(source, document).event();
    }

    static RecordedEvent toRecorded(String source, BsonDocument document) {
        return new Stored(source, document).recorded();
    }

    static CommitId commitOf(BsonDocument document) {
        BsonDocument commit = document.getDocument(Fields.COMMIT);
        return new CommitId(
                commit.getString(Fields.COMMIT_WRITER).getValue(),
                commit.getInt64(Fields.COMMIT_NUMBER).getValue());
    }

    static long incarnationOf(BsonDocument document) {
        return document.getInt64(Fields.INCARNATION).getValue();
    }

    private static void writeObject(BsonWriter writer, Map<String, @Nullable Object> object) {
        writer.writeStartDocument();
        for (Map.Entry<String, @Nullable Object> member : object.entrySet()) {
            writer.writeName(StoredName.escape(member.getKey()));
            writeValue(writer, member.getValue());
        }
        writer.writeEndDocument();
    }

    private static void writeValue(BsonWriter writer, @Nullable Object value) {
        if (value == null) {
            writer.writeNull();
        } else if (value instanceof String text) {
            writer.writeString(text);
        } else if (value instanceof BigDecimal number) {
            writeNumber(writer, number);
        } else if (value instanceof Boolean truth) {
            writer.writeBoolean(truth);
        } else if (value instanceof Map<?, ?> object) {
            @SuppressWarnings("unchecked")
            Map<String, @Nullable Object> members = (Map<String, @Nullable Object>) object;
            writeObject(writer, members);
        } else if (value instanceof List<?> array) {
            writer.writeStartArray();
            for (Object element : array) {
                writeValue(writer, element);
            }
            writer.writeEndArray();
        } else {
            throw new IllegalArgumentException("no payload value: " + value.getClass());
        }
    }

    private static void writeNumber(BsonWriter writer, BigDecimal number) {
        boolean integer = number.scale() == 0
                && (number.precision() <= SURE_LONG_DIGITS
                        || number.compareTo(LONG_MIN) >= 0 && number.compareTo(LONG_MAX) <= 0);
        if (integer) {
            writer.writeInt64(number.longValue());
        } else {
            writer.writeDecimal128(new Decimal128(number));
        }
    }

    /** One document as it is read, member by member in whatever order. */
    private static final class Stored {
        private final String source;
        private @Nullable String uuid;
        private @Nullable String type;
        private long timestampMillis;
        private long receivedAtMillis;
        private Map<String, @Nullable Object> payload = Map.of();
        private List<Attribution> attributions = List.of();
        private long version;
        private long incarnation;
        private int sizeBytes;
        private boolean pending;
        private boolean dead;
        private boolean discarded;
        private String reason = "";
        private int attempts;
        private long diedAtMillis;

        Stored(String source, BsonDocument document) {
            this.source = source;
            try (BsonReader reader = document.asBsonReader()) {
                reader.readStartDocument();
                while (reader.readBsonType() != BsonType.END_OF_DOCUMENT) {
                    readMember(reader, reader.readName());
                }
            }
        }

        private void readMember(BsonReader reader, String name) {
            switch (name) {
                case Fields.ID -> uuid = reader.readString();
                case Fields.TYPE -> type = reader.readString();
                case Fields.TIMESTAMP -> timestampMillis = reader.readDateTime();
                case Fields.RECEIVED_AT -> receivedAtMillis = reader.readDateTime();
                case Fields.PAYLOAD -> payload = readObject(reader);
                case Fields.ATTRIBUTIONS -> attributions = readAttributions(reader);
                case Fields.VERSION -> version = reader.readInt64();
                case Fields.INCARNATION -> incarnation = reader.readInt64();
                case Fields.SIZE -> sizeBytes = reader.readInt32();
                case Fields.PENDING -> pending = reader.readBoolean();
                case Fields.IRREGULAR -> readIrregular(reader);
                default -> reader.skipValue();
            }
        }

        private void readIrregular(BsonReader reader) {
            reader.readStartDocument();
            while (reader.readBsonType() != BsonType.END_OF_DOCUMENT) {
                switch (reader.readName()) {
                    case Fields.DEAD -> readDead(reader);
                    case Fields.DISCARDED -> {
                        discarded = true;
                        reader.skipValue();
                    }
                    default -> reader.skipValue();
                }
            }
            reader.readEndDocument();
        }

        private void readDead(BsonReader reader) {
            dead = true;
            reader.readStartDocument();
            while (reader.readBsonType() != BsonType.END_OF_DOCUMENT) {
                switch (reader.readName()) {
                    case Fields.REASON -> reason = reader.readString();
                    case Fields.ATTEMPTS -> attempts = reader.readInt32();
                    case Fields.DIED_AT -> diedAtMillis = reader.readDateTime();
                    default -> reader.skipValue();
                }
            }
            reader.readEndDocument();
        }

        Event event() {
            if (uuid == null || type == null) {
                throw new IllegalStateException("no event: a document of source " + source + " lacks _id or type");
            }
            EventRef ref = new EventRef(source, incarnation, uuid);
            return new Event(ref, type, timestampMillis, receivedAtMillis, payload, attributions, version, sizeBytes);
        }

        RecordedEvent recorded() {
            Event event = event();
            RecordedEvent.Death death = dead && !pending
                    ? new RecordedEvent.Death(
                            DeadLetters.id(source, event.ref().uuid()), reason, attempts, diedAtMillis)
                    : null;
            return new RecordedEvent(event, !pending && !dead && !discarded, death);
        }
    }

    private static List<Attribution> readAttributions(BsonReader reader) {
        List<Attribution> attributions = new ArrayList<>();
        reader.readStartArray();
        while (reader.readBsonType() != BsonType.END_OF_DOCUMENT) {
            reader.readStartDocument();
            String type = reader.readString(Fields.ATTRIBUTION_TYPE);
            String value = reader.readString(Fields.ATTRIBUTION_VALUE);
            reader.readEndDocument();
            attributions.add(new Attribution(type, value));
        }
        reader.readEndArray();
        return attributions;
    }

    private static Map<String, @Nullable Object> readObject(BsonReader reader) {
        Map<String, @Nullable Object> object = new LinkedHashMap<>();
        reader.readStartDocument();
        while (reader.readBsonType() != BsonType.END_OF_DOCUMENT) {
            String name = StoredName.unescape(reader.readName());
            object.put(name, readValue(reader));
        }
        reader.readEndDocument();
        return object;
    }

    private static @Nullable Object readValue(BsonReader reader) {
        return switch (reader.getCurrentBsonType()) {
            case NULL -> {
                reader.readNull();
                yield null;
            }
            case STRING -> reader.readString();
            case BOOLEAN -> reader.readBoolean();
            case INT64 -> BigDecimal.valueOf(reader.readInt64());
            case DECIMAL128 -> reader.readDecimal128().bigDecimalValue();
            case DOCUMENT -> readObject(reader);
            case ARRAY -> readArray(reader);
            default -> throw new IllegalStateException("no payload value: " + reader.getCurrentBsonType());
        };
    }

    private static List<@Nullable Object> readArray(BsonReader reader) {
        List<@Nullable Object> array = new ArrayList<>();
        reader.readStartArray();
        while (reader.readBsonType() != BsonType.END_OF_DOCUMENT) {
            array.add(readValue(reader));
        }
        reader.readEndArray();
        return array;
    }
}
