package dev.tallyworks.worker.health;

import dev.tallyworks.definition.Definitions;
import dev.tallyworks.queue.JobQueue;
import jakarta.enterprise.context.ApplicationScoped;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.HealthCheckResponseBuilder;
import org.eclipse.microprofile.health.Readiness;

/** Ready means: MongoDB and Redis answer, now. */
@Readiness
@ApplicationScoped
class StoresCheck implements HealthCheck {
    private final Definitions definitions;
    private final JobQueue queue;

    StoresCheck(Definitions definitions, JobQueue queue) {
        this.definitions = definitions;
        this.queue = queue;
    }

    @Override
    public HealthCheckResponse call() {
        HealthCheckResponseBuilder answer = HealthCheckResponse.named("stores");
        boolean mongo = answers(definitions::refresh, "mongodb", answer);
        boolean redis = answers(queue::state, "redis", answer);
        return answer.status(mongo && redis).build();
    }

    private static boolean answers(Runnable question, String store, HealthCheckResponseBuilder answer) {
        try {
            question.run();
            answer.withData(store, "up");
            return true;
        } catch (RuntimeException away) {
            answer.withData(store, String.valueOf(away.getMessage()));
            return false;
        }
    }
}
