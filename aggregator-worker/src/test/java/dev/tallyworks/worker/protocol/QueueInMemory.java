package dev.tallyworks.worker.protocol;

import dev.tallyworks.failure.OutcomeUnknown;
import dev.tallyworks.failure.Unavailable;
import dev.tallyworks.queue.Job;
import dev.tallyworks.queue.JobQueue;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The queue as its scripts work, each of them at once. */
public final class QueueInMemory implements JobQueue {
    private record Owner(String lane, long epoch) {}

    private final Deque<Job> ready = new ArrayDeque<>();
    private final Map<Job, Long> delayed = new LinkedHashMap<>();
    private final Map<Owner, Deque<Job>> processing = new LinkedHashMap<>();
    private final Turns turns;

    public QueueInMemory(Turns turns) {
        this.turns = turns;
    }

    private void run(String what, Runnable script) {
        try {
            turns.write(what, List.of(script));
        } catch (OutcomeUnknown unknown) {
            throw new Unavailable("no answer", unknown);
        }
    }

    @Override
    public void enqueue(Collection<Job> jobs) {
        run("enqueue " + Names.of(jobs.stream().map(Job::event).toList()), () -> {
            jobs.forEach(ready::addLast);
            turns.changed();
        });
    }

    @Override
    public ClaimedBatch claim(String lane, long epoch, int jobsMax, long bytesMax, long nowMillis) {
        List<Job> claimed = new ArrayList<>();
        run("claim jobs for " + lane + ":" + epoch, () -> {
            Deque<Job> left = processing.remove(new Owner(lane, epoch));
            if (left != null) {
                left.forEach(ready::addFirst);
                turns.changed();
            }
            for (Iterator<Map.Entry<Job, Long>> all = delayed.entrySet().iterator(); all.hasNext(); ) {
                Map.Entry<Job, Long> job = all.next();
                if (job.getValue() <= nowMillis) {
                    ready.addFirst(job.getKey());
                    all.remove();
                }
            }
            long bytes = 0;
            Deque<Job> list = new ArrayDeque<>();
            while (!ready.isEmpty() && list.size() < jobsMax) {
                Job job = ready.removeFirst();
                bytes += job.sizeBytes();
                if (bytes > bytesMax && !list.isEmpty()) {
                    ready.addFirst(job);
                    break;
                }
                list.addFirst(job);
                claimed.add(job);
            }
            if (!list.isEmpty()) {
                processing.put(new Owner(lane, epoch), list);
                turns.changed();
            }
        });
        return new ClaimedBatch(List.copyOf(claimed), 0, ready.size());
    }

    @Override
    public void acknowledge(String lane, long epoch, Collection<Job> back, Map<Job, Long> later) {
        run("acknowledge " + lane + ":" + epoch, () -> {
            back.forEach(ready::addFirst);
            delayed.putAll(later);
            if (processing.remove(new Owner(lane, epoch)) != null || !back.isEmpty() || !later.isEmpty()) {
                turns.changed();
            }
        });
    }

    @Override
    public int giveBack(Processing over, int jobsMax) {
        Owner owner = new Owner(over.lane(), over.epoch());
        List<Job> moved = new ArrayList<>();
        run("give back " + over.lane() + ":" + over.epoch(), () -> {
            Deque<Job> list = processing.getOrDefault(owner, new ArrayDeque<>());
            while (!list.isEmpty() && moved.size() < jobsMax) {
                Job job = list.removeFirst();
                moved.add(job);
                ready.addFirst(job);
                turns.changed();
            }
            if (list.isEmpty()) {
                processing.remove(owner);
            }
        });
        return moved.size();
    }

    @Override
    public void hold(boolean held) {
        throw new UnsupportedOperationException("nobody pauses here");
    }

    @Override
    public State state() {
        turns.read("look at the queue");
        return look();
    }

    /** The state, without a turn. */
    State look() {
        Job next = ready.peekFirst();
        List<Processing> lists = new ArrayList<>();
        processing.forEach((owner, jobs) -> lists.add(new Processing(owner.lane, owner.epoch, jobs.size())));
        return new State(false, ready.size(), delayed.size(), next == null ? null : next.enqueuedAtMillis(), lists);
    }
}
