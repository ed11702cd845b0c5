package dev.tallyworks.health;

import java.util.concurrent.TimeUnit;

/**
 * Asks a store over and over, so that a probe is answered at once, and truly also while the store neither answers nor
 * refuses.
 */
public final class StoreProbe implements AutoCloseable {
    private static final long PAUSE_MILLIS = 1_000;
    /** Without an answer for so long the store counts as away: within the 5 s that are promised. */
    private static final long SILENCE_NANOS = TimeUnit.MILLISECONDS.toNanos(3_500);

    private final String store;
    private final Runnable question;
    private final Thread thread;
    private volatile boolean answered;
    private volatile long answeredAtNanos;
    private volatile String failure = "not asked yet";

    /**
     * @param store its name
     * @param question throws where the store does not answer as it should
     */
    public StoreProbe(String store, Runnable question) {
        this.store = store;
        this.question = question;
        this.thread = new Thread(this::run, "probe-" + store);
        thread.setDaemon(true);
    }

    public String store() {
        return store;
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

    public boolean isUp() {
        return answered && System.nanoTime() - answeredAtNanos < SILENCE_NANOS;
    }

    /** Why it is not up. */
    public String failure() {
        return answered ? "no answer for more than " + TimeUnit.NANOSECONDS.toMillis(SILENCE_NANOS) + " ms" : failure;
    }

    @Override
    public void close() {
        thread.interrupt();
    }
}
