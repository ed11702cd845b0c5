package dev.tallyworks.worker.lease;

import java.time.Duration;

/** How a worker works; defaults stand with the application's mapping. */
public interface WorkerSettings {
    /** Batch loops of this process, each on a lane of its own. */
    int threads();

    /** Lanes of the whole installation: as many batch loops can work at once. May grow, never shrinks. */
    int lanes();

    /** How long a lane stays with a worker that is not heard of. */
    Duration lease();

    /** Events of a batch at most. */
    int batchEventsMax();

    /** Bytes of a batch's events at most, as they were posted. */
    long batchBytesMax();

    /** How long a loop waits before it looks again into an empty queue. */
    Duration idlePause();

    /** How often the janitor and the relay look round. */
    Duration recoveryInterval();
}
