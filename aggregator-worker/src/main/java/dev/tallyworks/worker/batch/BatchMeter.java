package dev.tallyworks.worker.batch;

/** Hears how batches go. */
public interface BatchMeter {
    enum Phase {
        OPEN,
        OWN,
        GENERATE,
        SEAL,
        APPLY,
        FINISH
    }

    Batch begin(int candidates);

    /** One batch; used by one thread. */
    interface Batch extends AutoCloseable {
        /** The phase that began with the end of the one before is over. */
        void ended(Phase phase);

        void done(int events, int failed);

        @Override
        void close();
    }
}
