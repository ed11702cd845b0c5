package dev.tallyworks.api.live;

import dev.tallyworks.api.query.MovingQuestion;
import dev.tallyworks.definition.Definitions;
import dev.tallyworks.definition.Snapshot;
import dev.tallyworks.failure.Unavailable;
import dev.tallyworks.realtime.ChangeNews;
import dev.tallyworks.thread.DaemonThreads;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Clock;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * All live streams of this process. Equal questions are asked once for all who view them, when news say that something may
 * have changed, and now and then.
 *
 * <pre>
 * news ──▶ broadcast of a question ── asks ──▶ what changed ──▶ viewer, viewer, viewer
 * </pre>
 */
public final class Live implements AutoCloseable {
    private static final Logger LOG = Logger.getLogger(Live.class);
    private static final long TICK_MILLIS = 100;
    private static final int ASKING_THREADS = 4;
    private static final long JOIN_SECONDS = 25;

    private final Broadcast.Asking asking;
    private final Definitions definitions;
    private final ChangeNews news;
    private final LiveSettings settings;
    private final Clock clock;
    private final Counter asked;
    private final Counter dropped;
    private final Map<MovingQuestion, Broadcast> broadcasts = new HashMap<>();
    private final ScheduledExecutorService ticking =
            Executors.newSingleThreadScheduledExecutor(DaemonThreads.named("live-ticks"));
    private final ExecutorService threads = Executors.newFixedThreadPool(ASKING_THREADS, DaemonThreads.named("live"));
    private final Map<Viewer, Optional<MovingQuestion>> viewers = new HashMap<>();
    private boolean listening;
    private volatile boolean closed;

    Live(
            Broadcast.Asking asking,
            Definitions definitions,
            ChangeNews news,
            LiveSettings settings,
            MeterRegistry registry,
            Clock clock) {
        this.asking = asking;
        this.definitions = definitions;
        this.news = news;
        this.settings = settings;
        this.clock = clock;
        this.asked = Counter.builder("tallyworks.live.asked")
                .description("Questions that were asked for live streams")
                .register(registry);
        this.dropped = Counter.builder("tallyworks.live.dropped")
                .description("Viewers that took nothing for too long")
                .register(registry);
        Gauge.builder("tallyworks.live.viewers", this, Live::countViewers)
                .description("Open live streams")
                .register(registry);
        ticking.scheduleWithFixedDelay(this::tick, TICK_MILLIS, TICK_MILLIS, TimeUnit.MILLISECONDS);
    }

    private synchronized int countViewers() {
        return viewers.size();
    }

    /**
     * Lets a viewer in, without keeping a thread waiting. It must leave, whatever becomes of it.
     *
     * @param reading makes the question of the request; it may take as long as a store does
     * @param sinceMillis the id of the last update that it was told; null where it is new
     * @return done when it has its first update; fails with {@link Unavailable} where there are too many, or nothing answers,
     *     else as reading and asking do
     */
    CompletionStage<Viewer> join(Supplier<MovingQuestion> reading, Viewer viewer, @Nullable Long sinceMillis) {
        synchronized (this) {
            if (closed || viewers.size() >= settings.viewersMax()) {
                return CompletableFuture.failedFuture(tooMany());
            }
            viewers.put(viewer, Optional.empty());
        }
        try {
            return CompletableFuture.supplyAsync(reading, threads)
                    .thenCompose(question -> join(question, viewer, sinceMillis))
                    .thenApply(joined -> viewer)
                    .orTimeout(JOIN_SECONDS, TimeUnit.SECONDS);
        } catch (RejectedExecutionException closing) {
            return CompletableFuture.failedFuture(tooMany());
        }
    }

    private CompletableFuture<Void> join(MovingQuestion question, Viewer viewer, @Nullable Long sinceMillis) {
        Broadcast broadcast;
        CompletableFuture<Void> joined;
        synchronized (this) {
            if (!viewers.containsKey(viewer)) {
                return CompletableFuture.failedFuture(new CancellationException("left already"));
            }
            if (!broadcasts.containsKey(question) && broadcasts.size() >= settings.questionsMax()) {
                return CompletableFuture.failedFuture(tooMany());
            }
            if (!listening) {
                listening = true;
                news.listen(this::heard);
            }
            viewers.put(viewer, Optional.of(question));
            broadcast = broadcasts.computeIfAbsent(question, of -> new Broadcast(of, asking, clock, System::nanoTime));
            joined = broadcast.join(viewer, sinceMillis);
        }
        askIfDue(broadcast);
        return joined;
    }

    private static Unavailable tooMany() {
        return new Unavailable("too many live streams", new IllegalStateException("as many as are allowed"));
    }

    /** For each viewer that joined, or tried to, at least once. */
    synchronized void leave(Viewer viewer) {
        Optional<MovingQuestion> question = viewers.remove(viewer);
        Broadcast broadcast =
                question == null ? null : question.map(broadcasts::get).orElse(null);
        if (broadcast != null) {
            broadcast.leave(viewer);
            if (broadcast.isDeserted()) {
                broadcasts.remove(question);
            }
        }
    }

    private synchronized List<Broadcast> broadcasts() {
        return List.copyOf(broadcasts.values());
    }

    private void heard(Set<String> sources) {
        Snapshot known = definitions.known();
        broadcasts().forEach(broadcast -> broadcast.heard(sources, known));
    }

    private void askIfDue(Broadcast broadcast) {
        if (broadcast.begin()) {
            asked.increment();
            try {
                threads.execute(broadcast::ask);
            } catch (RejectedExecutionException closing) {
                LOG.debug("live: no more questions", closing);
            }
        }
    }

    private void tick() {
        try {
            for (Broadcast broadcast : broadcasts()) {
                askIfDue(broadcast);
                for (Viewer viewer : broadcast.viewers()) {
                    if (viewer.isStuck()) {
                        dropped.increment();
                        LOG.debug("live: a viewer took nothing for too long");
                        broadcast.leave(viewer);
                        leave(viewer);
                        viewer.cut();
                    } else {
                        viewer.pump();
                    }
                }
            }
            sweep();
        } catch (RuntimeException fault) {
            LOG.error("live: a tick failed", fault);
        }
    }

    /** A question that was being asked when its last viewer left. */
    private synchronized void sweep() {
        broadcasts.values().removeIf(Broadcast::isDeserted);
    }

    /** Ends all streams; their clients come back to another process. */
    @Override
    public void close() {
        closed = true;
        broadcasts().forEach(broadcast -> broadcast.viewers().forEach(Viewer::end));
        ticking.shutdownNow();
        threads.shutdownNow();
    }
}
