package dev.tallyworks.queue;

/**
 * Whether the queue is paused: the truth, which no loss of the queue touches. Throws {@link dev.tallyworks.failure.Unavailable},
 * and {@link dev.tallyworks.failure.OutcomeUnknown} for changes.
 */
public interface QueuePause {
    boolean isInForce();

    /** Whoever asks after this has returned is told so. */
    void set(boolean paused);
}
