package dev.tallyworks.api.intake;

import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/** Spares callers a store that just failed: for a while none is let through, then one that finds out. */
final class Breaker {
    private final long pauseNanos;
    private final LongSupplier nanoTime;
    private boolean open;
    private boolean probing;
    private long refusesUntil;

    Breaker(long pauseMillis, LongSupplier nanoTime) {
        this.pauseNanos = TimeUnit.MILLISECONDS.toNanos(pauseMillis);
        this.nanoTime = nanoTime;
    }

    /** Whoever is let through tells how it went. */
    synchronized boolean admits() {
        if (!open) {
            return true;
        }
        if (probing || nanoTime.getAsLong() - refusesUntil < 0) {
            return false;
        }
        probing = true;
        return true;
    }

    /** For who was let through and did not try after all. */
    synchronized void withdraw() {
        probing = false;
    }

    synchronized void succeeded() {
        open = false;
        probing = false;
    }

    synchronized void failed() {
        open = true;
        probing = false;
        refusesUntil = nanoTime.getAsLong() + pauseNanos;
    }
}
