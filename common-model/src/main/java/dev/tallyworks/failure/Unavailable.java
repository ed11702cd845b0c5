package dev.tallyworks.failure;

/** A store can't be reached or refuses work: nothing was done, it may be tried again later. */
public final class Unavailable extends RuntimeException {
    public Unavailable(String message, Throwable cause) {
        super(message, cause);
    }
}
