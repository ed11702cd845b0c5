package dev.tallyworks.servers.index;

import de.bwaldvogel.mongo.MongoCollection;
import de.bwaldvogel.mongo.backend.DefaultQueryMatcher;
import de.bwaldvogel.mongo.backend.Index;
import de.bwaldvogel.mongo.backend.IndexKey;
import de.bwaldvogel.mongo.backend.KeyValue;
import de.bwaldvogel.mongo.bson.Document;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.NavigableSet;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * An index that may hold a key many times, of all documents or only of those that match its partial filter. It never says
 * where a single document is; that is left to the index of {@code _id}.
 */
final class SortedIndex<P> extends Index<P> implements Ordered<P> {
    private static final Document EXISTS = new Document("$exists", Boolean.TRUE);
    private static final Set<String> RANGES = Set.of("$gt", "$gte", "$lt", "$lte");

    private final @Nullable Document partialFilter;
    private final DefaultQueryMatcher matcher = new DefaultQueryMatcher();
    /** Keys, each followed by a position. */
    private final NavigableSet<List<?>> entries = new TreeSet<>(SortedKeys.ORDER);

    SortedIndex(String name, List<IndexKey> keys, @Nullable Document partialFilter) {
        // "Sparse" lets the collection remove documents that this index says nothing of.
        super(name, keys, true);
        this.partialFilter = partialFilter;
    }

    boolean isPartial() {
        return partialFilter != null;
    }

    private boolean holds(Document document) {
        return partialFilter == null || matcher.matches(document, partialFilter);
    }

    private static List<Object> entry(KeyValue key, Object position) {
        Object[] entry = new Object[key.size() + 1];
        int next = 0;
        for (Object part : key) {
            entry[next++] = part;
        }
        entry[next] = position;
        return Arrays.asList(entry);
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
                entries.add(entry(key, position));
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
                entries.remove(entry(key, position));
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
        return entries.size();
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

    @Override
    public boolean isTouchedBy(Set<String> topNames) {
        return Ordered.super.isTouchedBy(topNames)
                || partialFilter != null
                        && partialFilter.keySet().stream()
                                .anyMatch(name -> name.startsWith("$") || topNames.contains(Ordered.topName(name)));
    }

    /** A partial index covers a query that says all that its filter says. */
    @Override
    public boolean covers(Document query) {
        return partialFilter == null
                || partialFilter.entrySet().stream()
                        .allMatch(part ->
                                query.containsKey(part.getKey()) && implies(query.get(part.getKey()), part.getValue()));
    }

    private static boolean implies(@Nullable Object asked, @Nullable Object said) {
        return Objects.equals(SortedKeys.normalize(asked), SortedKeys.normalize(said))
                || EXISTS.equals(said) && asked instanceof Document condition && isRange(condition);
    }

    /** What lies between bounds is there. */
    private static boolean isRange(Document condition) {
        return condition.entrySet().stream()
                .anyMatch(bound -> RANGES.contains(bound.getKey()) && bound.getValue() != null);
    }

    @Override
    public synchronized Stream<P> positions(KeyRange range, boolean reverse) {
        List<KeyRange.Bounds> ranges = new ArrayList<>(range.ranges());
        if (reverse) {
            Collections.reverse(ranges);
        }
        return ranges.stream()
                .flatMap(bounds -> {
                    NavigableSet<List<?>> within = entries.subSet(bounds.from(), true, bounds.to(), true);
                    return (reverse ? within.descendingSet() : within).stream();
                })
                .map(SortedIndex::position);
    }

    @SuppressWarnings("unchecked")
    private static <P> P position(List<?> entry) {
        return (P) entry.get(entry.size() - 1);
    }
}
