package dev.tallyworks.worker.wiring;

import dev.tallyworks.realtime.RealtimeWindow;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;

/** For how long realtime rollups stand in for stored ones; the same in all processes. */
@ConfigMapping(prefix = "tallyworks.realtime")
interface RealtimeConfig {
    /** Answers take what is younger from the realtime rollups, whatever is aggregated. */
    @WithDefault("5m")
    Duration bufferAge();

    /** How far back realtime rollups reach: at least the buffer's age. */
    @WithDefault("15m")
    Duration retention();

    /** How far the clocks of two processes may be apart. */
    @WithDefault("1m")
    Duration clockDifference();

    /** After this a query is given up. */
    @WithDefault("30s")
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
