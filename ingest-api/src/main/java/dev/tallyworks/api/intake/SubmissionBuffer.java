package dev.tallyworks.api.intake;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;

/**
 * Where requests wait for a writer, in order. Bounded in events and in bytes, of those that wait and of those that a writer
 * took and has not released.
 */
final class SubmissionBuffer {
    private final CommitSettings settings;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition notEmpty = lock.newCondition();
    private final Deque<Submission> waiting = new ArrayDeque<>();
    private long events;
    private long bytes;
    private boolean closed;

    SubmissionBuffer(CommitSettings settings) {
        this.settings = settings;
    }

    /** @return whether there was room */
    boolean offer(Submission submission) {
        lock.lock();
        try {
            boolean full = events + submission.weight() > settings.bufferEventsMax()
                    || bytes + submission.body().sizeBytes() > settings.bufferBytesMax();
            if (closed || full) {
                return false;
            }
            events += submission.weight();
            bytes += submission.body().sizeBytes();
            waiting.add(submission);
            notEmpty.signal();
            return true;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Waits for a request and takes what else waits by then, as much as a commit may hold.
     *
     * @return empty once the buffer is closed and nothing waits
     */
    List<Submission> take() throws InterruptedException {
        lock.lock();
        try {
            while (waiting.isEmpty()) {
                if (closed) {
                    return List.of();
                }
                notEmpty.await();
            }
            List<Submission> taken = new ArrayList<>();
            long takenEvents = 0;
            long takenBytes = 0;
            Submission next = waiting.peek();
            do {
                taken.add(waiting.remove());
                takenEvents += next.weight();
                takenBytes += next.body().sizeBytes();
                next = waiting.peek();
            } while (next != null
                    && takenEvents + next.weight() <= settings.commitEventsMax()
                    && takenBytes + next.body().sizeBytes() <= settings.commitBytesMax());
            if (next != null) {
                notEmpty.signal();
            }
            return taken;
        } finally {
            lock.unlock();
        }
    }

    /** Gives the room of taken requests back. */
    void release(List<Submission> taken) {
        lock.lock();
        try {
            taken.forEach(this::free);
        } finally {
            lock.unlock();
        }
    }

    /** Takes out, and frees the room of, those that wait and fit. */
    List<Submission> remove(Predicate<Submission> which) {
        lock.lock();
        try {
            List<Submission> removed = waiting.stream().filter(which).toList();
            waiting.removeIf(which);
            removed.forEach(this::free);
            return removed;
        } finally {
            lock.unlock();
        }
    }

    private void free(Submission submission) {
        events -= submission.weight();
        bytes -= submission.body().sizeBytes();
        if (events < 0 || bytes < 0) {
            throw new IllegalStateException("released twice");
        }
    }

    long events() {
        lock.lock();
        try {
            return events;
        } finally {
            lock.unlock();
        }
    }

    void close() {
        lock.lock();
        try {
            closed = true;
            notEmpty.signalAll();
        } finally {
            lock.unlock();
        }
    }
}
