package dev.tallyworks.worker.health;

import dev.tallyworks.health.StoreProbe;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Named;
import java.util.List;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.HealthCheckResponseBuilder;
import org.eclipse.microprofile.health.Readiness;

/** Ready means: MongoDB and Redis answer. */
@Readiness
@ApplicationScoped
class StoresCheck implements HealthCheck {
    private final List<StoreProbe> probes;

    StoresCheck(@Named("mongodb") StoreProbe mongo, @Named("redis") StoreProbe redis) {
        this.probes = List.of(mongo, redis);
    }

    @Override
    public HealthCheckResponse call() {
        HealthCheckResponseBuilder answer = HealthCheckResponse.named("stores");
        boolean ready = true;
        for (StoreProbe probe : probes) {
            boolean up = probe.isUp();
            answer.withData(probe.store(), up ? "up" : probe.failure());
            ready &= up;
        }
        return answer.status(ready).build();
    }
}
