package dev.tallyworks.mongo;

import static dev.tallyworks.mongo.Fields.ID;

import com.mongodb.client.FindIterable;
import com.mongodb.client.MongoCollection;
import com.mongodb.client.MongoCursor;
import com.mongodb.client.MongoDatabase;
import com.mongodb.client.model.ReplaceOptions;
import dev.tallyworks.event.Event;
import dev.tallyworks.removal.Gone;
import dev.tallyworks.removal.Leftovers;
import java.util.ArrayList;
import java.util.Date;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import org.bson.Document;
import org.bson.RawBsonDocument;
import org.bson.json.JsonMode;
import org.bson.json.JsonWriterSettings;
import org.bson.types.Binary;
import org.jspecify.annotations.Nullable;

/** Removes events by their {@code _id}s, and rollups by walking the {@code _id}s of their collections once. */
public final class MongoLeftovers implements Leftovers {
    private static final long BATCH_BYTES_MAX = 16L << 20;
    private static final JsonWriterSettings RELAXED =
            JsonWriterSettings.builder().outputMode(JsonMode.RELAXED).build();

    private final MongoDatabase database;

    public MongoLeftovers(MongoDatabase database) {
        this.database = database.withWriteConcern(MongoSettings.DURABLE);
    }

    @Override
    public boolean removeEvents(String source, long incarnation, int eventsMax) {
        MongoCollection<Document> events = database.getCollection(Fields.EVENTS_PREFIX + source);
        Document ofIt = new Document(Fields.INCARNATION, incarnation);
        List<String> ids = DriverFailures.reading(() -> events.find(ofIt)
                .projection(new Document(ID, 1))
                .limit(eventsMax)
                .map(event -> event.getString(ID))
                .into(new ArrayList<>()));
        if (!ids.isEmpty()) {
            DriverFailures.writing(() -> events.deleteMany(
                    new Document(ID, new Document("$in", ids)).append(Fields.INCARNATION, incarnation)));
        }
        return ids.size() == eventsMax;
    }

    @Override
    public boolean removeExpired(
            String source, long incarnation, long beforeMillis, int eventsMax, @Nullable Consumer<List<Event>> taking) {
        MongoCollection<RawBsonDocument> events =
                database.getCollection(Fields.EVENTS_PREFIX + source, RawBsonDocument.class);
        Document absent = new Document("$exists", false);
        Document aggregated = new Document(Fields.INCARNATION, incarnation)
                .append(Fields.PENDING, absent)
                .append(Fields.IRREGULAR_DEAD, absent)
                .append(Fields.BATCH_VERSION, new Document("$exists", true))
                .append(Fields.TIMESTAMP, new Document("$lt", new Date(beforeMillis)));
        List<RawBsonDocument> read = new ArrayList<>();
        boolean more = DriverFailures.reading(() -> {
            FindIterable<RawBsonDocument> oldest = events.find(aggregated)
                    .sort(new Document(Fields.TIMESTAMP, 1))
                    .projection(taking == null ? new Document(ID, 1) : null)
                    .limit(eventsMax);
            return readInto(read, oldest) || read.size() == eventsMax;
        });
        if (read.isEmpty()) {
            return false;
        }
        if (taking != null) {
            taking.accept(read.stream()
                    .map(document -> EventDocuments.toEvent(source, document))
                    .toList());
        }
        List<String> ids =
                read.stream().map(document -> document.getString(ID).getValue()).toList();
        DriverFailures.writing(() -> events.deleteMany(new Document(aggregated).append(ID, new Document("$in", ids))));
        return more;
    }

    /** @return whether some were left out, as those before are so large */
    private static boolean readInto(List<RawBsonDocument> read, FindIterable<RawBsonDocument> from) {
        long bytes = 0;
        try (MongoCursor<RawBsonDocument> cursor = from.cursor()) {
            while (cursor.hasNext()) {
                if (bytes > BATCH_BYTES_MAX) {
                    return true;
                }
                RawBsonDocument document = cursor.next();
                bytes += document.getByteBuffer().remaining();
                read.add(document);
            }
        }
        return false;
    }

    @Override
    public @Nullable Place readRollups(
            String collection, String aggregation, @Nullable Place from, int documentsMax, Consumer<List<String>> to) {
        Document filter = new Document(RollupDocuments.AGGREGATION, aggregation);
        if (from != null) {
            filter.append(ID, new Document("$gt", id(from.afterId())));
        }
        List<Document> read = DriverFailures.reading(() -> database.getCollection(collection)
                .find(filter)
                .sort(new Document(ID, 1))
                .limit(documentsMax)
                .into(new ArrayList<>()));
        if (read.isEmpty()) {
            return null;
        }
        to.accept(read.stream().map(rollup -> rollup.toJson(RELAXED)).toList());
        Binary last = read.get(read.size() - 1).get(ID, Binary.class);
        return read.size() < documentsMax
                ? null
                : new Place(collection, HexFormat.of().formatHex(last.getData()));
    }

    @Override
    public void drop(String collection) {
        DriverFailures.writing(() -> {
            database.getCollection(collection).drop();
            return true;
        });
    }

