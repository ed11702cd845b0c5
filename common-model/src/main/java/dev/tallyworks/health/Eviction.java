package dev.tallyworks.health;

import org.jspecify.annotations.Nullable;

/**
 * Watches over what Redis does when its memory is full. One that refuses writes is told of everything that is missing; one that
 * drops keys would lose numbers and jobs with nobody noticing.
 */
public interface Eviction {
    /**
     * Asks. A server that does not tell is taken to be right.
     *
     * @throws IllegalStateException where keys may be dropped, with the remedy
     * @throws dev.tallyworks.failure.Unavailable where no answer came in time
     */
    void check();

    /** What is wrong, as far as the newest answer says; null where nothing is, or none came. */
    @Nullable
    String fault();
}
