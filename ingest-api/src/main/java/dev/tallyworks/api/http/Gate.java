package dev.tallyworks.api.http;

import io.quarkus.runtime.ShutdownDelayInitiatedEvent;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/**
 * Lets nothing in before the process may work on the stored data. Once it is told to end, every answer asks its client to close
 * the connection and come back on another, which leads to another process: so hardly any connection is left to be cut when this
 * one ends. After a while requests are not taken any more, as the process would not end as long as there is one.
 */
@ApplicationScoped
public class Gate {
    /** Before every other route. */
    private static final int ORDER = Integer.MIN_VALUE;

    private static final String PROBES = "/q/";

    private final Duration farewell;
    private volatile boolean open;
    private volatile boolean leaving;
    private volatile long leavingSinceNanos;

    Gate(@ConfigProperty(name = "quarkus.shutdown.delay") Duration farewell) {
        this.farewell = farewell;
    }

    void listen(@Observes Router router) {
        router.route().order(ORDER).handler(this::answer);
    }

    /** From now on requests are taken. */
    public void open() {
        open = true;
    }

    void leave(@Observes ShutdownDelayInitiatedEvent event) {
        leavingSinceNanos = System.nanoTime();
        leaving = true;
    }

    private void answer(RoutingContext context) {
        if (leaving) {
            context.response().putHeader(HttpHeaders.CONNECTION, HttpHeaders.CLOSE);
        }
        if (context.request().path().startsWith(PROBES)) {
            context.next();
        } else if (!open) {
            refuse(context, "MongoDB has not answered yet since this process began; try again in a moment.");
        } else if (leaving && System.nanoTime() - leavingSinceNanos > farewell.toNanos()) {
            refuse(context, "This process is ending; try again, another will answer.");
        } else {
            context.next();
        }
    }

    private static void refuse(RoutingContext context, String why) {
        Map<String, Object> problem = ProblemMapper.body(ProblemKind.UNAVAILABLE, why, List.of(), Map.of());
        context.response()
                .setStatusCode(ProblemKind.UNAVAILABLE.status())
                .putHeader(HttpHeaders.CONTENT_TYPE, ProblemMapper.MEDIA_TYPE)
                .putHeader(HttpHeaders.RETRY_AFTER, "1")
                .end(new JsonObject(problem).encode());
    }
}
