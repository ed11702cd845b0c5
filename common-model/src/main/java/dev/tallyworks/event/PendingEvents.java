package dev.tallyworks.event;

import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The recorded events as the workers see them. An event is pending from its insert until its rollups are written; the only
 * things that change about it are its claim, its attempts and its end. Each event is changed on its own and atomically; a
 * call over many may be cut off in the middle and is repeated whole. Failures as in {@link RawEvents}.
 */
public interface PendingEvents {
    /**
     * Claims, for this batch, those of the events that are pending, unclaimed and accepted under definitions that the batch
     * knows.
     *
     * @param heir whether the batch was taken over while open: then a claim of the same lane and seq under an earlier epoch is
     *     free. Not so under a later one: an owner that was itself followed could otherwise take an event back and release it,
     *     after its follower has sealed it
     */
    void claim(Collection<EventRef> candidates, Claim claim, long version, boolean heir);

    /** Those of the candidates that carry exactly this claim and are pending. */
    List<Event> owned(Collection<EventRef> candidates, Claim claim);

    /** The events of a sealed batch, whose claims an heir may not carry; finished ones among them too. */
    List<Event> sealed(Collection<EventRef> sealed);

    /** Those of the candidates that are still pending and unclaimed, and accepted under newer definitions than these. */
    List<EventRef> newerThan(Collection<EventRef> candidates, long version);

    /**
     * Gives one event back after a failed attempt, if the claim is still this one. An event that has no attempts left dies:
     * it is pending no more and keeps the reason.
     *
     * @return what was done, or null where the claim was another's
     */
    @Nullable
    Release release(EventRef event, Claim claim, Failed failed);

    /**
     * Ends the batch's claim on these events: their rollups are written. Repeating it changes nothing.
     *
     * @param version of the definitions that the batch went by; kept on the event
     */
    void finish(Collection<EventRef> events, Claim claim, long version);

    /**
     * Reads on in the order of receipt through the pending events of a source, bounded, whatever state they are in.
     *
     * @param from where the scan before ended; null to begin with the oldest
     * @param receivedBeforeMillis where to end, epoch milliseconds
     */
    Scan scan(String source, @Nullable ScanPosition from, long receivedBeforeMillis, int limit);

    /**
     * Takes a stale claim off a pending event, if it is still exactly this one.
     *
     * @return whether it was
     */
    boolean unclaim(EventRef event, Claim claim);

    /**
     * Keeps the relay from enqueuing these events again before a time, if they are still pending and unclaimed. To be called
     * before they are enqueued, so that a relay that fails in between does not flood the queue.
     */
    void postpone(Collection<EventRef> events, long notBeforeMillis);

    /**
     * Why an attempt failed and what follows.
     *
     * @param attemptsMax with this attempt the event dies
     * @param retryAtMillis before which it is not to be tried again
     */
    record Failed(Fault fault, int attemptsMax, long nowMillis, RetryAt retryAt) {}

    /** When to try again after the n-th failed attempt, in epoch milliseconds. */
    @FunctionalInterface
    interface RetryAt {
        long afterAttempt(int attempts);
    }

    /**
     * @param dueMillis when it is to be tried again; null where it died
     */
    record Release(int attempts, @Nullable Long dueMillis) {}

    /** A pending event as the relay and the janitor see it. */
    record Pending(
            EventRef ref,
            String type,
            long timestampMillis,
            CommitId commit,
            long receivedAtMillis,
            int sizeBytes,
            @Nullable Claim claim,
            long notBeforeMillis) {}

    /**
     * @param next where to read on; null where the end was reached
     */
    record Scan(List<Pending> events, @Nullable ScanPosition next) {}

    record ScanPosition(long receivedAtMillis, String uuid) {}
}
