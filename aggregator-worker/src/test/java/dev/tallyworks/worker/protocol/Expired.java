package dev.tallyworks.worker.protocol;

import dev.tallyworks.event.Event;
import dev.tallyworks.removal.Gone;
import dev.tallyworks.removal.Leftovers;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Leftovers where only raw events are ever removed. */
@FunctionalInterface
interface Expired extends Leftovers {
    boolean remove(String source, long beforeMillis, int eventsMax);

    @Override
    default boolean removeExpired(
            String source, long incarnation, long beforeMillis, int eventsMax, @Nullable Consumer<List<Event>> taking) {
        return remove(source, beforeMillis, eventsMax);
    }

    @Override
    default boolean removeEvents(String source, long incarnation, int eventsMax) {
        throw new UnsupportedOperationException();
    }

    @Override
    default @Nullable Place removeRollups(String target, Gone gone, @Nullable Place from, int documentsMax) {
        throw new UnsupportedOperationException();
    }

    @Override
    default void removeMetadata(Gone gone) {
        throw new UnsupportedOperationException();
    }

    @Override
    default @Nullable Place readRollups(
            String collection, String aggregation, @Nullable Place from, int documentsMax, Consumer<List<String>> to) {
        throw new UnsupportedOperationException();
    }

    @Override
    default List<String> collections(String targetCollection) {
        throw new UnsupportedOperationException();
    }

    @Override
    default void drop(String collection) {
        throw new UnsupportedOperationException();
    }

    @Override
    default Set<String> cleared() {
        return Set.of();
    }

    @Override
    default void clear(String id) {
        throw new UnsupportedOperationException();
    }
}
