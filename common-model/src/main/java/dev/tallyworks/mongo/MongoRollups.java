package dev.tallyworks.mongo;

import static dev.tallyworks.mongo.Fields.ID;
import static dev.tallyworks.mongo.RollupDocuments.APPLIED;
import static dev.tallyworks.mongo.RollupDocuments.CATEGORY;
import static dev.tallyworks.mongo.RollupDocuments.FLAG;
import static dev.tallyworks.mongo.RollupDocuments.LEAF;
import static dev.tallyworks.mongo.RollupDocuments.NAMES;
import static dev.tallyworks.mongo.RollupDocuments.TYPE_HASH;
import static dev.tallyworks.mongo.RollupDocuments.VALUES;

import com.github.benmanes.caffeine.cache.Caffeine;
import com.mongodb.ErrorCategory;
import com.mongodb.MongoBulkWriteException;
import com.mongodb.MongoCommandException;
import com.mongodb.MongoException;
import com.mongodb.MongoWriteException;
import com.mongodb.ReadPreference;
import com.mongodb.bulk.BulkWriteError;
import com.mongodb.client.MongoCollection;
import com.mongodb.client.MongoDatabase;
import com.mongodb.client.model.BulkWriteOptions;
import com.mongodb.client.model.ClusteredIndexOptions;
import com.mongodb.client.model.CreateCollectionOptions;
import com.mongodb.client.model.IndexOptions;
import com.mongodb.client.model.UpdateOneModel;
import com.mongodb.client.model.UpdateOptions;
import com.mongodb.client.result.UpdateResult;
import dev.tallyworks.rollup.RollupDelta;
import dev.tallyworks.rollup.Rollups;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.bson.Document;
import org.bson.RawBsonDocument;
import org.bson.conversions.Bson;
import org.bson.types.Binary;
import org.jspecify.annotations.Nullable;

/**
 * Rollups as {@link RollupDocuments documents}. A batch goes out as unordered bulks of upserts whose filter refuses what was
 * applied before, and what might go beyond a document's guards; only what is refused is looked at more closely.
 */
public final class MongoRollups implements Rollups {
    private static final int BULK_DOCUMENTS_MAX = 5_000;
    private static final int NAMESPACE_EXISTS = 48;
    private static final Set<Integer> TOO_LARGE = Set.of(10334, 17419);
    /** Below what a server takes as a document, with its filter beside it. */
    private static final int UPDATE_BYTES_MAX = 12 << 20;
    /** Names that are remembered: those of documents that came near a guard. */
    private static final int REMEMBERED_MAX = 500_000;

    private static final Document ABSENT = new Document("$exists", false);
    private static final UpdateOptions UPSERT = new UpdateOptions().upsert(true);
    private static final BulkWriteOptions UNORDERED = new BulkWriteOptions().ordered(false);

    private final MongoDatabase database;
    private final Set<String> created = ConcurrentHashMap.newKeySet();
    private final Map<ByteBuffer, DocumentNames> remembered = Caffeine.newBuilder()
            .maximumWeight(REMEMBERED_MAX)
            .weigher((ByteBuffer id, DocumentNames names) -> names.count())
            .build()
            .asMap();

    public MongoRollups(MongoDatabase database) {
        this.database = database.withWriteConcern(MongoSettings.DURABLE).withReadPreference(ReadPreference.primary());
    }

    @Override
    public void apply(String lane, long seq, Collection<RollupDelta> deltas) {
        Map<String, List<RollupDelta>> byCollection = new LinkedHashMap<>();
        for (RollupDelta delta : deltas) {
            byCollection
                    .computeIfAbsent(delta.target().collection(), name -> new ArrayList<>())
                    .add(delta);
        }
        byCollection.forEach((name, all) -> {
            create(name);
            MongoCollection<Document> collection = database.getCollection(name);
            for (int from = 0; from < all.size(); from += BULK_DOCUMENTS_MAX) {
                List<RollupDelta> bulk = all.subList(from, Math.min(all.size(), from + BULK_DOCUMENTS_MAX));
                for (RollupDelta undecided : applyAtOnce(collection, lane, seq, bulk)) {
                    applyWithCare(collection, lane, seq, undecided);
                }
            }
        });
    }

