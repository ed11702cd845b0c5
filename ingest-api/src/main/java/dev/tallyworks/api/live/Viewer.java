package dev.tallyworks.api.live;

import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.subscription.BackPressureStrategy;
import io.smallrye.mutiny.subscription.MultiEmitter;
import jakarta.ws.rs.sse.OutboundSseEvent;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * One stream. What it can't take yet is folded into one update, so that however slow it is, little is kept for it. The
 * connection asks for the next event when it has written the one before.
 *
 * <pre>
 * offer ──▶ waiting (folded) ── asked for, and 600 ms after the last ──▶ connection
 *                            └─ nothing ── and 15 s after the last ──▶ comment
 * </pre>
 */
final class Viewer {
    /** Two events a second at most, also where the network holds one up a little. */
    private static final long GAP_NANOS = 600_000_000;
    /** Beyond so many points, one that takes nothing is given up at once. */
    private static final int WAITING_POINTS_MAX = 100_000;

    /** Makes events of the protocol. */
    interface Events {
        OutboundSseEvent of(Update update);

        OutboundSseEvent comment();
    }

    private final Runnable cut;
    private final LiveSettings settings;
    private final LongSupplier nanoTime;
    private final AtomicInteger pumping = new AtomicInteger();
    private @Nullable MultiEmitter<? super OutboundSseEvent> emitter;
    private @Nullable Events events;
    private @Nullable Update waiting;
    private long sentNanos;
    private boolean sentAny;
    private long askedNanos;

    /** @param cut breaks the connection off, whatever is on its way */
    Viewer(Runnable cut, LiveSettings settings, LongSupplier nanoTime) {
        this.cut = cut;
        this.settings = settings;
        this.nanoTime = nanoTime;
        this.sentNanos = nanoTime.getAsLong();
        this.askedNanos = sentNanos;
    }

    /** To be subscribed once. */
    Multi<OutboundSseEvent> stream(Events made) {
        return Multi.createFrom()
                .emitter(
                        subscribed -> {
                            synchronized (this) {
                                events = made;
                                emitter = subscribed;
                            }
                            subscribed.onRequest(more -> pump());
                            pump();
                        },
                        BackPressureStrategy.ERROR);
    }

    void offer(Update update) {
        synchronized (this) {
            waiting = waiting == null ? update : waiting.and(update);
        }
        pump();
    }

    /** Sends what may be sent by now. */
    void pump() {
        if (pumping.getAndIncrement() != 0) {
            return; // whoever is at it looks again
        }
        int seen = 1;
        do {
            sendOne();
            seen = pumping.addAndGet(-seen);
        } while (seen != 0);
    }

    private void sendOne() {
        MultiEmitter<? super OutboundSseEvent> to;
        OutboundSseEvent event;
        synchronized (this) {
            to = emitter;
            long now = nanoTime.getAsLong();
            Events making = events;
            if (to == null || making == null || to.isCancelled() || to.requested() == 0) {
                return;
            }
            askedNanos = now;
            if (waiting != null && (!sentAny || now - sentNanos >= GAP_NANOS)) {
                event = making.of(waiting);
                waiting = null;
                sentAny = true;
            } else if (now - sentNanos >= settings.heartbeat().toNanos()) {
                event = making.comment();
            } else {
                return;
            }
            sentNanos = now;
        }
        to.emit(event);
    }

    /** Whether it takes nothing, though it has been offered something: a client that is gone without a word, or too slow. */
    synchronized boolean isStuck() {
        MultiEmitter<? super OutboundSseEvent> to = emitter;
        if (to != null && to.requested() > 0) {
            return false;
        }
        return nanoTime.getAsLong() - askedNanos > settings.stuckAfter().toNanos()
                || waiting != null && waiting.size() > WAITING_POINTS_MAX;
    }

    void cut() {
        cut.run();
    }

    /** Ends the stream; the client may come back. */
    void end() {
        MultiEmitter<? super OutboundSseEvent> to;
        synchronized (this) {
            to = emitter;
        }
        if (to != null) {
            to.complete();
        }
    }
}
