package dev.tallyworks.mongo;

import com.mongodb.client.MongoDatabase;
import dev.tallyworks.rollup.SeriesKey;
import dev.tallyworks.rollup.StoredRollup;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.bson.Document;
import org.bson.types.Binary;
import org.jspecify.annotations.Nullable;

/**
 * Where the events of rollups come from. Their ids name it by a hash, which is looked up once in one of the documents: a long
 * scan is spared the names in each of them.
 */
final class RollupOrigins {
    private static final int KNOWN_MAX = 10_000;
    private static final Document NAMES = new Document(RollupDocuments.SOURCE, 1)
            .append(RollupDocuments.INCARNATION, 1)
            .append(RollupDocuments.TYPE, 1);

    private final MongoDatabase database;
    private final Map<Long, Origin> known = new ConcurrentHashMap<>();

    RollupOrigins(MongoDatabase database) {
        this.database = database;
    }

    private record Origin(String source, long incarnation, String type) {}

    /** Hands a document of a collection on with its origin; not one that has been removed since it was read. */
    void resolve(String collection, StoredRollupCodec.Read read, Consumer<StoredRollup> to) {
        long hash = SeriesKey.origin(read.id());
        Origin origin = known.get(hash);
        if (origin == null) {
            origin = find(collection, read.id());
            if (origin == null) {
                return;
            }
            if (known.size() >= KNOWN_MAX) {
                known.clear(); // types can be made up without end
            }
            known.put(hash, origin);
        }
        to.accept(new StoredRollup(
                SeriesKey.bucketMillis(read.id()),
                origin.source,
                origin.incarnation,
                origin.type,
                read.attribution(),
                read.numbers()));
    }

    private @Nullable Origin find(String collection, byte[] id) {
        Document found = database.getCollection(collection)
                .find(new Document(Fields.ID, new Binary(id)))
                .projection(NAMES)
                .first();
        return found == null
                ? null
                : new Origin(
                        found.getString(RollupDocuments.SOURCE),
                        found.getLong(RollupDocuments.INCARNATION),
                        found.getString(RollupDocuments.TYPE));
    }
}
