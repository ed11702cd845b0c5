package dev.tallyworks.api.wiring;

import dev.tallyworks.api.live.LiveSettings;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;

/** The settings of live streams, with {@code tallyworks.live.} before their names. */
@ConfigMapping(prefix = "tallyworks.live")
interface LiveConfig extends LiveSettings {
    @Override
    @WithDefault("2000")
    int viewersMax();

    @Override
    @WithDefault("200")
    int questionsMax();

    @Override
    @WithDefault("30s")
    Duration stuckAfter();

    @Override
    @WithDefault("15s")
    Duration heartbeat();
}
