package dev.tallyworks.servers.index;

import de.bwaldvogel.mongo.backend.Index;
import de.bwaldvogel.mongo.bson.Document;
import java.util.List;
import java.util.Objects;

/** Takes documents out of the indexes that hold keys many times, by the position that another index knows. */
final class SecondaryIndexes {
    private SecondaryIndexes() {}

    static <P> void remove(List<Index<P>> indexes, Document document) {
        P position = indexes.stream()
                .map(index -> index.getPosition(document))
                .filter(Objects::nonNull)
                .findFirst()
                .orElse(null);
        if (position != null) {
            for (Index<P> index : indexes) {
                if (index instanceof SortedIndex<P> sorted) {
                    sorted.remove(document, position);
                }
            }
        }
    }
}
