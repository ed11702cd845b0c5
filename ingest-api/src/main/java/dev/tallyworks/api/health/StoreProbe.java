package dev.tallyworks.api.health;

import java.util.concurrent.TimeUnit;

/**
 * Asks a store over and over, so that a probe is answered at once, and truly also while the store neither answers nor
 * refuses.
 */
public final class StoreProbe implements AutoCloseable {
    private static final long PAUSE_MILLIS = 1_000;
    /** Without an answer for so long the store counts as away: within the 5 s that are promised. */
    private static final long SILENCE_NANOS = TimeUnit.MILLISECONDS.toNanos(3_500);

    private final Runnable question;
    private final Thread thread = new Thread(this::run, "store-probe");
    private volatile boolean answered;
    private volatile long answeredAtNanos;
    private volatile String failure = "not asked yet";

    /** @param question throws where the store does not answer as it should */
    public StoreProbe(Runnable question) {
        this.question = question;
        thread.setDaemon(true);
    }

    public void start() {
        thread.start();
    }

    private void run() {
        try {
            while (!Thread.currentThread().isInterrupted()) {
                ask();
                TimeUnit.MILLISECONDS.sleep(PAUSE_MILLIS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void ask() {
        try {
            question.run();
            answeredAtNanos = System.nanoTime();
            answered = true;
        } catch (RuntimeException away) {
            answered = false;
            failure = String.valueOf(away.getMessage());
        }
    }

    boolean isUp() {
        return answered && System.nanoTime() - answeredAtNanos < SILENCE_NANOS;
    }

    /** Why it is not up. */
    String failure() {
        return answered ? "no answer for more than " + TimeUnit.NANOSECONDS.toMillis(SILENCE_NANOS) + " ms" : failure;
    }

    @Override
    public void close() {
        thread.interrupt();
    }
}
