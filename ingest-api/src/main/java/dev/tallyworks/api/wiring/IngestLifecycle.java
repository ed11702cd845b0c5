package dev.tallyworks.api.wiring;

import dev.tallyworks.api.health.StoreProbe;
import dev.tallyworks.api.intake.Intake;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;

/** Starts what works in the background, and at the end lets it finish what it has taken. */
@ApplicationScoped
class IngestLifecycle {
    private final Intake intake;
    private final StoreProbe probe;

    IngestLifecycle(Intake intake, StoreProbe probe) {
        this.intake = intake;
        this.probe = probe;
    }

    void start(@Observes StartupEvent event) {
        intake.start();
        probe.start();
    }

    /** Requests under way have been answered by then, or have waited for as long as the shutdown may take. */
    void stop(@Observes ShutdownEvent event) {
        intake.close();
        probe.close();
    }
}
