package dev.tallyworks.mongo;

import dev.tallyworks.metric.Leaf;
import dev.tallyworks.metric.StoredName;
import dev.tallyworks.rollup.RollupDelta;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.bson.Document;
import org.jspecify.annotations.Nullable;

/**
 * The names that a rollup document is known to hold: numeric fields, values by categorical field, leaves, and instants by
 * boolean field. Names are never
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
    private final Set<String> leaves = new HashSet<>();
    private final Map<String, Set<String>> flags = new HashMap<>();

    /** Reads {@code {n, cat, leaf, flag}} of a document; nothing where there is none. */
    static DocumentNames of(@Nullable Document stored) {
        DocumentNames names = new DocumentNames();
        if (stored != null) {
            part(stored, RollupDocuments.VALUES).keySet().forEach(field -> names.numbers.add(unescape(field)));
            part(stored, RollupDocuments.CATEGORY).forEach((field, held) -> ((Document) held)
                    .keySet()
                    .forEach(value -> add(names.values, unescape(field), unescape(value))));
            part(stored, RollupDocuments.LEAF)
                    .values()
                    .forEach(some -> names.leaves.addAll(((Document) some).keySet()));
            part(stored, RollupDocuments.FLAG).forEach((field, held) -> ((Document) held)
                    .keySet()
                    .forEach(key -> add(names.flags, unescape(field), unescape(key))));
        }
        return names;
    }

    private static Document part(Document stored, String name) {
        Document part = stored.get(name, Document.class);
        return part == null ? new Document() : part;
    }

    private static String unescape(String stored) {
        return stored.equals(StoredName.OTHER) ? RollupDelta.OTHER : StoredName.unescape(stored);
    }

    private static void add(Map<String, Set<String>> to, String field, String value) {
        to.computeIfAbsent(field, name -> new HashSet<>()).add(value);
    }

    int count() {
        return numbers.size() + leaves.size() + count(values) + count(flags);
    }

    private static int count(Map<String, Set<String>> names) {
        return names.values().stream().mapToInt(Set::size).sum();
    }

    /** How many names a document may have for sure, whatever they are names of. */
    static int most(RollupDelta.Target target) {
        return Math.min(Math.min(FIELDS_MAX, RollupDelta.Flag.MOST), Math.min(target.valuesMax(), target.leavesMax()));
    }

    /** How many names a batch would add to a document of which nothing is known. */
    static int count(RollupDelta delta) {
        int names = delta.numbers().size() + delta.leaves().size();
        for (Map<String, ?> values : delta.flags().values()) {
            names += values.size();
        }
        for (Map<String, ?> category : delta.categories().values()) {
            names += category.size();
        }
        return names;
    }

    boolean holdsAll(RollupDelta delta) {
        return numbers.containsAll(delta.numbers().keySet())
                && leaves.containsAll(delta.leaves().keySet())
                && holdAll(values, delta.categories())
                && holdAll(flags, delta.flags());
    }

    private static <V> boolean holdAll(Map<String, Set<String>> held, Map<String, Map<String, V>> names) {
        return names.entrySet().stream().allMatch(field -> held.getOrDefault(field.getKey(), Set.of())
                .containsAll(field.getValue().keySet()));
    }

    void addAll(RollupDelta delta) {
        numbers.addAll(delta.numbers().keySet());
        leaves.addAll(delta.leaves().keySet());
        delta.categories().forEach((field, held) -> held.keySet().forEach(value -> add(values, field, value)));
        delta.flags().forEach((field, held) -> held.keySet().forEach(key -> add(flags, field, key)));
    }

    /** The delta with those of its new names that fit, in the order of the names; the rest folded into one. */
    RollupDelta limit(RollupDelta delta) {
        RollupDelta.Target target = delta.target();
        return limit(delta, new Most(FIELDS_MAX, target.valuesMax(), target.leavesMax(), RollupDelta.Flag.MOST));
    }

    /** The delta with no new names at all. */
    RollupDelta limitToKnown(RollupDelta delta) {
        return limit(delta, new Most(0, 0, 0, 0));
    }

    /** The delta with no new names, and of each categorical field just one value. */
    RollupDelta limitToKnownFields(RollupDelta delta) {
        return delta.limited(new Kept(numbers, values.keySet(), Map.of(), Set.of(), Map.of()));
    }

    /** The delta without names. */
    static RollupDelta limitToNone(RollupDelta delta) {
        return delta.limited(new Kept(Set.of(), Set.of(), Map.of(), Set.of(), Map.of()));
    }

    /** Whether no new name of the delta can be taken. */
    boolean isFullFor(RollupDelta delta) {
        boolean numbersFull = numbers.size() >= FIELDS_MAX
                || numbers.containsAll(delta.numbers().keySet());
        boolean leavesFull = areLeavesFullFor(delta);
        return numbersFull
                && leavesFull
                && areFullFor(values, delta.categories(), delta.target().valuesMax())
                && areFullFor(flags, delta.flags(), RollupDelta.Flag.MOST);
    }

    private boolean areLeavesFullFor(RollupDelta delta) {
        int most = delta.target().leavesMax();
        boolean noRoom = leaves.size() >= most + FIELDS_MAX;
        return leaves.containsAll(delta.leaves().keySet())
                || leaves.size() >= most
                        && delta.leaves().keySet().stream()
                                .allMatch(leaf ->
                                        noRoom || leaves.contains(leaf) || leaves.contains(Leaf.withoutValues(leaf)));
    }

    private static <V> boolean areFullFor(Map<String, Set<String>> held, Map<String, Map<String, V>> names, int most) {
        return names.entrySet().stream().allMatch(field -> {
            Set<String> known = held.get(field.getKey());
            return known == null
                    ? held.size() > FIELDS_MAX
                    : known.size() > most || known.containsAll(field.getValue().keySet());
        });
    }

    private record Most(int fields, int values, int leaves, int flags) {}

    private RollupDelta limit(RollupDelta delta, Most most) {
        Set<String> keptNumbers = new HashSet<>(numbers);
        delta.numbers().keySet().stream().sorted().forEach(field -> {
            if (named(keptNumbers) < most.fields) {
                keptNumbers.add(field);
            }
        });
        Set<String> keptFields = new HashSet<>(values.keySet());
        Map<String, Set<String>> keptValues = new HashMap<>();
        long[] newBytes = {0};
        delta.categories().keySet().stream().sorted().forEach(field -> {
            if (named(keptFields) < most.fields) {
                keptFields.add(field);
            }
            Set<String> kept = new HashSet<>(values.getOrDefault(field, Set.of()));
            Map<String, RollupDelta.CategoryStats> offered = delta.categories().get(field);
            offered.keySet().stream().sorted().forEach(value -> {
                if (named(kept) < most.values && newBytes[0] <= NEW_VALUES_BYTES_MAX && kept.add(value)) {
                    newBytes[0] += bytes(field.length() + value.length(), offered.get(value));
                }
            });
            keptValues.put(field, kept);
        });
        return delta.limited(new Kept(
                keptNumbers, keptFields, keptValues, limitLeaves(delta, most, newBytes), limitFlags(delta, most)));
    }

    /** Those of tuples that don't fit but have no values either are few: they have room of their own. */
    private Set<String> limitLeaves(RollupDelta delta, Most most, long[] newBytes) {
        Set<String> kept = new HashSet<>(leaves);
        Set<String> without = new TreeSet<>();
        delta.leaves().keySet().stream().sorted().forEach(leaf -> {
            if (!kept.contains(leaf)) {
                if (kept.size() < most.leaves && newBytes[0] <= NEW_VALUES_BYTES_MAX) {
                    kept.add(leaf);
                    newBytes[0] += bytes(leaf.length(), delta.leaves().get(leaf));
                } else if (most.fields > 0) {
                    without.add(Leaf.withoutValues(leaf));
                }
            }
        });
        for (String leaf : without) {
            if (kept.size() < most.leaves + most.fields && newBytes[0] <= 2 * NEW_VALUES_BYTES_MAX && kept.add(leaf)) {
                newBytes[0] += leaf.length();
            }
        }
        return kept;
    }

    private Map<String, Set<String>> limitFlags(RollupDelta delta, Most most) {
        Map<String, Set<String>> kept = new HashMap<>();
        delta.flags().forEach((field, offered) -> {
            Set<String> keys = new HashSet<>(flags.getOrDefault(field, Set.of()));
            offered.keySet().stream().sorted().forEach(key -> {
                if (named(keys) < most.flags) {
                    keys.add(key);
                }
            });
            kept.put(field, keys);
        });
        return kept;
    }

    /** About what a value takes in an update. */
    private static long bytes(int length, RollupDelta.CategoryStats stats) {
        long path = length + (long) PATH_BYTES;
        long all = path;
        for (String number : stats.sums().keySet()) {
            all += path + number.length();
        }
        return all;
    }

    private record Kept(
            Set<String> numbers,
            Set<String> fields,
            Map<String, Set<String>> values,
            Set<String> leaves,
            Map<String, Set<String>> flags)
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

        @Override
        public boolean keepsLeaf(String leaf) {
            return leaves.contains(leaf);
        }

        @Override
        public boolean keepsFlag(String field, String key) {
            return flags.getOrDefault(field, Set.of()).contains(key);
        }
    }

    private static int named(Set<String> names) {
        return names.size() - (names.contains(RollupDelta.OTHER) ? 1 : 0);
    }
}
