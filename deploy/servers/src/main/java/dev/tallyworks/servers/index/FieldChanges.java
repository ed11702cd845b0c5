package dev.tallyworks.servers.index;

import de.bwaldvogel.mongo.bson.Decimal128;
import de.bwaldvogel.mongo.bson.Document;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * An update of fields as a tree of their names, so that each part of a document is copied once however many of its fields
 * change; the server's own way takes every path apart for every field, with regular expressions. Knows the operators and
 * values that are common, and says so where it does not know one.
 */
final class FieldChanges {
    private enum Operator {
        INC,
        MIN,
        MAX,
        SET,
        SET_ON_INSERT,
        UNSET;

        static @Nullable Operator of(String name) {
            return switch (name) {
                case "$inc" -> INC;
                case "$min" -> MIN;
                case "$max" -> MAX;
                case "$set" -> SET;
                case "$setOnInsert" -> SET_ON_INSERT;
                case "$unset" -> UNSET;
                default -> null;
            };
        }
    }

    private record Change(Operator operator, @Nullable Object value) {}

    private static final String ID = "_id";
    private static final String BELOW_ID = "_id.";
    /** Instead of a value: nothing changes, the field goes, or what comes of it is not known here. */
    private static final Object SAME = new Object();

    private static final Object GONE = new Object();
    private static final Object UNKNOWN = new Object();

    /** By name, each either a {@link Change} or a map of the same kind. */
    private final Map<String, Object> changes = new LinkedHashMap<>();

    private FieldChanges() {}

    /** Null where it is no such update, or one that contradicts itself. */
    static @Nullable FieldChanges of(Document update) {
        FieldChanges tree = new FieldChanges();
        for (Map.Entry<String, Object> part : update.entrySet()) {
            Operator operator = Operator.of(part.getKey());
            if (operator == null || !(part.getValue() instanceof Document fields)) {
                return null;
            }
            for (Map.Entry<String, Object> field : fields.entrySet()) {
                if (!isPlain(field.getValue()) || !tree.add(field.getKey(), new Change(operator, field.getValue()))) {
                    return null;
                }
            }
        }
        return update.isEmpty() ? null : tree;
    }

    @SuppressWarnings("unchecked")
    private boolean add(String path, Change change) {
        if (path.equals(ID) || path.startsWith(BELOW_ID)) {
            return false;
        }
        Map<String, Object> at = changes;
        int from = 0;
        for (int dot = path.indexOf('.'); dot >= 0; dot = path.indexOf('.', from)) {
            String name = path.substring(from, dot);
            Object below = isName(name) ? at.computeIfAbsent(name, none -> new LinkedHashMap<>()) : null;
            if (!(below instanceof Map<?, ?>)) {
                return false;
            }
            at = (Map<String, Object>) below;
            from = dot + 1;
        }
        String last = path.substring(from);
        return isName(last) && at.putIfAbsent(last, change) == null;
    }

    private static boolean isName(String name) {
        return !name.isEmpty() && name.charAt(0) != '$';
    }

    /** Whether a value can stand in a document as it is. */
    private static boolean isPlain(@Nullable Object value) {
        if (value instanceof Document document) {
            return document.entrySet().stream()
                    .allMatch(member ->
                            isName(member.getKey()) && member.getKey().indexOf('.') < 0 && isPlain(member.getValue()));
        }
        return !(value instanceof Collection<?> elements) || elements.stream().allMatch(FieldChanges::isPlain);
    }

    /** The fields of the document itself that it touches, or parts of. */
    Set<String> topNames() {
        return changes.keySet();
    }

    /**
     * @param inserted whether the document is made by this
     * @return the changed document, the same one where nothing changes, or null where the result is not known here
     */
    @Nullable
    Document apply(Document document, boolean inserted) {
        return apply(changes, document, inserted);
    }

    private static @Nullable Document apply(Map<String, Object> changes, Document document, boolean inserted) {
        Document changed = document;
        for (Map.Entry<String, Object> entry : changes.entrySet()) {
            String name = entry.getKey();
            Object after = after(entry.getValue(), document, name, inserted);
            if (after == UNKNOWN) {
                return null;
            }
            if (after != SAME) {
                changed = changed == document ? document.clone() : changed;
                if (after == GONE) {
                    changed.remove(name);
                } else {
                    changed.put(name, after);
                }
            }
        }
        return changed;
    }

    private static @Nullable Object after(Object changes, Document document, String name, boolean inserted) {
        boolean present = document.containsKey(name);
        Object before = document.get(name);
        if (changes instanceof Change change) {
            return after(change, present, before, inserted);
        }
        Document part = present ? before instanceof Document known ? known : null : new Document();
        if (part == null) {
            return UNKNOWN;
        }
        @SuppressWarnings("unchecked")
        Document after = apply((Map<String, Object>) changes, part, inserted);
        return after == null ? UNKNOWN : after == part ? SAME : after;
    }

    private static @Nullable Object after(Change change, boolean present, @Nullable Object before, boolean inserted) {
        Object value = change.value;
        return switch (change.operator) {
            case SET -> present && Objects.equals(before, value) ? SAME : value;
            case SET_ON_INSERT -> inserted ? value : SAME;
            case UNSET -> present ? GONE : SAME;
            case INC -> present ? sum(before, value) : value instanceof Number ? value : UNKNOWN;
            case MIN -> present ? extreme(before, value, -1) : value;
            case MAX -> present ? extreme(before, value, 1) : value;
        };
    }

    private static Object sum(@Nullable Object before, @Nullable Object value) {
        if (before instanceof Long one && value instanceof Long other) {
            long sum = one + other;
            boolean overflows = ((one ^ sum) & (other ^ sum)) < 0;
            return overflows ? UNKNOWN : sum == one ? SAME : (Object) sum;
        }
        return UNKNOWN;
    }

    private static Object extreme(@Nullable Object before, @Nullable Object value, int sign) {
        if (before instanceof Long one && value instanceof Long other) {
            return other.compareTo(one) * sign > 0 ? other : SAME;
        }
        if (before instanceof Decimal128 one && value instanceof Decimal128 other && isFinite(one) && isFinite(other)) {
            int compared = other.toBigDecimal().compareTo(one.toBigDecimal());
            return compared * sign > 0 ? other : SAME;
        }
        return UNKNOWN;
    }

    private static boolean isFinite(Decimal128 number) {
        return !number.equals(Decimal128.NaN)
                && !number.equals(Decimal128.POSITIVE_INFINITY)
                && !number.equals(Decimal128.NEGATIVE_INFINITY);
    }
}
