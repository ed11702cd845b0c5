package dev.tallyworks.servers.index;

import de.bwaldvogel.mongo.MongoCollection;
import de.bwaldvogel.mongo.backend.DefaultQueryMatcher;
import de.bwaldvogel.mongo.backend.Index;
import de.bwaldvogel.mongo.backend.IndexKey;
import de.bwaldvogel.mongo.backend.KeyValue;
import de.bwaldvogel.mongo.bson.Document;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * An index that may hold a key many times, of all documents or only of those that match its partial filter. It never says
 * where a single document is; that is left to the index of {@code _id}.
 */
final class SortedIndex<P> extends Index<P> implements Ordered<P> {
    private final @Nullable Document partialFilter;
    private final DefaultQueryMatcher matcher = new DefaultQueryMatcher();
    private final NavigableMap<List<?>, Set<P>> positions = new TreeMap<>(SortedKeys.ORDER);
    private long count;

    SortedIndex(String name, List<IndexKey> keys, @Nullable Document partialFilter) {
        // "Sparse" lets the collection remove documents that this index says nothing of.
        super(name, keys, true);
        this.partialFilter = partialFilter;
    }

    private boolean holds(Document document) {
        return partialFilter == null || matcher.matches(document, partialFilter);
    }

    private static List<Object> list(KeyValue key) {
        List<Object> list = new ArrayList<>(key.size());
        key.forEach(list::add);
        return list;
    }

    @Override
    public @Nullable P getPosition(Document document) {
        return null;
    }

    @Override
    public void checkAdd(Document document, MongoCollection<P> collection) {}

    @Override
    public synchronized void add(Document document, P position, MongoCollection<P> collection) {
        if (holds(document)) {
            for (KeyValue key : getKeyValues(document)) {
                if (positions
                        .computeIfAbsent(list(key), none -> new LinkedHashSet<>(2))
                        .add(position)) {
                    count++;
                }
            }
        }
    }

    /** The position is found by the index of {@code _id}; here it goes when the document is updated or removed by position. */
    @Override
    public @Nullable P remove(Document document) {
        return null;
    }

    synchronized void remove(Document document, P position) {
        if (holds(document)) {
            for (KeyValue key : getKeyValues(document)) {
                List<Object> list = list(key);
                Set<P> held = positions.get(list);
                if (held != null && held.remove(position)) {
                    count--;
                    if (held.isEmpty()) {
                        positions.remove(list);
                    }
                }
            }
        }
    }

    @Override
    public boolean canHandle(Document query) {
        return false; // the collection asks it as what it is
    }

    @Override
    public Iterable<P> getPositions(Document query) {
        throw new UnsupportedOperationException("asked by its order only");
    }

    @Override
    public synchronized long getCount() {
        return count;
    }

    @Override
    public long getDataSize() {
        return getCount();
    }

    @Override
    public void checkUpdate(Document oldDocument, Document newDocument, MongoCollection<P> collection) {}

    @Override
    public synchronized void updateInPlace(
            Document oldDocument, Document newDocument, P position, MongoCollection<P> collection) {
        boolean before = holds(oldDocument);
        boolean after = holds(newDocument);
        if (before && after && nullAwareEqualsKeys(oldDocument, newDocument)) {
            return;
        }
        remove(oldDocument, position);
        add(newDocument, position, collection);
    }

    @Override
    public void drop() {}

    /** A partial index covers a query that says all that its filter says. */
    @Override
    public boolean covers(Document query) {
        return partialFilter == null
                || partialFilter.entrySet().stream()
                        .allMatch(part -> query.containsKey(part.getKey())
                                && Objects.equals(
                                        SortedKeys.normalize(query.get(part.getKey())),
                                        SortedKeys.normalize(part.getValue())));
    }

    @Override
    public synchronized Stream<P> positions(KeyRange range, boolean reverse) {
        List<KeyRange.Bounds> ranges = new ArrayList<>(range.ranges());
        if (reverse) {
            Collections.reverse(ranges);
        }
        return ranges.stream().flatMap(bounds -> {
            NavigableMap<List<?>, Set<P>> within = positions.subMap(bounds.from(), true, bounds.to(), true);
            return (reverse ? within.descendingMap() : within).values().stream().flatMap(Set::stream);
        });
    }
}
