package dev.tallyworks.servers.index;

import de.bwaldvogel.mongo.backend.AbstractUniqueIndex;
import de.bwaldvogel.mongo.backend.IndexKey;
import de.bwaldvogel.mongo.backend.KeyValue;
import de.bwaldvogel.mongo.bson.Document;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A unique index in memory, in the order of its keys. */
final class SortedUniqueIndex<P> extends AbstractUniqueIndex<P> implements Ordered<P> {
    private final NavigableMap<List<?>, P> positions = new TreeMap<>(SortedKeys.ORDER);

    SortedUniqueIndex(String name, List<IndexKey> keys, boolean sparse) {
        super(name, keys, sparse);
    }

    private static List<Object> list(KeyValue key) {
        List<Object> list = new ArrayList<>(key.size());
        key.forEach(list::add);
        return list;
    }

    @Override
    protected synchronized @Nullable P removeDocument(KeyValue key) {
        return positions.remove(list(key));
    }

    @Override
    protected synchronized boolean putKeyPosition(KeyValue key, P position) {
        return positions.putIfAbsent(list(key), position) == null;
    }

    @Override
    protected synchronized Iterable<Map.Entry<KeyValue, P>> getIterable() {
        return positions.entrySet().stream()
                .map(entry -> Map.entry(new KeyValue(entry.getKey()), entry.getValue()))
                .toList();
    }

    @Override
    protected synchronized @Nullable P getPosition(KeyValue key) {
        return positions.get(list(key));
    }

    @Override
    public synchronized long getCount() {
        return positions.size();
    }

    @Override
    public long getDataSize() {
        return getCount();
    }

    @Override
    public boolean covers(Document query) {
        return !isSparse();
    }

    @Override
    public synchronized Stream<P> positions(KeyRange range, boolean reverse) {
        List<P> found = new ArrayList<>();
        if (range.keys() == 0 || range.ranges().size() == 1) {
            KeyRange.Bounds bounds = range.ranges().get(0);
            NavigableMap<List<?>, P> within = positions.subMap(bounds.from(), true, bounds.to(), true);
            return (reverse ? within.descendingMap() : within).values().stream();
        }
        for (KeyRange.Bounds bounds : range.ranges()) {
            found.addAll(
                    positions.subMap(bounds.from(), true, bounds.to(), true).values());
        }
        if (reverse) {
            Collections.reverse(found);
        }
        return found.stream();
    }
}
