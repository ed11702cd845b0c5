package dev.tallyworks.worker.lease;

import java.time.Duration;

/**
 * How many events the next batch of a lane may have: few while the queue is short, for latency; many while it is long, for
 * throughput; and never so many that the lane might be lost over one batch. Not thread-safe.
 */
final class BatchSize {
    private static final int FIRST = 500;
    /** However slow the store is. */
    private static final int LEAST = 50;

    private final int max;
    private final int usual;
    private final long leaseNanos;
    private int events;

    /** @param max events of a batch at most */
    BatchSize(int max, Duration lease) {
        this.max = max;
        this.usual = Math.min(FIRST, max);
        this.leaseNanos = lease.toNanos();
        this.events = usual;
    }

    int events() {
        return events;
    }

    /** @param stillReady jobs that the queue had left when the batch was claimed */
    void after(int claimed, long stillReady, Duration took) {
        if (took.toNanos() > leaseNanos / 3) {
            events = Math.max(Math.min(LEAST, max), events / 2);
        } else if (stillReady > events) {
            boolean hasTime = took.toNanos() < leaseNanos / 6;
            events = hasTime ? Math.min(max, 2 * events) : events;
        } else if (claimed < events / 2) {
            events = Math.max(Math.min(usual, events), events / 2);
        }
    }
}
