package dev.tallyworks.servers.index;

import de.bwaldvogel.mongo.MongoCollection;
import de.bwaldvogel.mongo.backend.Index;
import de.bwaldvogel.mongo.backend.IndexKey;
import de.bwaldvogel.mongo.bson.Document;
import de.bwaldvogel.mongo.oplog.Oplog;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Does the updates that {@link FieldChanges} knows, and leaves the others to the server's own way. */
final class QuickUpdates {
    private static final String ID = "_id";

    private QuickUpdates() {}

    /** What it needs of a collection, whose lock the caller holds. */
    interface Target<P> {
        MongoCollection<P> collection();

        List<Index<P>> indexes();

        /** @param limit 0 for none */
        Iterable<Document> find(Document selector, int limit);

        void replace(P position, Document before, Document after);

        void add(Document document);
    }

    /** @return the server's answer, or null where nothing was done as this can't do it */
    static <P> @Nullable Document run(
            Target<P> target, Document selector, Document update, boolean multi, boolean upsert, Oplog oplog) {
        FieldChanges changes = FieldChanges.of(update);
        Index<P> ids = idIndex(target);
        if (changes == null || ids == null) {
            return null;
        }
        List<Document> before = new ArrayList<>();
        List<Document> after = new ArrayList<>();
        for (Document found : target.find(selector, multi ? 0 : 1)) {
            Document changed = changes.apply(found, false);
            if (changed == null) {
                return null;
            }
            before.add(found);
            after.add(changed);
        }
        if (before.isEmpty() && upsert) {
            return insert(target, selector, changes, oplog);
        }
        List<Object> changedIds = new ArrayList<>();
        for (int i = 0; i < before.size(); i++) {
            if (after.get(i) != before.get(i)) {
                replace(target, ids, changes, before.get(i), after.get(i));
                changedIds.add(after.get(i).get(ID));
            }
        }
        oplog.handleUpdate(target.collection().getFullName(), selector, update, changedIds);
        return new Document("n", before.size()).append("nModified", changedIds.size());
    }

    private static <P> @Nullable Index<P> idIndex(Target<P> target) {
        for (Index<P> index : target.indexes()) {
            List<IndexKey> keys = index.getKeys();
            if (keys.size() == 1 && keys.get(0).getKey().equals(ID)) {
                return index;
            }
        }
        return null;
    }

    private static <P> void replace(
            Target<P> target, Index<P> ids, FieldChanges changes, Document before, Document after) {
        P position = ids.getPosition(before);
        if (position == null) {
            throw new IllegalStateException("no index has " + before.get(ID));
        }
        List<Index<P>> touched = new ArrayList<>();
        for (Index<P> index : target.indexes()) {
            if (index instanceof Ordered<?> ordered && ordered.isTouchedBy(changes.topNames())) {
                touched.add(index);
            } else if (!(index instanceof Ordered<?>)) {
                touched.add(index);
            }
        }
        touched.forEach(index -> index.checkUpdate(before, after, target.collection()));
        target.replace(position, before, after);
        touched.forEach(index -> index.updateInPlace(before, after, position, target.collection()));
    }

    /** Only where the selector names the {@code _id}, and otherwise says nothing that becomes part of the document. */
    private static <P> @Nullable Document insert(
            Target<P> target, Document selector, FieldChanges changes, Oplog oplog) {
        Object id = selector.get(ID);
        if (id == null || id instanceof Document) {
            return null;
        }
        for (Map.Entry<String, Object> condition : selector.entrySet()) {
            boolean isId = condition.getKey().equals(ID);
            if (!isId && (condition.getKey().startsWith("$") || !isComparison(condition.getValue()))) {
                return null;
            }
        }
        Document made = changes.apply(new Document(ID, id), true);
        if (made == null) {
            return null;
        }
        target.add(made);
        oplog.handleInsert(target.collection().getFullName(), List.of(made));
        return new Document("upserted", id).append("n", 0).append("nModified", 0);
    }

    private static boolean isComparison(@Nullable Object condition) {
        return condition instanceof Document document
                && !document.isEmpty()
                && document.keySet().stream().allMatch(name -> name.startsWith("$") && !name.equals("$eq"));
    }
}
