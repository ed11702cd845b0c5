package dev.tallyworks.api.wiring;

import dev.tallyworks.servers.Servers;
import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Runs the application on {@link Servers}, in a database and a namespace of its own; and beside it the native executable, where
 * that is what is asked.
 */
public final class ServersForTests implements QuarkusTestResourceLifecycleManager {
    private @Nullable NativeIngest executable;

    @Override
    public Map<String, String> start() {
        Map<String, String> settings = new HashMap<>(Map.of(
                "quarkus.mongodb.connection-string", Servers.mongoUrl(Servers.freshDatabaseName()),
                "quarkus.redis.hosts", Servers.redisUrl(),
                "tallyworks.redis-namespace", Servers.freshNamespace()));
        if (NativeIngest.isTested()) {
            executable = NativeIngest.start(settings);
        }
        settings.put("quarkus.http.test-port", "0");
        return settings;
    }

    @Override
    public void stop() {
        if (executable != null) {
            executable.close();
        }
        // The servers live as long as the process.
    }
}
