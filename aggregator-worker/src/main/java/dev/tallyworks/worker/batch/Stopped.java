package dev.tallyworks.worker.batch;

/** The process is to end, or the lane is lost, and a store does not answer: the batch is left to whoever takes the lane over. */
public final class Stopped extends RuntimeException {
    Stopped() {
        super("stopped", null, false, false);
    }
}
