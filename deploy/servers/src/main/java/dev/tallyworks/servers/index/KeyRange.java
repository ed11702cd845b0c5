package dev.tallyworks.servers.index;

import de.bwaldvogel.mongo.bson.BsonRegularExpression;
import de.bwaldvogel.mongo.bson.Document;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * What a query says of the leading keys of an index: equality for as many as there are, then for one more a list of values
 * or a range.
 *
 * @param ranges in their order, not overlapping
 * @param keys how many keys are bound
 */
record KeyRange(List<Bounds> ranges, int keys) {
    record Bounds(List<Object> from, List<Object> to) {}

    static KeyRange of(List<String> keys, Document query) {
        List<Object> prefix = new ArrayList<>();
        for (String key : keys) {
            if (!query.containsKey(key)) {
                break;
            }
            Object asked = query.get(key);
            if (asked instanceof Document condition && isOperator(condition)) {
                return bound(prefix, condition);
            }
            if (asked instanceof Collection || BsonRegularExpression.isRegularExpression(asked)) {
                break;
            }
            prefix.add(SortedKeys.normalize(asked));
        }
        return new KeyRange(List.of(bounds(prefix, SortedKeys.Edge.BELOW, SortedKeys.Edge.ABOVE)), prefix.size());
    }

    private static boolean isOperator(Document condition) {
        return condition.keySet().stream().anyMatch(name -> name.startsWith("$"));
    }

    private static KeyRange bound(List<Object> prefix, Document condition) {
        if (condition.get("$in") instanceof Collection<?> values) {
            List<Bounds> ranges = new ArrayList<>();
            TreeSet<List<?>> sorted = new TreeSet<>(SortedKeys.ORDER);
            values.forEach(value -> sorted.add(with(prefix, SortedKeys.normalize(value))));
            for (List<?> one : sorted) {
                ranges.add(bounds(new ArrayList<>(one), SortedKeys.Edge.BELOW, SortedKeys.Edge.ABOVE));
            }
            return new KeyRange(ranges, prefix.size() + 1);
        }
        if (condition.containsKey("$eq")) {
            List<Object> equal = with(prefix, SortedKeys.normalize(condition.get("$eq")));
            return new KeyRange(List.of(bounds(equal, SortedKeys.Edge.BELOW, SortedKeys.Edge.ABOVE)), equal.size());
        }
        List<Object> from = with(prefix, SortedKeys.Edge.BELOW);
        List<Object> to = with(prefix, SortedKeys.Edge.ABOVE);
        boolean bound = false;
        for (String operator : condition.keySet()) {
            Object value = SortedKeys.normalize(condition.get(operator));
            switch (operator) {
                case "$gt" -> from = with(with(prefix, value), SortedKeys.Edge.ABOVE);
                case "$gte" -> from = with(with(prefix, value), SortedKeys.Edge.BELOW);
                case "$lt" -> to = with(with(prefix, value), SortedKeys.Edge.BELOW);
                case "$lte" -> to = with(with(prefix, value), SortedKeys.Edge.ABOVE);
                default -> {
                    continue;
                }
            }
            bound = true;
        }
        return new KeyRange(List.of(new Bounds(from, to)), prefix.size() + (bound ? 1 : 0));
    }

    private static Bounds bounds(List<Object> prefix, Object below, Object above) {
        return new Bounds(with(prefix, below), with(prefix, above));
    }

    private static List<Object> with(List<Object> prefix, @Nullable Object last) {
        List<Object> list = new ArrayList<>(prefix);
        list.add(last);
        return list;
    }
}
