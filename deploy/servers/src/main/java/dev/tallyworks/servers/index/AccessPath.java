package dev.tallyworks.servers.index;

import de.bwaldvogel.mongo.backend.Index;
import de.bwaldvogel.mongo.bson.Document;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * How a query is answered: by which index, which part of it, and whether that gives the documents in the order asked for.
 *
 * @param ordered whether nothing is left to sort
 * @param rest what is still to be asked of each document
 */
record AccessPath<P>(Stream<P> positions, boolean ordered, Document rest) {
    private static final String ID = "_id";

    /** Null where only a look at all documents will do. */
    static <P> @Nullable AccessPath<P> choose(Iterable<Index<P>> indexes, Document query, @Nullable Document orderBy) {
        AccessPath<P> best = null;
        int bestRank = 0;
        for (Index<P> index : indexes) {
            if (!(index instanceof Ordered<?>)) {
                continue;
            }
            @SuppressWarnings("unchecked")
            Ordered<P> candidate = (Ordered<P>) index;
            if (!candidate.covers(query)) {
                continue;
            }
            List<String> keys = candidate.keyNames();
            KeyRange range = KeyRange.of(keys, query);
            int direction = direction(keys, orderBy);
            int rank = rank(keys, query, range, direction, index);
            if (rank > bestRank) {
                bestRank = rank;
                best = new AccessPath<>(candidate.positions(range, direction < 0), direction != 0, rest(keys, query));
            }
        }
        return best;
    }

    private static int rank(List<String> keys, Document query, KeyRange range, int direction, Index<?> index) {
        boolean byId = keys.get(0).equals(ID) && range.keys() > 0 && !isRange(query.get(ID));
        if (byId) {
            return 100;
        }
        // An index in the right order may stop early; one that is bound reads less; a partial one at least is smaller.
        int size = index instanceof SortedIndex<?> sorted ? (sorted.isPartial() ? 2 : 1) : 0;
        return (direction != 0 ? 40 : 0) + 10 * Math.min(3, range.keys()) + size;
    }

    /** A list of ids that led to a document need not be gone through again, which would cost its square. */
    private static Document rest(List<String> keys, Document query) {
        boolean listed = keys.equals(List.of(ID))
                && query.get(ID) instanceof Document condition
                && condition.keySet().equals(Set.of("$in"));
        if (!listed) {
            return query;
        }
        Document rest = query.clone();
        rest.remove(ID);
        return rest;
    }

    private static boolean isRange(@Nullable Object asked) {
        return asked instanceof Document condition
                && condition.keySet().stream().anyMatch(name -> name.startsWith("$g") || name.startsWith("$l"));
    }

    /** 1 or −1 where the index, read forwards or backwards, gives the order; 0 where it does not. */
    private static int direction(List<String> keys, @Nullable Document orderBy) {
        if (orderBy == null || orderBy.isEmpty() || orderBy.size() > keys.size()) {
            return 0;
        }
        List<String> asked = new ArrayList<>(orderBy.keySet());
        int direction = 0;
        for (int i = 0; i < asked.size(); i++) {
            if (!asked.get(i).equals(keys.get(i)) || !(orderBy.get(asked.get(i)) instanceof Number number)) {
                return 0;
            }
            int sign = number.intValue();
            if (direction != 0 && sign != direction) {
                return 0;
            }
            direction = sign;
        }
        return direction;
    }
}
