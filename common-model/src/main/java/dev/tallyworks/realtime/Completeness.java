package dev.tallyworks.realtime;

/**
 * From which instant on the realtime rollups have missed nothing, as far as their own store can't know it: kept in the store
 * of the events, and only ever moved ahead. Failures as in {@link dev.tallyworks.event.RawEvents}.
 */
public interface Completeness {
    /** Epoch milliseconds; 0 where nothing was ever missed. */
    long sinceMillis();

    /** Moves it ahead, or leaves it where it is further already. Durable when it returns. */
    void moveTo(long sinceMillis);
}
