package dev.tallyworks.servers.index;

import de.bwaldvogel.mongo.backend.IndexKey;
import de.bwaldvogel.mongo.bson.Document;
import java.util.List;
import java.util.stream.Stream;

/** An index that keeps its keys in order. */
interface Ordered<P> {
    List<IndexKey> getKeys();

    /** Whether every document that the query can match is in the index. */
    boolean covers(Document query);

    /** The positions of all keys within the range, in their order or in the reverse. */
    Stream<P> positions(KeyRange range, boolean reverse);

    default List<String> keyNames() {
        return getKeys().stream().map(IndexKey::getKey).toList();
    }
}
