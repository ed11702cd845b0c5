package dev.tallyworks.removal;

import dev.tallyworks.event.Event;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What deleted definitions leave behind in the stores, and what has expired. What is left behind is removed document by document,
 * by what it is of, never a collection whole: its name may be in use again, also by the time that a process which was held up
 * gets to it. Each call is bounded and may be repeated; failures as in {@link dev.tallyworks.event.RawEvents}.
 */
public interface Leftovers {
    /** @return whether there may be more */
    boolean removeEvents(String source, long incarnation, int eventsMax);

    /**
     * Reads on through the collections of a target, and removes what is of the one that is gone.
     *
     * @param from where the call before ended, null to begin
     * @param documentsMax to read
     * @return where to read on, or null at the end
     */
    @Nullable
    Place removeRollups(String targetCollection, Gone gone, @Nullable Place from, int documentsMax);

    /** Removes the metadata, all at once: they are few. */
    void removeMetadata(Gone gone);

    /**
     * Removes events that are aggregated, and older than an instant, epoch milliseconds; never pending or dead ones.
     *
     * @param taking is given them before they are removed, and keeps them by throwing; null where nobody wants them
     * @return whether there may be more
     */
    boolean removeExpired(
            String source, long incarnation, long beforeMillis, int eventsMax, @Nullable Consumer<List<Event>> taking);

    /**
     * Reads on through the rollups of an aggregation in one collection.
     *
     * @param from where the call before ended, null to begin
     * @param to is given them as relaxed extended JSON
     * @return where to read on, or null at the end
     */
    @Nullable
    Place readRollups(
            String collection, String aggregation, @Nullable Place from, int documentsMax, Consumer<List<String>> to);

    /** The collections of a target that there are: itself, its partitions, and those of its coarser levels. */
    List<String> collections(String targetCollection);

    /** Drops a collection whole, whatever is in it: for partitions that are closed. */
    void drop(String collection);

    /** What was {@link #clear cleared}. */
    Set<String> cleared();

    /**
     * Remembers, for all processes, that numbers are all removed.
     *
     * @param id of a deleted aggregation, or of numbers that a rebuild put out of force
     */
    void clear(String id);

    /** After this document of this collection. */
    record Place(String collection, String afterId) {}
}
