package dev.tallyworks.servers.index;

import de.bwaldvogel.mongo.backend.KeyValue;
import de.bwaldvogel.mongo.backend.ValueComparator;
import de.bwaldvogel.mongo.bson.BinData;
import java.time.Instant;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The order of index keys, and edges that lie below and above all keys with the same beginning. */
final class SortedKeys {
    /** Ends a bound. */
    enum Edge {
        BELOW,
        ABOVE
    }

    static final Comparator<List<?>> ORDER = SortedKeys::compare;

    private SortedKeys() {}

    private static int compare(List<?> one, List<?> other) {
        int common = Math.min(one.size(), other.size());
        for (int i = 0; i < common; i++) {
            int compared = compareParts(one.get(i), other.get(i));
            if (compared != 0) {
                return compared;
            }
        }
        // A whole key lies between the edges that begin with it.
        return one.size() > common ? edge(one.get(common)) : other.size() > common ? -edge(other.get(common)) : 0;
    }

    private static int edge(Object next) {
        return next == Edge.BELOW ? -1 : 1;
    }

    private static int compareParts(@Nullable Object one, @Nullable Object other) {
        if (one instanceof Edge edge) {
            return edge == other ? 0 : edge == Edge.BELOW ? -1 : 1;
        }
        if (other instanceof Edge edge) {
            return edge == Edge.BELOW ? 1 : -1;
        }
        // The common kinds first: the general comparison looks up the order of types each time.
        if (one instanceof String text && other instanceof String otherText) {
            return text.compareTo(otherText);
        }
        if (one instanceof Double number && other instanceof Double otherNumber) {
            return number.compareTo(otherNumber);
        }
        if (one instanceof Integer position && other instanceof Integer otherPosition) {
            return position.compareTo(otherPosition);
        }
        if (one instanceof Instant time && other instanceof Instant otherTime) {
            return time.compareTo(otherTime);
        }
        if (one instanceof BinData bytes && other instanceof BinData otherBytes) {
            return Arrays.compareUnsigned(bytes.getData(), otherBytes.getData());
        }
        return ValueComparator.ascWithoutListHandling().compare(one, other);
    }

    /** A value as indexes keep it: numbers of all types alike. */
    static @Nullable Object normalize(@Nullable Object value) {
        return new KeyValue(Arrays.asList(value)).normalized().get(0);
    }
}
