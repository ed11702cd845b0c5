package dev.tallyworks.api.intake;

import dev.tallyworks.failure.Unavailable;
import dev.tallyworks.queue.Job;
import dev.tallyworks.queue.JobQueue;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/** The intake's side of the queue without a store, with an outage on demand. */
final class QueueInMemory implements JobQueue {
    final List<Job> jobs = new CopyOnWriteArrayList<>();
    final AtomicInteger refused = new AtomicInteger();
    private volatile boolean asleep;

    void sleep() {
        asleep = true;
    }

    void wake() {
        asleep = false;
    }

    @Override
    public void enqueue(Collection<Job> fresh) {
        if (asleep) {
            refused.incrementAndGet();
            throw new Unavailable("asleep", new IllegalStateException());
        }
        jobs.addAll(fresh);
    }

    @Override
    public ClaimedBatch claim(String lane, long epoch, int jobsMax, long bytesMax, long nowMillis) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void acknowledge(
            String lane, long epoch, Collection<Job> back, Map<Job, Long> delayed, Collection<DeadJob> dead) {
        throw new UnsupportedOperationException();
    }

    @Override
    public int giveBack(Processing processing, int jobsMax) {
        throw new UnsupportedOperationException();
    }

    @Override
    public State state() {
        throw new UnsupportedOperationException();
    }
}