    /** Gives back what only a look at the document can decide. */
    private List<RollupDelta> applyAtOnce(
            MongoCollection<Document> collection, String lane, long seq, List<RollupDelta> deltas) {
        List<RollupDelta> undecided = new ArrayList<>();
        List<RollupDelta> sent = new ArrayList<>(deltas.size());
        List<UpdateOneModel<Document>> updates = new ArrayList<>(deltas.size());
        for (RollupDelta delta : deltas) {
            UpdateOneModel<Document> update = update(delta, lane, seq);
            if (update == null) {
                undecided.add(delta);
            } else {
                sent.add(delta);
                updates.add(update);
            }
        }
        List<Integer> refused = write(collection, updates);
        if (!refused.isEmpty()) {
            // Applied before, or another lane made the document at the same moment, or beyond a guard or the size.
            write(
                    collection,
                    refused.stream()
                            .map(updates::get)
                            .map(MongoRollups::withoutUpsert)
                            .toList());
            undecided.addAll(unapplied(
                    collection, lane, seq, refused.stream().map(sent::get).toList()));
        }
        return undecided;
    }

    private static UpdateOneModel<Document> withoutUpsert(UpdateOneModel<Document> update) {
        Bson change = update.getUpdate();
        if (change == null) {
            throw new IllegalStateException("an update by a pipeline");
        }
        return new UpdateOneModel<>(update.getFilter(), change);
    }

    /** @return which ones were refused as duplicates or as too large */
    private static List<Integer> write(MongoCollection<Document> collection, List<UpdateOneModel<Document>> updates) {
        List<Integer> refused = new ArrayList<>();
        if (updates.isEmpty()) {
            return refused;
        }
        try {
            collection.bulkWrite(updates, UNORDERED);
        } catch (MongoBulkWriteException partly) {
            for (BulkWriteError error : partly.getWriteErrors()) {
                if (error.getCode() != DriverFailures.DUPLICATE_KEY && !TOO_LARGE.contains(error.getCode())) {
                    throw DriverFailures.translateWrite(partly);
                }
                refused.add(error.getIndex());
            }
            if (partly.getWriteConcernError() != null) {
                throw DriverFailures.translateWrite(partly);
            }
        } catch (MongoException failed) {
            throw DriverFailures.translateWrite(failed);
        }
        return refused;
    }

    /**
     * Those that their documents do not contain yet. Most often there are none, when a batch is applied again: one bulk of
     * updates that change nothing tells that, while reading the documents would take a call for each.
     */
    private static List<RollupDelta> unapplied(
            MongoCollection<Document> collection, String lane, long seq, List<RollupDelta> deltas) {
        String path = APPLIED + '.' + lane;
        List<UpdateOneModel<Document>> probes = new ArrayList<>(deltas.size());
        for (RollupDelta delta : deltas) {
            Document applied = new Document(ID, new Binary(delta.id())).append(path, new Document("$gte", seq));
            probes.add(new UpdateOneModel<>(applied, new Document("$max", new Document(path, seq))));
        }
        int applied = DriverFailures.writing(() -> collection.bulkWrite(probes, UNORDERED))
                .getMatchedCount();
        if (applied == deltas.size()) {
            return List.of();
        }
        if (applied == 0) {
            return deltas;
        }
        int half = deltas.size() / 2;
        List<RollupDelta> found = new ArrayList<>(unapplied(collection, lane, seq, deltas.subList(0, half)));
        found.addAll(unapplied(collection, lane, seq, deltas.subList(half, deltas.size())));
        return found;
    }

    /** The update without a look at the document, or null where only a look can tell which names fit. */
    private @Nullable UpdateOneModel<Document> update(RollupDelta delta, String lane, long seq) {
        Document filter = unapplied(delta, lane, seq);
        DocumentNames known = remembered.get(ByteBuffer.wrap(delta.id()));
        RollupDelta fitting = delta;
        int added = 0;
        if (known == null) {
            added = DocumentNames.count(delta);
            int most = DocumentNames.most(delta.target());
            if (added > most) {
                return null;
            }
            filter.append(NAMES, new Document("$not", new Document("$gt", (long) most - added)));
        } else {
            synchronized (known) {
                if (!known.holdsAll(delta)) {
                    if (!known.isFullFor(delta)) {
                        return null;
                    }
                    fitting = known.limitToKnown(delta);
                }
            }
        }
        RawBsonDocument update =
                RollupDocuments.update(fitting, lane, seq, new RollupDocuments.NamesUpdate.Added(added));
        if (isTooLarge(update)) {
            return null;
        }
        return new UpdateOneModel<>(filter, update, UPSERT);
    }

    private static Document unapplied(RollupDelta delta, String lane, long seq) {
        return new Document(ID, new Binary(delta.id()))
                .append(APPLIED + '.' + lane, new Document("$not", new Document("$gte", seq)));
    }

