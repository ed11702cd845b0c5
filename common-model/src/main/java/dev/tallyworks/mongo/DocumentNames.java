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
 * removed from a document, so what is known stays true, but there may be more. Decides which new ones fit. Not thread-safe.
 */
final class DocumentNames {
    /** Numeric fields, and categorical fields, of a document at most. */
    static final int FIELDS_MAX = 1_000;

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

    /** Whether every new name of the delta is of a field that can take none. */
    boolean isFullFor(RollupDelta delta) {
        boolean numbersFull = numbers.size() >= FIELDS_MAX
                || numbers.containsAll(delta.numbers().keySet());
        return numbersFull
                && delta.categories().entrySet().stream().allMatch(category -> {
                    Set<String> held = values.getOrDefault(category.getKey(), Set.of());
                    return held.size() > delta.target().valuesMax()
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
        Map<String, Set<String>> keptValues = new HashMap<>();
        int[] fields = {values.size()};
        delta.categories().keySet().stream().sorted().forEach(field -> {
            Set<String> held = values.get(field);
            Set<String> kept = held == null ? new HashSet<>() : new HashSet<>(held);
            boolean fieldFits = held != null || fields[0]++ < fieldsMax;
            delta.categories().get(field).keySet().stream().sorted().forEach(value -> {
                if (fieldFits && named(kept) < valuesMax) {
                    kept.add(value);
                }
            });
            keptValues.put(field, kept);
        });
        return delta.limited(new RollupDelta.Names() {
            @Override
            public boolean keepsNumber(String field) {
                return keptNumbers.contains(field);
            }

            @Override
            public boolean keepsValue(String field, String value) {
                return keptValues.getOrDefault(field, Set.of()).contains(value);
            }
        });
    }

    private static int named(Set<String> names) {
        return names.size() - (names.contains(RollupDelta.OTHER) ? 1 : 0);
    }
}
