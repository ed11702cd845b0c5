package dev.tallyworks.metric;

import java.util.Collection;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The values of all string and boolean fields of an event together, as one stored name: what LEAF_SUM is broken down by.
 *
 * <pre>
 * field %= value %; field %= value ...      by field, fields and values {@link StoredName escaped}
 * </pre>
 *
 * An escape is {@code %} and two digits, or a lone {@code %}, so the separators stand for nothing else.
 */
public final class Leaf {
    private static final String IS = "%=";
    private static final String AND = "%;";

    private Leaf() {}

    /** @param categories by field, each field once; of none it is the empty text */
    public static String of(Collection<EventMetrics.Category> categories) {
        StringBuilder leaf = new StringBuilder();
        for (EventMetrics.Category category : categories) {
            append(leaf, StoredName.escape(category.field()), StoredName.escape(category.value()));
        }
        return leaf.toString();
    }

    private static void append(StringBuilder leaf, String field, String value) {
        if (!leaf.isEmpty()) {
            leaf.append(AND);
        }
        leaf.append(field).append(IS).append(value);
    }

    /** The leaf of the same fields whose values are all beyond a guard: it counts in the same levels. */
    public static String withoutValues(String leaf) {
        StringBuilder others = new StringBuilder();
        parse(leaf).keySet().forEach(field -> append(others, StoredName.escape(field), StoredName.OTHER));
        return others.toString();
    }

    /** Value by field; a value beyond a guard is {@link StoredName#OTHER}. What is no leaf has no fields. */
    public static SortedMap<String, String> parse(String leaf) {
        SortedMap<String, String> values = new TreeMap<>();
        if (leaf.contains(IS)) {
            for (String part : leaf.split(AND, -1)) {
                int is = part.indexOf(IS);
                values.put(
                        StoredName.unescape(part.substring(0, is)), StoredName.shown(part.substring(is + IS.length())));
            }
        }
        return values;
    }
}
