package dev.tallyworks.api.intake;

import dev.tallyworks.event.CommitId;
import dev.tallyworks.event.Event;
import dev.tallyworks.event.RawEvents;
import dev.tallyworks.event.RecordedEvent;
import dev.tallyworks.failure.OutcomeUnknown;
import dev.tallyworks.failure.Unavailable;
import dev.tallyworks.time.TimeRange;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

/** Forwards to a store; can be away, and can break off before or after an insert, or in its middle. */
final class SleepyRawEvents implements RawEvents {
    enum Break {
        BEFORE,
        HALFWAY,
        AFTER
    }

    private final RawEvents store;
    private final AtomicInteger breaks = new AtomicInteger();
    private volatile Break kind = Break.BEFORE;
    private volatile boolean asleep;
    private volatile CountDownLatch held = new CountDownLatch(0);
    /** Calls while it slept. */
    final AtomicInteger refused = new AtomicInteger();

    final AtomicInteger inserts = new AtomicInteger();

    SleepyRawEvents(RawEvents store) {
        this.store = store;
    }

    void sleep() {
        asleep = true;
    }

    void wake() {
        asleep = false;
    }

    /** Inserts take until they are released. */
    void hold() {
        held = new CountDownLatch(1);
    }

    void release() {
        held.countDown();
    }

    /** The next inserts break off, their outcome unknown. */
    void breakOff(Break how, int times) {
        kind = how;
        breaks.set(times);
    }

    @Override
    public Map<String, RecordedEvent> insert(String source, List<Event> events, CommitId commit) {
        awake();
        inserts.incrementAndGet();
        try {
            held.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
        if (breaks.getAndUpdate(left -> Math.max(0, left - 1)) == 0) {
            return store.insert(source, events, commit);
        }
        switch (kind) {
            case BEFORE -> {}
            case HALFWAY -> store.insert(source, events.subList(0, events.size() / 2), commit);
            case AFTER -> store.insert(source, events, commit);
        }
        throw new OutcomeUnknown("broken off", new IllegalStateException());
    }

    private void awake() {
        if (asleep) {
            refused.incrementAndGet();
            throw new Unavailable("asleep", new IllegalStateException());
        }
    }

    @Override
    public Map<String, RecordedEvent> find(String source, long incarnation, Collection<String> uuids) {
        awake();
        return store.find(source, incarnation, uuids);
    }

    @Override
    public Page list(Listing listing) {
        awake();
        return store.list(listing);
    }

    @Override
    public Optional<OldestPending> oldestPending(String source) {
        awake();
        return store.oldestPending(source);
    }

    @Override
    public boolean lacks(String source, TimeRange range) {
        awake();
        return store.lacks(source, range);
    }

    @Override
    public Map<String, CommitId> commits(String source, long incarnation, Collection<String> uuids) {
        awake();
        return store.commits(source, incarnation, uuids);
    }

    @Override
    public boolean hasDiscarded(String source, TimeRange range) {
        awake();
        return store.hasDiscarded(source, range);
    }

    @Override
    public boolean hasDead(String source, TimeRange range) {
        awake();
        return store.hasDead(source, range);
    }

    @Override
    public long countDead(String source) {
        awake();
        return store.countDead(source);
    }

    @Override
    public Optional<TimeSpan> timestamps(String source, long incarnation) {
        awake();
        return store.timestamps(source, incarnation);
    }

    @Override
    public boolean hasAny(String source, long incarnation) {
        awake();
        return store.hasAny(source, incarnation);
    }
}
