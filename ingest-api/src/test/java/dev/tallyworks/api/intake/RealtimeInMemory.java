package dev.tallyworks.api.intake;

import dev.tallyworks.event.CommitId;
import dev.tallyworks.failure.Unavailable;
import dev.tallyworks.queue.Job;
import dev.tallyworks.realtime.Completeness;
import dev.tallyworks.realtime.RealtimeRollups;
import dev.tallyworks.rollup.Selection;
import dev.tallyworks.rollup.SeriesKey;
import dev.tallyworks.rollup.StoredRollup;
import dev.tallyworks.time.TimeRange;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/** Keeps what it is told of in memory, and refuses all while it sleeps. */
final class RealtimeInMemory implements RealtimeRollups, Completeness {
    final Queue<Job> jobs = new ConcurrentLinkedQueue<>();
    final AtomicInteger refused = new AtomicInteger();
    final AtomicLong since = new AtomicLong();
    private final Map<String, Long> writers = new ConcurrentHashMap<>();
    private volatile boolean asleep;

    void sleep() {
        asleep = true;
    }

    void wake() {
        asleep = false;
    }

    void forget() {
        writers.clear();
    }

    private void requireAwake() {
        if (asleep) {
            refused.incrementAndGet();
            throw new Unavailable("asleep", new IllegalStateException());
        }
    }

    @Override
    public void commit(Commit commit, long nowMillis) {
        requireAwake();
        writers.merge(commit.id().writer(), commit.id().number(), Math::max);
        jobs.addAll(commit.jobs());
    }

    @Override
    public boolean knows(CommitId commit) {
        requireAwake();
        return writers.getOrDefault(commit.writer(), 0L) >= commit.number();
    }

    @Override
    public long beat() {
        requireAwake();
        return 0;
    }

    @Override
    public void completeFromTheBeginning(long completeSinceMillis) {
        requireAwake();
    }

    @Override
    public long read(SeriesKey series, TimeRange range, Selection selection, Consumer<StoredRollup> to) {
        throw new UnsupportedOperationException();
    }

    @Override
    public long readAttributions(SeriesKey series, TimeRange range, Selection selection, Consumer<StoredRollup> to) {
        throw new UnsupportedOperationException();
    }

    @Override
    public long sinceMillis() {
        return since.get();
    }

    @Override
    public void moveTo(long sinceMillis) {
        since.accumulateAndGet(sinceMillis, Math::max);
    }
}
