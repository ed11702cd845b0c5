package dev.tallyworks.event;

import org.jspecify.annotations.Nullable;

/**
 * An event as it is read back.
 *
 * @param aggregated whether every matching aggregation contains it
 * @param dead why it is not being tried any more, or null; one that was discarded is neither aggregated nor dead
 */
public record RecordedEvent(
        Event event, boolean aggregated, @Nullable Death dead) {
    /**
     * @param id names the dead letter
     * @param attempts how often its aggregation failed
     */
    public record Death(String id, String reason, int attempts, long diedAtMillis) {}
}
