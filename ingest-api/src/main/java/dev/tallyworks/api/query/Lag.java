package dev.tallyworks.api.query;

import dev.tallyworks.event.RawEvents;
import java.time.Clock;
import java.util.Optional;
import java.util.Set;

/**
 * How far aggregation is behind, as it is read first of all for an answer.
 *
 * @param nowMillis the time before it was read, epoch milliseconds
 * @param oldestPendingMillis the smallest timestamp of a pending event, {@link Long#MAX_VALUE} where none is
 * @param waitingSinceMillis when the pending event was received that waits longest; now where none does
 */
public record Lag(long nowMillis, long oldestPendingMillis, long waitingSinceMillis) {
    /** Asks each of the sources, by id. */
    public static Lag read(RawEvents events, Set<String> sources, Clock clock) {
        long now = clock.millis();
        long oldest = Long.MAX_VALUE;
        long waiting = now;
        for (String source : sources) {
            Optional<RawEvents.OldestPending> pending = events.oldestPending(source);
            if (pending.isPresent()) {
                oldest = Math.min(oldest, pending.get().timestampMillis());
                waiting = Math.min(waiting, pending.get().receivedAtMillis());
            }
        }
        return new Lag(now, oldest, waiting);
    }

    /** Everything before it is aggregated, epoch milliseconds. */
    public long watermarkMillis() {
        return Math.min(nowMillis, oldestPendingMillis);
    }

    /** How long the event that waits longest has waited. */
    public long lagMillis() {
        return Math.max(0, nowMillis - waitingSinceMillis);
    }
}
