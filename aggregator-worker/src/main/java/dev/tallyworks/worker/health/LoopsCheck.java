package dev.tallyworks.worker.health;

import dev.tallyworks.worker.lease.LaneCrew;
import dev.tallyworks.worker.lease.WorkerSettings;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.concurrent.TimeUnit;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Liveness;

/**
 * Live means: no batch loop is stuck beyond its lease. An outage of a store does not count, as the loops go on trying; a
 * loop that does nothing at all any more is only helped by a restart.
 */
@Liveness
@ApplicationScoped
class LoopsCheck implements HealthCheck {
    private final LaneCrew crew;
    private final WorkerSettings settings;

    LoopsCheck(LaneCrew crew, WorkerSettings settings) {
        this.crew = crew;
        this.settings = settings;
    }

    @Override
    public HealthCheckResponse call() {
        long stalledNanos = crew.stalledNanos();
        return HealthCheckResponse.named("batch loops")
                .status(stalledNanos <= settings.lease().toNanos())
                .withData("stalledMillis", TimeUnit.NANOSECONDS.toMillis(stalledNanos))
                .build();
    }
}
