package dev.tallyworks.api.wiring;

import dev.tallyworks.api.definitions.SourceService;
import dev.tallyworks.api.http.Gate;
import dev.tallyworks.api.intake.Intake;
import dev.tallyworks.definition.DefinitionWatch;
import dev.tallyworks.format.FormatGuard;
import dev.tallyworks.format.Formats;
import dev.tallyworks.format.StoredFormat;
import dev.tallyworks.health.StoreProbe;
import dev.tallyworks.plugin.Hooks;
import dev.tallyworks.realtime.Heartbeat;
import dev.tallyworks.setting.UnknownSettings;
import dev.tallyworks.thread.DaemonThreads;
import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;

/** Starts what works in the background, and at the end lets it finish what it has taken. */
@ApplicationScoped
class IngestLifecycle {
    private static final Logger LOG = Logger.getLogger(IngestLifecycle.class);
    private static final long UPKEEP_SECONDS = 15;
    private static final long BEAT_MILLIS = 1_000;
    private static final Duration FORMAT_PAUSE = Duration.ofSeconds(1);

    private final Intake intake;
    private final StoreProbe probe;
    private final DefinitionWatch definitions;
    private final SourceService sources;
    private final Heartbeat heartbeat;
    private final Hooks hooks;
    private final Gate gate;
    private final FormatGuard guard;
    private final ScheduledExecutorService upkeep =
            Executors.newSingleThreadScheduledExecutor(DaemonThreads.named("upkeep"));

    IngestLifecycle(
            Intake intake,
            StoreProbe probe,
            DefinitionWatch definitions,
            SourceService sources,
            Heartbeat heartbeat,
            Hooks hooks,
            Gate gate,
            StoredFormat format) {
        this.intake = intake;
        this.probe = probe;
        this.definitions = definitions;
        this.sources = sources;
        this.heartbeat = heartbeat;
        this.hooks = hooks;
        this.gate = gate;
        this.guard =
                new FormatGuard(format, Formats.OF_THIS_RELEASE, FORMAT_PAUSE, this::begin, IngestLifecycle::refuse);
    }

    void start(@Observes StartupEvent event) {
        UnknownSettings.warn();
        hooks.engineInit("ingest-api");
        probe.start();
        guard.start();
    }

    private static void refuse(String why) {
        LOG.fatal(why);
        Quarkus.asyncExit(1);
    }

    private void begin() {
        intake.start();
        definitions.start();
        beat();
        upkeep.scheduleWithFixedDelay(this::beat, BEAT_MILLIS, BEAT_MILLIS, TimeUnit.MILLISECONDS);
        upkeep.scheduleWithFixedDelay(this::reopenSources, UPKEEP_SECONDS, UPKEEP_SECONDS, TimeUnit.SECONDS);
        gate.open();
    }

    /** Requests under way have been answered by then, or have waited for as long as the shutdown may take. */
    void stop(@Observes ShutdownEvent event) {
        guard.close();
        upkeep.shutdownNow();
        intake.close();
        hooks.close();
        probe.close();
        definitions.close();
    }

    private void beat() {
        try {
            heartbeat.run();
        } catch (RuntimeException away) {
            LOG.debug("no heartbeat: a store is away", away);
        }
    }

    private void reopenSources() {
        try {
            sources.reopenAbandoned();
        } catch (RuntimeException away) {
            LOG.debug("abandoned sources: looked for again in a moment", away);
        }
    }
}
