package dev.tallyworks.api.wiring;

import dev.tallyworks.api.admin.AdminSettings;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;

/** The settings of what administrators do, with {@code tallyworks.admin.} before their names. */
@ConfigMapping(prefix = "tallyworks.admin")
interface AdminConfig extends AdminSettings {
    @Override
    @WithDefault("400d")
    Duration logRetention();
}
