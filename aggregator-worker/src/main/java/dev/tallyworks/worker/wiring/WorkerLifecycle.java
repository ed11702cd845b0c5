package dev.tallyworks.worker.wiring;

import dev.tallyworks.definition.DefinitionWatch;
import dev.tallyworks.definition.Definitions;
import dev.tallyworks.failure.OutcomeUnknown;
import dev.tallyworks.failure.Unavailable;
import dev.tallyworks.format.FormatGuard;
import dev.tallyworks.format.Formats;
import dev.tallyworks.format.StoredFormat;
import dev.tallyworks.health.StoreProbe;
import dev.tallyworks.lane.WorkerStatus;
import dev.tallyworks.lane.Workers;
import dev.tallyworks.plugin.Hooks;
import dev.tallyworks.queue.PausableJobQueue;
import dev.tallyworks.realtime.Heartbeat;
import dev.tallyworks.rollup.FlatViews;
import dev.tallyworks.setting.UnknownSettings;
import dev.tallyworks.thread.DaemonThreads;
import dev.tallyworks.worker.batch.OwnedLane;
import dev.tallyworks.worker.lease.LaneCrew;
import dev.tallyworks.worker.lease.LeaseKeeper;
import dev.tallyworks.worker.lease.StopSignal;
import dev.tallyworks.worker.rebuild.Rebuilder;
import dev.tallyworks.worker.recovery.Janitor;
import dev.tallyworks.worker.recovery.OutboxRelay;
import dev.tallyworks.worker.removal.Sweeper;
import dev.tallyworks.worker.retention.Expiry;
import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Named;
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
    /** What is kept is kept for days. */
    private static final Duration EXPIRY_PAUSE = Duration.ofSeconds(10);

    private static final Duration VIEWS_PAUSE = Duration.ofSeconds(5);

    private static final long DUTIES_GRACE_SECONDS = 2;

    private final WorkerConfig settings;
    private final WorkerIdentity identity;
    private final LaneCrew crew;
    private final LeaseKeeper keeper;
    private final Janitor janitor;
    private final OutboxRelay relay;
    private final PausableJobQueue queue;
    private final Sweeper sweeper;
    private final Rebuilder rebuilder;
    private final Expiry expiry;
    private final FlatViews views;
    private final Heartbeat realtimeHeartbeat;
    private final Workers workers;
    private final Definitions definitions;
    private final DefinitionWatch watch;
    private final MicrometerBatchMeter meter;
    private final StopSignal signal;
    private final Hooks hooks;
    private final StoreProbe mongoProbe;
    private final StoreProbe redisProbe;
    private final Clock clock;
    private final String version;
    private final FormatGuard guard;
    private final AtomicBoolean stopped = new AtomicBoolean();
    private final ScheduledExecutorService leases =
            Executors.newSingleThreadScheduledExecutor(DaemonThreads.named("leases"));
    private final ScheduledExecutorService duties = Executors.newScheduledThreadPool(7, DaemonThreads.named("duties"));

    WorkerLifecycle(
            WorkerConfig settings,
            WorkerIdentity identity,
            LaneCrew crew,
            LeaseKeeper keeper,
            Janitor janitor,
            OutboxRelay relay,
            PausableJobQueue queue,
            Sweeper sweeper,
            Rebuilder rebuilder,
            Expiry expiry,
            FlatViews views,
            Heartbeat realtimeHeartbeat,
            Workers workers,
            Definitions definitions,
            DefinitionWatch watch,
            MicrometerBatchMeter meter,
            StopSignal signal,
            Hooks hooks,
            @Named("mongodb") StoreProbe mongoProbe,
            @Named("redis") StoreProbe redisProbe,
            Clock clock,
            StoredFormat format,
            @ConfigProperty(name = "quarkus.application.version") String version) {
        this.settings = settings;
        this.identity = identity;
        this.crew = crew;
        this.keeper = keeper;
        this.janitor = janitor;
        this.relay = relay;
        this.queue = queue;
        this.sweeper = sweeper;
        this.rebuilder = rebuilder;
        this.expiry = expiry;
        this.views = views;
        this.realtimeHeartbeat = realtimeHeartbeat;
        this.workers = workers;
        this.definitions = definitions;
        this.watch = watch;
        this.meter = meter;
        this.signal = signal;
        this.hooks = hooks;
        this.mongoProbe = mongoProbe;
        this.redisProbe = redisProbe;
        this.clock = clock;
        this.version = version;
        this.guard = new FormatGuard(
                format, Formats.OF_THIS_RELEASE, settings.recoveryInterval(), this::begin, WorkerLifecycle::refuse);
    }

    void start(@Observes StartupEvent event) {
        UnknownSettings.warn();
        hooks.engineInit("aggregator-worker");
        mongoProbe.start();
        redisProbe.start();
        guard.start();
    }

    private static void refuse(String why) {
        LOG.fatal(why);
        die();
    }

    private void begin() {
        watch.start();
        crew.start(WorkerLifecycle::die);
        every(leases, settings.lease().dividedBy(4), "leases", keeper::renewAll);
        every(duties, settings.recoveryInterval(), "janitor", janitor::run);
        every(duties, settings.recoveryInterval(), "relay", relay::run);
        every(duties, settings.recoveryInterval(), "pause", queue::remind);
        every(duties, settings.recoveryInterval(), "sweeper", sweeper::run);
        every(duties, settings.recoveryInterval(), "rebuilder", rebuilder);
        every(duties, EXPIRY_PAUSE, "expiry", expiry);
        every(duties, VIEWS_PAUSE, "views", () -> views.show(definitions.refresh()));
        every(duties, Duration.ofSeconds(1), "realtime heartbeat", realtimeHeartbeat);
        every(leases, Duration.ofSeconds(2), "heartbeat", this::report);
    }

    void stop(@Observes ShutdownEvent event) {
        if (!stopped.compareAndSet(false, true)) {
            return;
        }
        guard.close();
        watch.close();
        signal.stop();
        duties.shutdown();
        crew.awaitEnd(settings.stopGrace().toMillis());
        awaitDuties(); // an adopted lane's batch ends like the others
        leases.shutdown();
        hooks.close();
        mongoProbe.close();
        redisProbe.close();
        try {
            workers.leave(identity.id());
        } catch (RuntimeException away) {
            LOG.debug("left without a word: MongoDB is away", away);
        }
    }

    private void awaitDuties() {
        try {
            duties.awaitTermination(DUTIES_GRACE_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /**
     * What has thrown an error (out of memory and the like) is not to be trusted any more: the process ends, and whoever
     * supervises it starts another.
     */
    private static void die() {
        Quarkus.asyncExit(1);
    }

    private void every(ScheduledExecutorService executor, Duration pause, String duty, Runnable task) {
        executor.scheduleWithFixedDelay(
                () -> {
                    try {
                        task.run();
                    } catch (Unavailable | OutcomeUnknown away) {
                        LOG.debugf(away, "%s: tried again in %s", duty, pause);
                    } catch (RuntimeException fault) {
                        LOG.errorf(fault, "%s failed; tried again in %s", duty, pause);
                    } catch (Error fatal) {
                        LOG.errorf(fatal, "%s died", duty);
                        die();
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
