package dev.tallyworks.api.health;

import dev.tallyworks.health.StoreProbe;
import jakarta.enterprise.context.ApplicationScoped;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.HealthCheckResponseBuilder;
import org.eclipse.microprofile.health.Readiness;

/** Ready means: MongoDB answers. Redis may be away, as events are accepted without it. */
@Readiness
@ApplicationScoped
class StoreCheck implements HealthCheck {
    private final StoreProbe probe;

    StoreCheck(StoreProbe probe) {
        this.probe = probe;
    }

    @Override
    public HealthCheckResponse call() {
        boolean up = probe.isUp();
        HealthCheckResponseBuilder answer = HealthCheckResponse.named("mongodb").status(up);
        if (!up) {
            answer.withData("failure", probe.failure());
        }
        return answer.build();
    }
}
