package dev.tallyworks.api.health;

import dev.tallyworks.health.Eviction;
import jakarta.enterprise.context.ApplicationScoped;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.HealthCheckResponseBuilder;
import org.eclipse.microprofile.health.Readiness;

/** Not ready while Redis is one that may drop numbers unnoticed; one that is away does no harm. */
@Readiness
@ApplicationScoped
class EvictionCheck implements HealthCheck {
    private final Eviction eviction;

    EvictionCheck(Eviction eviction) {
        this.eviction = eviction;
    }

    @Override
    public HealthCheckResponse call() {
        String fault = eviction.fault();
        HealthCheckResponseBuilder answer =
                HealthCheckResponse.named("redis eviction").status(fault == null);
        if (fault != null) {
            answer.withData("failure", fault);
        }
        return answer.build();
    }
}
