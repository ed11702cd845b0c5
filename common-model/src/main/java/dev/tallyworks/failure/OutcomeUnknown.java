package dev.tallyworks.failure;

/** A write was sent and no answer came: it may have happened, may yet happen, or not at all. Only its repetition tells. */
public final class OutcomeUnknown extends RuntimeException {
    public OutcomeUnknown(String message, Throwable cause) {
        super(message, cause);
    }
}
