package dev.tallyworks.servers.index;

import de.bwaldvogel.mongo.backend.IndexKey;
import de.bwaldvogel.mongo.bson.Document;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** An index that keeps its keys in order. */
interface Ordered<P> {
    List<IndexKey> getKeys();

    /** Whether every document that the query can match is in the index. */
    boolean covers(Document query);

    /** Whether a change of these fields, or of parts of them, may change what it holds of a document. */
    default boolean isTouchedBy(Set<String> topNames) {
        return keyNames().stream().anyMatch(name -> topNames.contains(topName(name)));
    }

    static String topName(String path) {
        int dot = path.indexOf('.');
        return dot < 0 ? path : path.substring(0, dot);
    }

    /** The positions of all keys within the range, in their order or in the reverse. */
    Stream<P> positions(KeyRange range, boolean reverse);

    default List<String> keyNames() {
        return getKeys().stream().map(IndexKey::getKey).toList();
    }
}