    /**
     * Reads which names the document has, and writes if nobody has added to them meanwhile. What is too large, as a document
     * or as an update, is tried again with fewer names; a document that has no room even for that is folded itself.
     */
    private void applyWithCare(MongoCollection<Document> collection, String lane, long seq, RollupDelta delta) {
        Names kept = Names.FITTING;
        while (true) {
            Document stands = read(collection, delta, lane);
            if (stands != null && isApplied(stands, lane, seq)) {
                return;
            }
            DocumentNames names = DocumentNames.of(stands);
            RollupDelta fitting = kept.limit(names, delta);
            names.addAll(fitting);
            Object counted = stands == null ? null : stands.get(NAMES);
            Document filter = unapplied(delta, lane, seq).append(NAMES, counted == null ? ABSENT : counted);
            RawBsonDocument update =
                    RollupDocuments.update(fitting, lane, seq, new RollupDocuments.NamesUpdate.Counted(names.count()));
            if (isTooLarge(update)) {
                kept = kept.fewer(delta);
                continue;
            }
            try {
                UpdateResult result = collection.updateOne(filter, update, new UpdateOptions().upsert(stands == null));
                if (result.getMatchedCount() == 1 || result.getUpsertedId() != null) {
                    remembered.put(ByteBuffer.wrap(delta.id()), names);
                    return;
                }
            } catch (MongoWriteException refused) {
                if (TOO_LARGE.contains(refused.getCode())) {
                    if (kept != Names.FITTING) {
                        foldDocument(collection, delta);
                    }
                    kept = kept.fewer(delta);
                } else if (ErrorCategory.fromErrorCode(refused.getCode()) != ErrorCategory.DUPLICATE_KEY) {
                    throw DriverFailures.translateWrite(refused);
                }
            } catch (MongoException failed) {
                throw DriverFailures.translateWrite(failed);
            }
        }
    }

    private static boolean isTooLarge(RawBsonDocument update) {
        return update.getByteBuffer().remaining() > UPDATE_BYTES_MAX;
    }

    /** Which names of a delta are written as such, fewer and fewer. */
    private enum Names {
        FITTING,
        KNOWN,
        KNOWN_FIELDS,
        NONE;

        RollupDelta limit(DocumentNames names, RollupDelta delta) {
            return switch (this) {
                case FITTING -> names.limit(delta);
                case KNOWN -> names.limitToKnown(delta);
                case KNOWN_FIELDS -> names.limitToKnownFields(delta);
                case NONE -> DocumentNames.limitToNone(delta);
            };
        }

        Names fewer(RollupDelta delta) {
            if (this == NONE) {
                throw new IllegalStateException("there is no room for a rollup without names: " + delta);
            }
            return values()[ordinal() + 1];
        }
    }

    /** Folds the names of a document, if no batch is applied to it meanwhile: each changes what is applied. */
    private void foldDocument(MongoCollection<Document> collection, RollupDelta delta) {
        Document id = new Document(ID, new Binary(delta.id()));
        Document stands = DriverFailures.reading(() -> collection.find(id).first());
        if (stands != null) {
            Document unchanged = new Document(id).append(APPLIED, stands.get(APPLIED));
            DriverFailures.writing(() -> collection.replaceOne(unchanged, FoldedDocument.of(stands)));
        }
        remembered.remove(ByteBuffer.wrap(delta.id()));
    }

    private static @Nullable Document read(MongoCollection<Document> collection, RollupDelta delta, String lane) {
        Document parts = new Document(VALUES, 1)
                .append(CATEGORY, 1)
                .append(LEAF, 1)
                .append(FLAG, 1)
                .append(NAMES, 1)
                .append(APPLIED + '.' + lane, 1);
        return DriverFailures.reading(() -> collection
                .find(new Document(ID, new Binary(delta.id())))
                .projection(parts)
                .first());
    }

    private static boolean isApplied(Document stands, String lane, long seq) {
        Document applied = stands.get(APPLIED, Document.class);
        Long last = applied == null ? null : applied.getLong(lane);
        return last != null && last >= seq;
    }

    private void create(String name) {
        if (created.contains(name)) {
            return;
        }
        DriverFailures.writing(() -> {
            try {
                database.createCollection(
                        name,
                        new CreateCollectionOptions()
                                .clusteredIndexOptions(new ClusteredIndexOptions(new Document(ID, 1), true)));
            } catch (MongoCommandException refused) {
                // Servers before 5.3 know no clustered collections, and make a plain one with the first upsert.
                if (refused.getErrorCode() != NAMESPACE_EXISTS && DriverFailures.isAway(refused)) {
                    throw refused;
                }
            }
            return database.getCollection(name)
                    .createIndex(
                            new Document(TYPE_HASH, 1).append(RollupDocuments.BUCKET, 1),
                            new IndexOptions()
                                    .partialFilterExpression(new Document(TYPE_HASH, new Document("$exists", true))));
        });
        created.add(name);
    }
}
