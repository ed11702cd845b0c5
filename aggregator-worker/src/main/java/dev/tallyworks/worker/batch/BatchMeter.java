package dev.tallyworks.worker.batch;

import dev.tallyworks.queue.Job;
import java.util.Collection;

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

    /**
     * A batch begins.
     *
     * @param lane its id
     * @param jobs for its events; empty where it was taken over
     */
    Batch begin(String lane, int candidates, Collection<Job> jobs);

    /**
     * A batch that an earlier owner of the lane left behind is ended here.
     *
     * @param sealed whether it may have been applied in part
     */
    void takenOver(boolean sealed);

    /** One batch; used by one thread. */
    interface Batch extends AutoCloseable {
        /** The phase that began with the end of the one before is over. */
        void ended(Phase phase);

        void done(int events, int failed);

        @Override
        void close();
    }
}
