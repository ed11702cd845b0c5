package dev.tallyworks.plugin;

import dev.tallyworks.event.Event;
import java.util.List;

/**
 * Takes data to somewhere else before retention removes them for good: those of sources and aggregations whose {@code
 * retention.offloader} is its {@link #name()}. What a call was given is removed some time after it returned; where it throws, or
 * takes longer than a minute, all stays, and is tried again. The same may be given more than once, by several workers too.
 */
public interface Offloader extends Plugin {
    /** @param events of the source, oldest first, all of them counted */
    void offloadEvents(String source, List<Event> events);

    /**
     * @param aggregation id
     * @param partition the collection that they are stored in
     * @param rollups documents as they are stored, as relaxed extended JSON
     */
    void offloadRollups(String aggregation, String partition, List<String> rollups);
}
