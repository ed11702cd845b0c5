package dev.tallyworks.servers.index;

import de.bwaldvogel.mongo.backend.IndexKey;
import de.bwaldvogel.mongo.bson.Document;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Hands the partial filter of an index that is being made past the server's own code, which does not know of it. */
final class PartialFilters {
    private static final String OPTION = "partialFilterExpression";
    private static final ThreadLocal<Document> ADDING = new ThreadLocal<>();

    private PartialFilters() {}

    static void whileAdding(Document description, Runnable add) {
        ADDING.set(description);
        try {
            add.run();
        } finally {
            ADDING.remove();
        }
    }

    /** Also what "sparse" means, as a filter. */
    static @Nullable Document current(List<IndexKey> keys, boolean sparse) {
        Document description = ADDING.get();
        return description == null ? sparseFilter(keys, sparse) : of(description, keys, sparse);
    }

    static @Nullable Document of(Document description, List<IndexKey> keys, boolean sparse) {
        return description.get(OPTION) instanceof Document filter ? filter : sparseFilter(keys, sparse);
    }

    private static @Nullable Document sparseFilter(List<IndexKey> keys, boolean sparse) {
        return sparse && keys.size() == 1
                ? new Document(keys.get(0).getKey(), new Document("$exists", Boolean.TRUE))
                : null;
    }
}
