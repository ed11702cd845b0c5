package dev.tallyworks.realtime;

import java.time.Duration;

/** For how long realtime rollups stand in for stored ones; the same in all processes. Defaults stand with each mapping. */
public interface RealtimeSettings {
    /** Answers take what is younger from the realtime rollups, whatever is aggregated. */
    Duration bufferAge();

    /** How far back realtime rollups reach: at least the buffer's age. */
    Duration retention();

    /** How far the clocks of two processes may be apart. */
    Duration clockDifference();

    /** After this a query is given up. */
    Duration queryDeadline();

    default RealtimeWindow window() {
        return new RealtimeWindow(
                bufferAge().toMillis(),
                retention().toMillis(),
                RealtimeWindow.DEFAULT.futureMillis(),
                clockDifference().toMillis(),
                queryDeadline().toMillis());
    }
}
