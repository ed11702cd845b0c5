package dev.tallyworks.plugin;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.jboss.logging.Logger;

/** Calls hooks for a limited time, on threads of their own: one that hangs keeps its thread and nobody else's. */
final class HookCalls implements AutoCloseable {
    private static final Logger LOG = Logger.getLogger(HookCalls.class);
    private static final int THREADS_MAX = 64;
    private static final int ACTIONS_MAX = 20_000;
    private static final long IDLE_SECONDS = 60;

    private final Map<String, Hanging> hangings = new ConcurrentHashMap<>();
    private final Duration limit;
    private final HookMeter meter;
    private final ThreadPoolExecutor threads = new ThreadPoolExecutor(
            0, THREADS_MAX, IDLE_SECONDS, TimeUnit.SECONDS, new SynchronousQueue<>(), named("hook-"));
    private final ThreadPoolExecutor actions = new ThreadPoolExecutor(
            1, 1, IDLE_SECONDS, TimeUnit.SECONDS, new LinkedBlockingQueue<>(ACTIONS_MAX), named("hook-actions-"));

    HookCalls(Duration limit, HookMeter meter) {
        this.limit = limit;
        this.meter = meter;
    }

    private static ThreadFactory named(String prefix) {
        AtomicInteger number = new AtomicInteger();
        ClassLoader loader = Thread.currentThread().getContextClassLoader();
        return task -> {
            Thread thread = new Thread(task, prefix + number.incrementAndGet());
            thread.setDaemon(true);
            thread.setContextClassLoader(loader);
            return thread;
        };
    }

    /** How often a hook has hung on end: otherwise a batch that it hangs on would be waited for event by event. */
    private static final class Hanging {
        private static final int TIMES_MAX = 3;
        private static final long SPARED_NANOS = TimeUnit.SECONDS.toNanos(5);

        private int times;
        private long lastNanos;

        synchronized void hung() {
            times++;
            lastNanos = System.nanoTime();
        }

        synchronized void answered() {
            times = 0;
        }

        synchronized boolean isToBeSpared() {
            return times >= TIMES_MAX && System.nanoTime() - lastNanos < SPARED_NANOS;
        }
    }

    /** A hook that has thrown something else than a refusal, or has taken too long. */
    static final class Failed extends RuntimeException {
        private final String what;

        Failed(String what, Throwable cause) {
            super(what + ": " + cause, cause);
            this.what = what;
        }

        /** Without the cause, which is nobody's business but the operator's. */
        String what() {
            return what;
        }
    }

    /**
     * Calls a hook whose result matters.
     *
     * @throws Refusal as the hook does
     * @throws Failed where it throws anything else, takes too long, or so many hang that there is no thread left
     */
    <T> T call(Plugin plugin, String hook, Supplier<T> body) {
        return call(plugin, hook, limit, body);
    }

    /** As {@link #call(Plugin, String, Supplier)}, but with more time, or less. */
    <T> T call(Plugin plugin, String hook, Duration within, Supplier<T> body) {
        Hanging hanging = hangings.computeIfAbsent(plugin.name() + ' ' + hook, of -> new Hanging());
        if (hanging.isToBeSpared()) {
            throw failed(plugin, hook, "was not called, as it has hung again and again", new TimeoutException());
        }
        Future<T> result;
        try {
            result = threads.submit(body::get);
        } catch (RejectedExecutionException busy) {
            throw failed(plugin, hook, "was not called, as too many others hang", busy);
        }
        try {
            T made = result.get(within.toMillis(), TimeUnit.MILLISECONDS);
            hanging.answered();
            return made;
        } catch (ExecutionException thrown) {
            hanging.answered();
            if (thrown.getCause() instanceof Refusal refusal) {
                throw refusal;
            }
            throw failed(plugin, hook, "failed", thrown.getCause());
        } catch (TimeoutException late) {
            hanging.hung();
            result.cancel(true);
            throw failed(plugin, hook, "took longer than " + within.toMillis() + " ms", late);
        } catch (InterruptedException interrupted) {
            result.cancel(true);
            Thread.currentThread().interrupt();
            throw failed(plugin, hook, "was interrupted", interrupted);
        }
    }

    private Failed failed(Plugin plugin, String hook, String how, Throwable cause) {
        meter.failed(plugin.name(), hook);
        return new Failed("the plugin " + plugin.name() + " " + how + " in " + hook, cause);
    }

    /** Calls a hook that is only told something, and waits for it. */
    void tell(Plugin plugin, String hook, Runnable body) {
        try {
            call(plugin, hook, () -> {
                body.run();
                return true;
            });
        } catch (Failed | Refusal failed) {
            LOG.warn(failed.getMessage(), failed.getCause());
        }
    }

    /** Calls hooks that are only told something, soon. */
    void later(String hook, Runnable told) {
        try {
            actions.execute(told);
        } catch (RejectedExecutionException full) {
            meter.failed("*", hook);
            LOG.debugf("%s was left out: there is too much to tell", hook);
        }
    }

    @Override
    public void close() {
        actions.shutdown();
        try {
            actions.awaitTermination(limit.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
        actions.shutdownNow();
        threads.shutdownNow();
    }
}
