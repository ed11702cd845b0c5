package dev.tallyworks.removal;

import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What deleted definitions leave behind in the stores. Removes documents one by one by what they are of, never a collection
 * whole: its name may be in use again, also by the time that a process which was held up gets to it. Each call is bounded and
 * may be repeated; failures as in {@link dev.tallyworks.event.RawEvents}.
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
