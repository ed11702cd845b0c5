package dev.tallyworks.fresh;

import dev.tallyworks.event.CommitId;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.Map;
import java.util.function.LongSupplier;

/** Has a clock of its own, and may die. */
final class Process extends Clock {
    private final String name;
    private final LongSupplier trueMillis;
    private final long offsetMillis;
    private final Map<CommitId, CommitId> oneName = new HashMap<>();
    private volatile boolean dead;
    private boolean busy;

    Process(String name, LongSupplier trueMillis, long offsetMillis) {
        this.name = name;
        this.trueMillis = trueMillis;
        this.offsetMillis = offsetMillis;
    }

    String name() {
        return name;
    }

    boolean isDead() {
        return dead;
    }

    void die() {
        dead = true;
    }

    boolean isBusy() {
        return busy;
    }

    void busy(boolean is) {
        busy = is;
    }

    /** The commit under a name that never changes. */
    synchronized CommitId underOneName(CommitId commit) {
        return oneName.computeIfAbsent(commit, id -> new CommitId(name, oneName.size() + 1L));
    }

    @Override
    public Instant instant() {
        return Instant.ofEpochMilli(trueMillis.getAsLong() + offsetMillis);
    }

    @Override
    public ZoneId getZone() {
        return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
        return this;
    }

    @Override
    public String toString() {
        return name;
    }
}
