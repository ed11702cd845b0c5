package dev.tallyworks.queue;

import java.util.Collection;
import java.util.List;
import java.util.Map;

/**
 * A queue whose jobs nobody gets while it is paused, even where the queue itself has forgotten that it is. A claim counts only
 * once the truth has been asked after it:
 *
 * <pre>
 * claim ─▶ paused? ─no─▶ a batch
 *             └────yes─▶ the jobs go back
 * </pre>
 *
 * So a claim that is begun after the answer to a pause finds it; one that was begun before is a batch that was running.
 */
public final class PausableJobQueue implements JobQueue {
    private final JobQueue queue;
    private final QueuePause pause;

    public PausableJobQueue(JobQueue queue, QueuePause pause) {
        this.queue = queue;
        this.pause = pause;
    }

    @Override
    public ClaimedBatch claim(String lane, long epoch, int jobsMax, long bytesMax, long nowMillis) {
        ClaimedBatch claimed = queue.claim(lane, epoch, jobsMax, bytesMax, nowMillis);
        boolean nothing = claimed.jobs().isEmpty() && claimed.unreadable() == 0;
        if (nothing || !pause.isInForce()) {
            return claimed;
        }
        queue.acknowledge(lane, epoch, claimed.jobs(), Map.of());
        queue.hold(true);
        return new ClaimedBatch(
                List.of(), 0, claimed.stillReady() + claimed.jobs().size());
    }

    /** Tells the queue again what it may have forgotten, or missed. */
    public void remind() {
        boolean held = queue.state().held();
        boolean paused = pause.isInForce();
        if (held != paused) {
            queue.hold(paused);
        }
    }

    @Override
    public void enqueue(Collection<Job> jobs) {
        queue.enqueue(jobs);
    }

    @Override
    public void acknowledge(String lane, long epoch, Collection<Job> back, Map<Job, Long> delayed) {
        queue.acknowledge(lane, epoch, back, delayed);
    }

    @Override
    public int giveBack(Processing processing, int jobsMax) {
        return queue.giveBack(processing, jobsMax);
    }

    @Override
    public void hold(boolean held) {
        queue.hold(held);
    }

    @Override
    public State state() {
        return queue.state();
    }
}
