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
import de.bwaldvogel.mongo.backend.memory.MemoryBackend;
import de.bwaldvogel.mongo.backend.memory.MemoryCollection;
import de.bwaldvogel.mongo.backend.memory.MemoryDatabase;
import de.bwaldvogel.mongo.bson.Document;
import de.bwaldvogel.mongo.oplog.Oplog;
import de.bwaldvogel.mongo.wire.message.MongoMessage;
import io.netty.channel.Channel;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The memory backend with ordered indexes, quicker updates and documents that take less memory. */
public final class IndexedMemoryBackend extends MemoryBackend {
    private final LongAdder examined = new LongAdder();

    /** Documents that queries have looked at since the server was made. */
    public long documentsExamined() {
        return examined.sum();
    }

    /** One message at a time: where several make a collection by their first writes or reads, some would fail. */
    @Override
    public synchronized Document handleMessage(MongoMessage message) {
        return super.handleMessage(message);
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
        protected Index<Integer> openOrCreateSecondaryIndex(
                String collection, String name, List<IndexKey> keys, boolean sparse) {
            return new SortedIndex<>(name, keys, PartialFilters.current(keys, sparse));
        }
    }

    private final class Collection extends MemoryCollection implements QuickUpdates.Target<Integer> {
        private final StoredDocuments documents = new StoredDocuments();

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
                    ? super.updateDocuments(selector, update, arrayFilters, multi, upsert, oplog)
                    : answer;
        }

        @Override
        public MongoCollection<Integer> collection() {
            return this;
        }

        @Override
        public List<Index<Integer>> indexes() {
            return getIndexes();
        }

        @Override
        public Iterable<Document> find(Document selector, int limit) {
            return queryDocuments(selector, null, 0, limit, 0, null);
        }

        @Override
        public void replace(Integer position, Document before, Document after) {
            documents.replace(position, after);
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

        @Override
        protected boolean tracksDataSize() {
            return false;
        }

        @Override
        protected Integer addDocumentInternal(Document document) {
            return documents.add(document);
        }

        @Override
        protected Document getDocument(Integer position) {
            return documents.get(position);
        }

        @Override
        protected void removeDocument(Integer position) {
            documents.remove(position);
        }

        @Override
        protected void handleUpdate(Integer position, Document before, Document after) {
            documents.replace(position, after);
        }

        @Override
        public int count() {
            return documents.size();
        }

        @Override
        public boolean isEmpty() {
            return documents.size() == 0;
        }

        @Override
        protected QueryResult matchDocuments(
                Document query,
                @Nullable Document orderBy,
                int skip,
                int limit,
                int batchSize,
                @Nullable Document fields) {
            List<Integer> positions = new ArrayList<>(documents.positions());
            if (isNaturalDescending(orderBy)) {
                Collections.reverse(positions);
            }
            return matchDocumentsFromStream(
                    positions.stream().map(documents::get), query, orderBy, skip, limit, batchSize, fields);
        }

        @Override
        protected @Nullable Integer findDocumentPosition(Document document) {
            return documents.positions().stream()
                    .filter(position -> documents.get(position).equals(document))
                    .findFirst()
                    .orElse(null);
        }

        @Override
        protected Stream<DocumentWithPosition<Integer>> streamAllDocumentsWithPosition() {
            return documents.positions().stream()
                    .map(position -> new DocumentWithPosition<>(documents.get(position), position));
        }
    }
}
