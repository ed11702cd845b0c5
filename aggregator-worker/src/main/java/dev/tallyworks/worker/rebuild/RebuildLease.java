package dev.tallyworks.worker.rebuild;

import dev.tallyworks.rebuild.Progress;
import dev.tallyworks.rebuild.Rebuilds;
import java.time.Clock;

/** A rebuild as the worker sees it that is at it. Not thread-safe. */
final class RebuildLease {
    private final Rebuilds rebuilds;
    private final Rebuilds.Lease lease;
    private final long leaseMillis;
    private final Clock clock;
    private Progress progress;
    private long writtenAtMillis;

    RebuildLease(Rebuilds rebuilds, Rebuilds.Lease lease, long leaseMillis, Clock clock) {
        this.rebuilds = rebuilds;
        this.lease = lease;
        this.leaseMillis = leaseMillis;
        this.clock = clock;
        this.progress = lease.progress();
        this.writtenAtMillis = clock.millis();
    }

    Progress progress() {
        return progress;
    }

    /** Writes how far it is, before anything is done on the strength of it. */
    void write(Progress next) throws LeaseLost {
        long now = clock.millis();
        if (!rebuilds.write(lease, next, now + leaseMillis)) {
            throw new LeaseLost(lease.rebuild());
        }
        progress = next;
        writtenAtMillis = now;
    }

    /** To be called now and then while the work takes its time. */
    void keep() throws LeaseLost {
        if (clock.millis() - writtenAtMillis > leaseMillis / 4) {
            write(progress);
        }
    }

    void release() {
        rebuilds.release(lease);
    }
}
