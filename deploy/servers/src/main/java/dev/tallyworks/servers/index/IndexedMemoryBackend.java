package dev.tallyworks.servers.index;

import de.bwaldvogel.mongo.MongoDatabase;
import de.bwaldvogel.mongo.backend.CollectionOptions;
import de.bwaldvogel.mongo.backend.CursorRegistry;
import de.bwaldvogel.mongo.backend.Index;
import de.bwaldvogel.mongo.backend.IndexKey;
import de.bwaldvogel.mongo.backend.QueryResult;
import de.bwaldvogel.mongo.backend.memory.MemoryBackend;
import de.bwaldvogel.mongo.backend.memory.MemoryCollection;
import de.bwaldvogel.mongo.backend.memory.MemoryDatabase;
import de.bwaldvogel.mongo.bson.Document;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/** The memory backend with ordered indexes. */
public final class IndexedMemoryBackend extends MemoryBackend {
    private final LongAdder examined = new LongAdder();

    /** Documents that queries have looked at since the server was made. */
    public long documentsExamined() {
        return examined.sum();
    }

    @Override
    public MemoryDatabase openOrCreateDatabase(String name) {
        return new Database(name, getCursorRegistry());
    }

    private final class Database extends MemoryDatabase {
        Database(String name, CursorRegistry cursors) {
            super(name, cursors);
        }

        @Override
        protected MemoryCollection openOrCreateCollection(String name, CollectionOptions options) {
            return new Collection(this, name, options, cursorRegistry);
        }

        @Override
        protected Index<Integer> openOrCreateUniqueIndex(
                String collection, String name, List<IndexKey> keys, boolean sparse) {
            return new SortedUniqueIndex<>(name, keys, sparse);
        }

        @Override
        protected void addIndex(Document description) {
            PartialFilters.whileAdding(description, () -> super.addIndex(description));
        }

        @Override
        protected Index<Integer> openOrCreateSecondaryIndex(
                String collection, String name, List<IndexKey> keys, boolean sparse) {
            return new SortedIndex<>(name, keys, PartialFilters.current(keys, sparse));
        }
    }

    private final class Collection extends MemoryCollection {
        Collection(MongoDatabase database, String name, CollectionOptions options, CursorRegistry cursors) {
            super(database, name, options, cursors);
        }

        @Override
        protected QueryResult queryDocuments(
                Document query,
                @Nullable Document orderBy,
                int skip,
                int limit,
                int batchSize,
                @Nullable Document fields) {
            AccessPath<Integer> path = AccessPath.choose(getIndexes(), query, orderBy);
            if (path == null) {
                examined.add(count());
                return matchDocuments(query, orderBy, skip, limit, batchSize, fields);
            }
            return matchDocumentsFromStream(
                    path.positions().map(position -> {
                        examined.increment();
                        return getDocument(position);
                    }),
                    query,
                    path.ordered() ? null : orderBy,
                    skip,
                    limit,
                    batchSize,
                    fields);
        }

        @Override
        public synchronized void removeDocument(Document document) {
            SecondaryIndexes.remove(getIndexes(), document);
            super.removeDocument(document);
        }
    }
}
