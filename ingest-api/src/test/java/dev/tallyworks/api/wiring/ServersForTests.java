package dev.tallyworks.api.wiring;

import dev.tallyworks.servers.Servers;
import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import java.util.Map;

/** Runs the application on {@link Servers}, in a database and a namespace of its own. */
public final class ServersForTests implements QuarkusTestResourceLifecycleManager {
    @Override
    public Map<String, String> start() {
        return Map.of(
                "quarkus.mongodb.connection-string", Servers.mongoUrl(Servers.freshDatabaseName()),
                "quarkus.redis.hosts", Servers.redisUrl(),
                "tallyworks.redis-namespace", Servers.freshNamespace(),
                "quarkus.http.test-port", "0");
    }

    @Override
    public void stop() {
        // The servers live as long as the process.
    }
}
