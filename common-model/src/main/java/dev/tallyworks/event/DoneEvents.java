package dev.tallyworks.event;

import dev.tallyworks.time.TimeRange;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The events that batches of older definitions have aggregated, in the order of their timestamps. Once no such batch is under way
 * there will never be another one, so a stretch of them holds the same events whenever it is read. Failures as in {@link
 * RawEvents}.
 */
public interface DoneEvents {
    /**
     * Which events of a source.
     *
     * @param types only these; empty for all
     * @param batchVersion only those aggregated by a batch of an older version of the definitions
     */
    record Selected(String source, long incarnation, Collection<String> types, TimeRange range, long batchVersion) {}

    /** A place in the order of timestamps and uuids. */
    record Position(long timestampMillis, String uuid) {}

    /**
     * Where a stretch ends that passes over so many recorded events, of whatever kind.
     *
     * @param after where it begins, null at the start of the range
     * @return null where the range ends first
     */
    @Nullable
    Position end(Selected selected, @Nullable Position after, int eventsMax);

    /** How many there are after a position, up to another; null stands for the range's start and end. */
    long count(Selected selected, @Nullable Position after, @Nullable Position upTo);

    /**
     * Reads a stretch in order.
     *
     * @param bytesMax after so many it ends early, but not before one event
     */
    Stretch read(Selected selected, @Nullable Position after, @Nullable Position upTo, long bytesMax);

    /** @param whole whether it did not end early */
    record Stretch(List<Event> events, boolean whole) {}
}
