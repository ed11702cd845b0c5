package dev.tallyworks.cli.api;

import org.jspecify.annotations.Nullable;

/** Nothing answers, or what answers can't now: later it may. */
public final class Unavailable extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final transient @Nullable Problem problem;

    Unavailable(String message, @Nullable Problem problem) {
        super(message, null, false, false);
        this.problem = problem;
    }

    /** What the server said; null where nothing answered. */
    public @Nullable Problem problem() {
        return problem;
    }
}
