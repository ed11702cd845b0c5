package dev.tallyworks.worker.wiring;

import dev.tallyworks.definition.DefinitionWatch;
import dev.tallyworks.definition.Definitions;
import dev.tallyworks.lane.WorkerStatus;
import dev.tallyworks.lane.Workers;
import dev.tallyworks.worker.batch.OwnedLane;
import dev.tallyworks.worker.lease.LaneCrew;
import dev.tallyworks.worker.lease.LeaseKeeper;
import dev.tallyworks.worker.recovery.Janitor;
import dev.tallyworks.worker.recovery.OutboxRelay;
import dev.tallyworks.worker.removal.Sweeper;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jboss.logging.Logger;

/** Starts the batch loops and the duties beside them, and stops them in the order in which nothing is left lying. */
@ApplicationScoped
class WorkerLifecycle {
    private static final Logger LOG = Logger.getLogger(WorkerLifecycle.class);
    private static final Duration FORGOTTEN_AFTER = Duration.ofMinutes(5);

    private final WorkerConfig settings;
    private final WorkerIdentity identity;
    private final LaneCrew crew;
    private final LeaseKeeper keeper;
    private final Janitor janitor;
    private final OutboxRelay relay;
    private final Sweeper sweeper;
    private final Workers workers;
    private final Definitions definitions;
    private final DefinitionWatch watch;
    private final MicrometerBatchMeter meter;
    private final Clock clock;
    private final String version;
    private final AtomicBoolean stopped = new AtomicBoolean();
    private final ScheduledExecutorService leases = Executors.newSingleThreadScheduledExecutor(named("leases"));
    private final ScheduledExecutorService duties = Executors.newScheduledThreadPool(3, named("duties"));

    WorkerLifecycle(
            WorkerConfig settings,
            WorkerIdentity identity,
            LaneCrew crew,
            LeaseKeeper keeper,
            Janitor janitor,
            OutboxRelay relay,
            Sweeper sweeper,
            Workers workers,
            Definitions definitions,
            DefinitionWatch watch,
            MicrometerBatchMeter meter,
            Clock clock,
            @ConfigProperty(name = "quarkus.application.version") String version) {
        this.settings = settings;
        this.identity = identity;
        this.crew = crew;
        this.keeper = keeper;
        this.janitor = janitor;
        this.relay = relay;
        this.sweeper = sweeper;
        this.workers = workers;
        this.definitions = definitions;
        this.watch = watch;
        this.meter = meter;
        this.clock = clock;
        this.version = version;
    }

    private static java.util.concurrent.ThreadFactory named(String name) {
        return task -> {
            Thread thread = new Thread(task, name);
            thread.setDaemon(true);
            return thread;
        };
    }

    void start(@Observes StartupEvent event) {
        watch.start();
        crew.start();
        every(leases, settings.lease().dividedBy(4), "leases", keeper::renewAll);
        every(duties, settings.recoveryInterval(), "janitor", janitor::run);
        every(duties, settings.recoveryInterval(), "relay", relay::run);
        every(duties, settings.recoveryInterval(), "sweeper", sweeper::run);
        every(leases, Duration.ofSeconds(2), "heartbeat", this::report);
    }

    void stop(@Observes ShutdownEvent event) {
        if (!stopped.compareAndSet(false, true)) {
            return;
        }
        watch.close();
        duties.shutdown();
        crew.stop(settings.stopGrace().toMillis());
        leases.shutdown();
        try {
            workers.leave(identity.id());
        } catch (RuntimeException away) {
            LOG.debug("left without a word: MongoDB is away", away);
        }
    }

    private void every(ScheduledExecutorService executor, Duration pause, String duty, Runnable task) {
        executor.scheduleWithFixedDelay(
                () -> {
                    try {
                        task.run();
                    } catch (RuntimeException failed) {
                        LOG.debugf(failed, "%s: tried again in %s", duty, pause);
                    } catch (Error fault) {
                        LOG.errorf(fault, "%s failed", duty);
                    }
                },
                0,
                pause.toMillis(),
                TimeUnit.MILLISECONDS);
    }

    private void report() {
        long now = clock.millis();
        workers.report(new WorkerStatus(
                identity.id(),
                version,
                identity.startedAtMillis(),
                now,
                keeper.held().stream().map(OwnedLane::id).sorted().toList(),
                meter.inFlight(),
                meter.processed(),
                meter.failed(),
                definitions.known().version()));
        workers.forgetBefore(now - FORGOTTEN_AFTER.toMillis());
    }
}
