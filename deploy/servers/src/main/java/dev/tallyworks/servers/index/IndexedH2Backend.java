package dev.tallyworks.servers.index;

import de.bwaldvogel.mongo.MongoCollection;
import de.bwaldvogel.mongo.MongoDatabase;
import de.bwaldvogel.mongo.backend.ArrayFilters;
import de.bwaldvogel.mongo.backend.CollectionOptions;
import de.bwaldvogel.mongo.backend.CursorRegistry;
import de.bwaldvogel.mongo.backend.DatabaseResolver;
import de.bwaldvogel.mongo.backend.DocumentWithPosition;
import de.bwaldvogel.mongo.backend.Index;
import de.bwaldvogel.mongo.backend.IndexKey;
import de.bwaldvogel.mongo.backend.QueryResult;
import de.bwaldvogel.mongo.backend.h2.H2Backend;
import de.bwaldvogel.mongo.backend.h2.H2Collection;
import de.bwaldvogel.mongo.backend.h2.H2Database;
import de.bwaldvogel.mongo.bson.Document;
import de.bwaldvogel.mongo.oplog.Oplog;
import de.bwaldvogel.mongo.wire.message.MongoMessage;
import io.netty.channel.Channel;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.h2.mvstore.MVMap;
import org.jspecify.annotations.Nullable;

/**
 * The H2 backend with ordered indexes, which are kept in memory and filled again when the file is opened. What it has answered
 * to a write is in the file: a process that is killed loses nothing of it, though a machine that loses its power may.
 */
public final class IndexedH2Backend extends H2Backend {
    /** Static, as the superclass opens databases before the fields of an object of this class are set. */
    private static final LongAdder EXAMINED = new LongAdder();

    private static final Set<String> WRITES = Set.of(
            "insert",
            "update",
            "delete",
            "findandmodify",
            "create",
            "createindexes",
            "drop",
            "dropindexes",
            "dropdatabase",
            "renamecollection");

    private final AtomicLong writes = new AtomicLong();
    private final Object committing = new Object();
    /** One message at a time: collections are made by the first writes to them, from several lanes at once. */
    private final Object handling = new Object();
    /** Guarded by {@code committing}: so many of the writes are in the file. */
    private long committed;

    public IndexedH2Backend(String fileName) {
        super(fileName);
    }

    @Override
    public Document handleMessage(MongoMessage message) {
        Document answer;
        synchronized (handling) {
            answer = super.handleMessage(message);
        }
        commitAfter(message.getDocument().keySet().iterator().next());
        return answer;
    }

    /** Writes that wait while another commits share the next commit. */
    private void commitAfter(String command) {
        if (!WRITES.contains(command.toLowerCase(Locale.ROOT))) {
            return;
        }
        long own = writes.incrementAndGet();
        synchronized (committing) {
            if (committed < own) {
                long upTo = writes.get();
                commit();
                committed = upTo;
            }
        }
    }

    /** Documents that queries have looked at since the process began, in all files. */
    public static long documentsExamined() {
        return EXAMINED.sum();
    }

    @Override
    protected MongoDatabase openOrCreateDatabase(String name) {
        return new Database(name, getCursorRegistry());
    }

    /** Not static: the superclass opens collections before this class' own fields are set, but not before its outer one. */
    private final class Database extends H2Database {
        private static final String DATA_PREFIX = "databases.";
        private static final String META_PREFIX = "meta.";

        Database(String name, CursorRegistry cursors) {
            super(name, getMvStore(), cursors);
        }

        @Override
        protected MongoCollection<Object> openOrCreateCollection(String name, CollectionOptions options) {
            String fullName = getFullCollectionNamespace(name);
            MVMap<Object, Document> data = getMvStore()
                    .openMap(
                            DATA_PREFIX + fullName,
                            new MVMap.Builder<Object, Document>().valueType(new DocumentType()));
            MVMap<String, Object> meta = getMvStore().openMap(META_PREFIX + fullName);
            return new Collection(this, name, options, data, meta, cursorRegistry);
        }

        @Override
        protected Index<Object> openOrCreateUniqueIndex(
                String collection, String name, List<IndexKey> keys, boolean sparse) {
            return new SortedUniqueIndex<>(name, keys, sparse);
        }

        @Override
        public Document handleCommand(
                Channel channel, String command, Document query, DatabaseResolver databases, Oplog oplog) {
            return FirstMatch.whileAnswering(
                    command, query, () -> super.handleCommand(channel, command, query, databases, oplog));
        }

