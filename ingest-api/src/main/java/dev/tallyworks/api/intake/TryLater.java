package dev.tallyworks.api.intake;

import org.jspecify.annotations.Nullable;

/** Nothing of the request is promised; the same request may succeed in a moment, and is safe to repeat. */
final class TryLater extends RuntimeException {
    static final int RETRY_AFTER_SECONDS = 1;

    TryLater(String message, @Nullable Throwable cause) {
        super(message, cause, false, false);
    }
}
