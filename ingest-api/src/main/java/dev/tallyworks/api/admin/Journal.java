package dev.tallyworks.api.admin;

import dev.tallyworks.admin.AdminCall;
import dev.tallyworks.admin.AdminLog;
import dev.tallyworks.thread.DaemonThreads;
import io.vertx.core.Context;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;

/**
 * Writes calls down, before they are answered where they have succeeded: who is told that something is done finds it here. Those
 * that failed for a store follow when they can. Whatever is written goes to the log {@value #CATEGORY} as well.
 */
final class Journal implements AutoCloseable {
    static final String CATEGORY = "dev.tallyworks.audit";
    private static final Logger LOG = Logger.getLogger(CATEGORY);
    private static final int LATER_MAX = 1_000;
    private static final int SERVER_ERROR = 500;
    private static final long CLOSING_SECONDS = 3;

    private final AdminLog calls;
    private final ThreadPoolExecutor later = new ThreadPoolExecutor(
            1, 1, 1, TimeUnit.MINUTES, new ArrayBlockingQueue<>(LATER_MAX), DaemonThreads.named("admin-log"));

    Journal(AdminLog calls) {
        this.calls = calls;
    }

    void write(AdminCall call) {
        LOG.infof(
                "%s %s: %d, by %s, in %d ms, with %s",
                call.method(),
                plain(call.path()),
                call.status(),
                call.who() == null ? "nobody named" : plain(call.who()),
                call.durationMillis(),
                call.request() == null ? "no body" : plain(call.request()));
        if (call.status() < SERVER_ERROR && !Context.isOnEventLoopThread()) {
            add(call);
            return;
        }
        try {
            later.execute(() -> add(call));
        } catch (RejectedExecutionException full) {
            LOG.errorf("not kept, as too many wait: %s %s", call.method(), plain(call.path()));
        }
    }

    private void add(AdminCall call) {
        try {
            calls.add(call);
        } catch (RuntimeException away) {
            LOG.errorf(away, "not kept, or not for sure: %s %s", call.method(), plain(call.path()));
        }
    }

    /** Nobody writes lines of their own into the log. */
    private static String plain(String text) {
        return text.replaceAll("\\p{Cntrl}", " ");
    }

    @Override
    public void close() {
        later.shutdown();
        try {
            later.awaitTermination(CLOSING_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
