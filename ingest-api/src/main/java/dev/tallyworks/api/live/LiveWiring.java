package dev.tallyworks.api.live;

import dev.tallyworks.api.query.QueryService;
import dev.tallyworks.definition.Definitions;
import dev.tallyworks.realtime.ChangeNews;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.time.Clock;

/** Produces the streams of this package, and ends them before the process waits for requests under way. */
@ApplicationScoped
class LiveWiring {
    private final Thread atExit;
    private final Live live;

    LiveWiring(Live live) {
        this.live = live;
        this.atExit = new Thread(live::close, "live-end");
    }

    @Produces
    @Singleton
    static Live live(
            QueryService queries,
            Definitions definitions,
            ChangeNews news,
            LiveSettings settings,
            MeterRegistry registry,
            Clock clock) {
        return new Live(
                (question, start, now) -> question.ask(queries, start, now),
                definitions,
                news,
                settings,
                registry,
                clock);
    }

    // The framework tells of its end only when requests have had their time, and streams would use it up.
    void start(@Observes StartupEvent event) {
        Runtime.getRuntime().addShutdownHook(atExit);
    }

    void stop(@Observes ShutdownEvent event) {
        try {
            Runtime.getRuntime().removeShutdownHook(atExit);
        } catch (IllegalStateException exiting) {
            return; // it runs
        }
        live.close();
    }
}
