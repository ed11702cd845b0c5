package dev.tallyworks.metadata;

import java.util.Collections;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;

/** Names, and the first and last of some instants. Only ever grows. Not thread-safe. */
public final class Facts {
    private final Map<NameKind, Set<String>> names = new EnumMap<>(NameKind.class);
    private long firstMillis = Long.MAX_VALUE;
    private long lastMillis = Long.MIN_VALUE;

    public Facts add(NameKind kind, String name) {
        names.computeIfAbsent(kind, of -> new HashSet<>()).add(name);
        return this;
    }

    /** Takes in an instant, epoch milliseconds. */
    public Facts cover(long millis) {
        firstMillis = Math.min(firstMillis, millis);
        lastMillis = Math.max(lastMillis, millis);
        return this;
    }

    public Facts addAll(Facts more) {
        more.forEachName(this::add);
        if (more.hasInstants()) {
            cover(more.firstMillis);
            cover(more.lastMillis);
        }
        return this;
    }

    public Set<String> names(NameKind kind) {
        return Collections.unmodifiableSet(names.getOrDefault(kind, Set.of()));
    }

    public void forEachName(BiConsumer<NameKind, String> to) {
        names.forEach((kind, all) -> all.forEach(name -> to.accept(kind, name)));
    }

    public boolean has(NameKind kind, String name) {
        Set<String> all = names.get(kind);
        return all != null && all.contains(name);
    }

    public boolean hasInstants() {
        return firstMillis <= lastMillis;
    }

    /** Epoch milliseconds; {@link Long#MAX_VALUE} where there is no instant. */
    public long firstMillis() {
        return firstMillis;
    }

    /** Epoch milliseconds; {@link Long#MIN_VALUE} where there is no instant. */
    public long lastMillis() {
        return lastMillis;
    }

    public boolean isEmpty() {
        return names.isEmpty() && !hasInstants();
    }

    @Override
    public String toString() {
        return "Facts" + names + (hasInstants() ? " " + firstMillis + ".." + lastMillis : "");
    }
}
