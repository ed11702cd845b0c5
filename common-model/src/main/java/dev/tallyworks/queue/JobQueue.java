package dev.tallyworks.queue;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The transport between the intake and the lanes. It delivers each job at least once while its store keeps its data, and may
 * lose everything at any time: correctness never hangs on it. Every method is one atomic step of the store and throws {@link
 * dev.tallyworks.failure.Unavailable} where it can't be reached in time (the step may then still happen, which is harmless).
 */
public interface JobQueue {
    /** Appends jobs, to be claimed in this order after those that are queued already. */
    void enqueue(Collection<Job> jobs);

    /**
     * Moves jobs to the processing list of this owner of a lane, delayed ones that are due first. Jobs that are in that list go
     * back before, to be claimed next: an owner claims when it has no batch, so they are of a claim that was not answered, however
     * late it came, or of an end that did not arrive.
     *
     * @param jobsMax at most so many
     * @param bytesMax stops before the sum of the events' sizes exceeds this, but gives at least one job
     */
    ClaimedBatch claim(String lane, long epoch, int jobsMax, long bytesMax, long nowMillis);

    /**
     * Ends a batch: its processing list is dropped whole.
     *
     * @param back to be queued again at once, no attempt spent
     * @param delayed to be queued again at a time, epoch milliseconds
     */
    void acknowledge(String lane, long epoch, Collection<Job> back, Map<Job, Long> delayed);

    /** Puts the jobs of an owner whose time is over back into the queue, bounded. */
    int giveBack(Processing processing, int jobsMax);

    /**
     * From now on claims give nothing, or jobs again. Forgotten with everything else that the store may lose, so whoever must
     * not claim asks {@link QueuePause}.
     */
    void hold(boolean held);

    /** How many jobs are where. */
    State state();

    /** What the lanes claimed: jobs that could not be read are counted, and dropped with the batch. */
    record ClaimedBatch(List<Job> jobs, int unreadable, long stillReady) {}

    /** The processing list of one owner of a lane. */
    record Processing(String lane, long epoch, long length) {}

    /**
     * @param held whether claims give nothing for the time being
     * @param oldestEnqueuedAtMillis the time of enqueue of the job that is claimed next, epoch milliseconds; null where none
     *     is queued
     * @param processing of all lanes and owners that have jobs
     */
    record State(
            boolean held,
            long ready,
            long delayed,
            @Nullable Long oldestEnqueuedAtMillis,
            List<Processing> processing) {
        public long inProcess() {
            return processing.stream().mapToLong(Processing::length).sum();
        }
    }
}
