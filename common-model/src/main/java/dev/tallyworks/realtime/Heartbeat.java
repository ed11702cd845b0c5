package dev.tallyworks.realtime;

import dev.tallyworks.definition.Definitions;

/**
 * Tells the realtime rollups that time goes on, so that they notice a loss also while nothing is posted, and from their
 * beginning on count as complete. Its every beat is one short step, to be run about once a second.
 */
public final class Heartbeat implements Runnable {
    private final RealtimeRollups realtime;
    private final Definitions definitions;
    private volatile long completeSinceMillis = Long.MAX_VALUE;

    public Heartbeat(RealtimeRollups realtime, Definitions definitions) {
        this.realtime = realtime;
        this.definitions = definitions;
    }

    @Override
    public void run() {
        long complete = Long.MAX_VALUE;
        try {
            complete = realtime.beat();
        } finally {
            completeSinceMillis = complete;
        }
        // Where there is no source yet after the token was written, every event there will ever be comes after it.
        if (complete > 0
                && definitions.known().sources().isEmpty()
                && definitions.refresh().sources().isEmpty()) {
            realtime.completeFromTheBeginning(complete);
        }
    }

    /**
     * From when on the realtime rollups had missed nothing at the last beat, as far as their store knows, epoch milliseconds;
     * {@link Long#MAX_VALUE} where it did not answer.
     */
    public long completeSinceMillis() {
        return completeSinceMillis;
    }
}