    @Override
    public @Nullable Place removeRollups(String targetCollection, Gone gone, @Nullable Place from, int documentsMax) {
        List<String> left = collections(targetCollection).stream()
                .filter(name -> from == null || name.compareTo(from.collection()) >= 0)
                .toList();
        if (left.isEmpty()) {
            return null;
        }
        String name = left.get(0);
        boolean within = from != null && name.equals(from.collection());
        Document ids = within ? new Document("$gt", id(from.afterId())) : new Document();
        MongoCollection<Document> rollups = database.getCollection(name);
        List<Document> read = DriverFailures.reading(() -> rollups.find(ids.isEmpty() ? ids : new Document(ID, ids))
                .sort(new Document(ID, 1))
                .projection(new Document(RollupDocuments.AGGREGATION, 1)
                        .append(RollupDocuments.GENERATION, 1)
                        .append(RollupDocuments.BUCKET, 1)
                        .append(RollupDocuments.SOURCE, 1)
                        .append(RollupDocuments.INCARNATION, 1))
                .limit(documentsMax)
                .into(new ArrayList<>()));
        if (read.stream().anyMatch(rollup -> isOf(gone, rollup))) {
            // A range and not the ids themselves: a clustered collection would be scanned whole for each list.
            Document range =
                    new Document(ids).append("$lte", read.get(read.size() - 1).get(ID));
            DriverFailures.writing(() -> rollups.deleteMany(filter(gone).append(ID, range)));
        }
        if (read.size() == documentsMax) {
            Binary last = read.get(read.size() - 1).get(ID, Binary.class);
            return new Place(name, HexFormat.of().formatHex(last.getData()));
        }
        return left.size() == 1 ? null : new Place(left.get(1), "");
    }

    private static Binary id(String hex) {
        return new Binary(HexFormat.of().parseHex(hex));
    }

    private static Document filter(Gone gone) {
        if (gone instanceof Gone.OfAggregation aggregation) {
            return new Document(RollupDocuments.AGGREGATION, aggregation.id());
        }
        if (gone instanceof Gone.OfGeneration of) {
            return new Document(RollupDocuments.AGGREGATION, of.aggregation())
                    .append(RollupDocuments.GENERATION, of.generation())
                    .append(
                            RollupDocuments.BUCKET,
                            new Document("$gte", new Date(of.range().startMillis()))
                                    .append("$lt", new Date(of.range().endMillis())));
        }
        Gone.OfSource source = (Gone.OfSource) gone;
        return new Document(RollupDocuments.SOURCE, source.id())
                .append(RollupDocuments.INCARNATION, source.incarnation());
    }

    private static boolean isOf(Gone gone, Document rollup) {
        if (gone instanceof Gone.OfGeneration of) {
            long bucket = rollup.getDate(RollupDocuments.BUCKET).getTime();
            return of.aggregation().equals(rollup.getString(RollupDocuments.AGGREGATION))
                    && of.generation() == rollup.getInteger(RollupDocuments.GENERATION)
                    && bucket >= of.range().startMillis()
                    && bucket < of.range().endMillis();
        }
        return filter(gone).entrySet().stream()
                .allMatch(asked -> asked.getValue().equals(rollup.get(asked.getKey())));
    }

    @Override
    public List<String> collections(String target) {
        Pattern parts = Pattern.compile(Pattern.quote(target) + "(\\.[0-9a-z]+)?(_-?\\d+)?");
        return DriverFailures.reading(() -> database.listCollectionNames().into(new ArrayList<String>())).stream()
                .filter(name -> parts.matcher(name).matches())
                .sorted()
                .toList();
    }

    @Override
    public void removeMetadata(Gone gone) {
        if (gone instanceof Gone.OfGeneration of && !of.whole()) {
            return;
        }
        Document ofIt = metadataOf(gone);
        MongoCollection<Document> metadata = database.getCollection(Fields.METADATA);
        DriverFailures.writing(() -> metadata.deleteMany(ofIt));
    }

    private static Document metadataOf(Gone gone) {
        if (gone instanceof Gone.OfSource source) {
            return new Document(MongoMetadata.SOURCE, source.id()).append(Fields.INCARNATION, source.incarnation());
        } else if (gone instanceof Gone.OfGeneration of) {
            return new Document(MongoMetadata.AGGREGATION, of.aggregation())
                    .append(MongoMetadata.GENERATION, of.generation());
        }
        return new Document(MongoMetadata.AGGREGATION, ((Gone.OfAggregation) gone).id());
    }

    @Override
    public Set<String> cleared() {
        return DriverFailures.reading(
                () -> removals().find().map(removal -> removal.getString(ID)).into(new HashSet<>()));
    }

    @Override
    public void clear(String id) {
        Document removal = new Document(ID, id);
        DriverFailures.writing(() -> removals().replaceOne(removal, removal, new ReplaceOptions().upsert(true)));
    }

    private MongoCollection<Document> removals() {
        return database.getCollection(Fields.REMOVALS);
    }
}
