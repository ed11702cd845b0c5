package dev.tallyworks.worker.batch;

/** The lane has another owner now, who ends the batch: stop, and touch nothing more. */
public final class LaneLost extends Exception {
    LaneLost(String lane) {
        super("lane " + lane + " has another owner", null, false, false);
    }
}
