package dev.tallyworks.e2e;

import java.util.concurrent.atomic.AtomicLong;

/**
 * A request, or anything else that takes effect at a moment nobody sees: after it was begun, and before its end is known. All
 * threads count the same moments.
 */
final class Call {
    private static final AtomicLong MOMENTS = new AtomicLong();

    private final long begun;
    private volatile long ended = Long.MAX_VALUE;

    private Call(long begun) {
        this.begun = begun;
    }

    /** To be called before anything is sent. */
    static Call begin() {
        return new Call(MOMENTS.incrementAndGet());
    }

    /** One that takes effect after another one was begun. */
    static Call after(Call other) {
        return new Call(other.begun);
    }

    /** To be called once the answer is there. */
    void end() {
        ended = MOMENTS.incrementAndGet();
    }

    boolean isEnded() {
        return ended != Long.MAX_VALUE;
    }

    /** Whether it had ended when the other one began; neither is before the other where they overlap. */
    boolean isBefore(Call other) {
        return ended < other.begun;
    }

    /** Whether an answer may know of it. */
    boolean mayBeSeenBy(Call question) {
        return begun < question.ended;
    }
}
