package dev.tallyworks.api.intake;

/** The body as a whole is beyond a limit: nothing of it is recorded. */
final class BodyTooLarge extends RuntimeException {
    BodyTooLarge(String message) {
        super(message, null, false, false);
    }
}