        @Override
        protected void addIndex(Document description) {
            PartialFilters.whileAdding(description, () -> super.addIndex(description));
        }

        @Override
        protected Index<Object> openOrCreateSecondaryIndex(
                String collection, String name, List<IndexKey> keys, boolean sparse) {
            String namespace = getFullCollectionNamespace(collection);
            // When the file is opened, the index is not being added: its description is stored.
            for (Document stored : getOrCreateIndexesCollection().queryAll()) {
                if (name.equals(stored.get("name")) && namespace.equals(stored.get("ns"))) {
                    return new SortedIndex<>(name, keys, PartialFilters.of(stored, keys, sparse));
                }
            }
            return new SortedIndex<>(name, keys, PartialFilters.current(keys, sparse));
        }
    }

    private static final class Collection extends H2Collection implements QuickUpdates.Target<Object> {
        /**
         * Guarded by this. The server's own updates change what they find, while another thread may be writing just that to the
         * file: they must find copies.
         */
        private boolean changing;

        Collection(
                MongoDatabase database,
                String name,
                CollectionOptions options,
                MVMap<Object, Document> data,
                MVMap<String, Object> meta,
                CursorRegistry cursors) {
            super(database, name, options, data, meta, cursors);
        }

        @Override
        protected Document getDocument(Object position) {
            return found(super.getDocument(position));
        }

        @Override
        protected Stream<DocumentWithPosition<Object>> streamAllDocumentsWithPosition() {
            return super.streamAllDocumentsWithPosition()
                    .map(stored -> new DocumentWithPosition<>(found(stored.getDocument()), stored.getPosition()));
        }

        private Document found(Document stored) {
            return changing ? stored.cloneDeeply() : stored;
        }

        @Override
        protected QueryResult matchDocuments(
                Document query,
                @Nullable Document orderBy,
                int skip,
                int limit,
                int batchSize,
                @Nullable Document fields) {
            if (isNaturalDescending(orderBy)) {
                return super.matchDocuments(query, orderBy, skip, limit, batchSize, fields);
            }
            Stream<Document> all = streamAllDocumentsWithPosition().map(DocumentWithPosition::getDocument);
            return matchDocumentsFromStream(all, query, orderBy, skip, limit, batchSize, fields);
        }

        @Override
        protected QueryResult queryDocuments(
                Document query,
                @Nullable Document orderBy,
                int skip,
                int limit,
                int batchSize,
                @Nullable Document fields) {
            AccessPath<Object> path = AccessPath.choose(getIndexes(), query, orderBy);
            if (path == null) {
                EXAMINED.add(count());
                return matchDocuments(query, orderBy, skip, limit, batchSize, fields);
            }
            return matchDocumentsFromStream(
                    path.positions().map(position -> {
                        EXAMINED.increment();
                        return getDocument(position);
                    }),
                    path.rest(),
                    path.ordered() ? null : orderBy,
                    skip,
                    limit,
                    batchSize,
                    fields);
        }

        @Override
        public Stream<Document> queryAllAsStream() {
            Document condition = FirstMatch.take(getCollectionName());
            return condition == null ? super.queryAllAsStream() : handleQueryAsStream(condition);
        }

        @Override
        public synchronized Document updateDocuments(
                Document selector,
                Document update,
                ArrayFilters arrayFilters,
                boolean multi,
                boolean upsert,
                Oplog oplog) {
            Document answer = QuickUpdates.run(this, selector, update, multi, upsert, oplog);
            return answer == null
                    ? whileChanging(() -> super.updateDocuments(selector, update, arrayFilters, multi, upsert, oplog))
                    : answer;
        }

        @Override
        public synchronized Document findAndModify(Document query) {
            return whileChanging(() -> super.findAndModify(query));
        }

        private Document whileChanging(Supplier<Document> change) {
            changing = true;
            try {
                return change.get();
            } finally {
                changing = false;
            }
        }

        @Override
        public MongoCollection<Object> collection() {
            return this;
        }

        @Override
        public List<Index<Object>> indexes() {
            return getIndexes();
        }

        @Override
        public Iterable<Document> find(Document selector, int limit) {
            return queryDocuments(selector, null, 0, limit, 0, null);
        }

        @Override
        public void replace(Object position, Document before, Document after) {
            handleUpdate(position, before, after);
        }

        @Override
        public void add(Document document) {
            addDocument(document);
        }

        @Override
        public synchronized void removeDocument(Document document) {
            SecondaryIndexes.remove(getIndexes(), document);
            super.removeDocument(document);
        }
    }
}
