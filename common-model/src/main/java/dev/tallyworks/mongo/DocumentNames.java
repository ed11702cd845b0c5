package dev.tallyworks.mongo;

import dev.tallyworks.metric.StoredName;
import dev.tallyworks.rollup.RollupDelta;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.bson.Document;
import org.jspecify.annotations.Nullable;

/**
 * The names that a rollup document is known to hold: numeric fields, and values by categorical field. Names are never
 * removed from a document but where it became too large, so what is known is there, but there may be more. Decides which new ones fit. Not thread-safe.
 */
final class DocumentNames {
    /** Numeric fields, and categorical fields, of a document at most. */
    static final int FIELDS_MAX = 1_000;

    /** What the new values of one update may take of it. */
    private static final long NEW_VALUES_BYTES_MAX = 6 << 20;
    /** Of a path's other parts, and its number. */
    private static final int PATH_BYTES = 30;

    private final Set<String> numbers = new HashSet<>();
    private final Map<String, Set<String>> values = new HashMap<>();

    /** Reads {@code {n, cat}} of a document; nothing where there is none. */
    static DocumentNames of(@Nullable Document stored) {
        DocumentNames names = new DocumentNames();
        if (stored != null) {
            Document numbers = stored.get(RollupDocuments.VALUES, Document.class);
            if (numbers != null) {
                numbers.keySet().forEach(field -> names.numbers.add(unescape(field)));
            }
            Document categories = stored.get(RollupDocuments.CATEGORY, Document.class);
            if (categories != null) {
                categories.forEach((field, held) ->
                        ((Document) held).keySet().forEach(value -> names.addValue(unescape(field), unescape(value))));
            }
        }
        return names;
    }

    private static String unescape(String stored) {
        return stored.equals(StoredName.OTHER) ? RollupDelta.OTHER : StoredName.unescape(stored);
    }

    private void addValue(String field, String value) {
        values.computeIfAbsent(field, name -> new HashSet<>()).add(value);
    }

    long count() {
        return numbers.size() + values.values().stream().mapToLong(Set::size).sum();
    }

    /** How many names a batch would add to a document of which nothing is known. */
    static int count(RollupDelta delta) {
        int names = delta.numbers().size();
        for (Map<String, ?> category : delta.categories().values()) {
            names += category.size();
        }
        return names;
    }

    boolean holdsAll(RollupDelta delta) {
        return numbers.containsAll(delta.numbers().keySet())
                && delta.categories().entrySet().stream()
                        .allMatch(category -> values.getOrDefault(category.getKey(), Set.of())
                                .containsAll(category.getValue().keySet()));
    }

    void addAll(RollupDelta delta) {
        numbers.addAll(delta.numbers().keySet());
        delta.categories().forEach((field, held) -> held.keySet().forEach(value -> addValue(field, value)));
    }

    /** The delta with those of its new names that fit, in the order of the names; the rest folded into one. */
    RollupDelta limit(RollupDelta delta) {
        return limit(delta, FIELDS_MAX, delta.target().valuesMax());
    }

    /** The delta with no new names at all. */
    RollupDelta limitToKnown(RollupDelta delta) {
        return limit(delta, 0, 0);
    }

    /** The delta with no new names, and of each categorical field just one value. */
    RollupDelta limitToKnownFields(RollupDelta delta) {
        return delta.limited(new Kept(numbers, values.keySet(), Map.of()));
    }

    /** The delta without names. */
    static RollupDelta limitToNone(RollupDelta delta) {
        return delta.limited(new Kept(Set.of(), Set.of(), Map.of()));
    }

    /** Whether no new name of the delta can be taken. */
    boolean isFullFor(RollupDelta delta) {
        boolean numbersFull = numbers.size() >= FIELDS_MAX
                || numbers.containsAll(delta.numbers().keySet());
        return numbersFull
                && delta.categories().entrySet().stream().allMatch(category -> {
                    Set<String> held = values.get(category.getKey());
                    return held == null
                            ? values.size() > FIELDS_MAX
                            : held.size() > delta.target().valuesMax()
                                    || held.containsAll(category.getValue().keySet());
                });
    }

    private RollupDelta limit(RollupDelta delta, int fieldsMax, int valuesMax) {
        Set<String> keptNumbers = new HashSet<>(numbers);
        delta.numbers().keySet().stream().sorted().forEach(field -> {
            if (named(keptNumbers) < fieldsMax) {
                keptNumbers.add(field);
            }
        });
        Set<String> keptFields = new HashSet<>(values.keySet());
        Map<String, Set<String>> keptValues = new HashMap<>();
        long[] newBytes = {0};
        delta.categories().keySet().stream().sorted().forEach(field -> {
            if (named(keptFields) < fieldsMax) {
                keptFields.add(field);
            }
            Set<String> kept = new HashSet<>(values.getOrDefault(field, Set.of()));
            Map<String, RollupDelta.CategoryStats> offered = delta.categories().get(field);
            offered.keySet().stream().sorted().forEach(value -> {
                if (named(kept) < valuesMax && newBytes[0] <= NEW_VALUES_BYTES_MAX && kept.add(value)) {
                    newBytes[0] += bytes(field, value, offered.get(value));
                }
            });
            keptValues.put(field, kept);
        });
        return delta.limited(new Kept(keptNumbers, keptFields, keptValues));
    }

    /** About what a value takes in an update. */
    private static long bytes(String field, String value, RollupDelta.CategoryStats stats) {
        long path = field.length() + (long) value.length() + PATH_BYTES;
        long all = path;
        for (String number : stats.sums().keySet()) {
            all += path + number.length();
        }
        return all;
    }

    private record Kept(Set<String> numbers, Set<String> fields, Map<String, Set<String>> values)
            implements RollupDelta.Names {
        @Override
        public boolean keepsNumber(String field) {
            return numbers.contains(field);
        }

        @Override
        public boolean keepsField(String field) {
            return fields.contains(field);
        }

        @Override
        public boolean keepsValue(String field, String value) {
            return values.getOrDefault(field, Set.of()).contains(value);
        }
    }

    private static int named(Set<String> names) {
        return names.size() - (names.contains(RollupDelta.OTHER) ? 1 : 0);
    }
}
