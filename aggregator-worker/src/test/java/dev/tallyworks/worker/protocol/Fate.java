package dev.tallyworks.worker.protocol;

import dev.tallyworks.event.Event;
import org.jspecify.annotations.Nullable;

/**
 * What became of an event.
 *
 * @param died why, or null
 * @param discarded whether it was given up after its death
 * @param batchVersion of the definitions that its batch went by; null where it was never finished
 * @param expired whether it is gone, as it had been kept long enough
 */
public record Fate(
        Event event,
        boolean pending,
        boolean claimed,
        @Nullable String died,
        int attempts,
        boolean discarded,
        @Nullable Long batchVersion,
        boolean expired) {}
