package dev.tallyworks.worker.wiring;

import dev.tallyworks.realtime.RealtimeSettings;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;

/** The settings of realtime rollups, with {@code tallyworks.realtime.} before their names. */
@ConfigMapping(prefix = "tallyworks.realtime")
interface RealtimeConfig extends RealtimeSettings {
    @Override
    @WithDefault("5m")
    Duration bufferAge();

    @Override
    @WithDefault("15m")
    Duration retention();

    @Override
    @WithDefault("1m")
    Duration clockDifference();

    @Override
    @WithDefault("30s")
    Duration queryDeadline();
}
