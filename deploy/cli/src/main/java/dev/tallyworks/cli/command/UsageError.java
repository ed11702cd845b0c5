package dev.tallyworks.cli.command;

/** What was typed can't be done: the message says why, and what would help. */
public final class UsageError extends RuntimeException {
    private static final long serialVersionUID = 1;

    public UsageError(String message) {
        super(message, null, false, false);
    }
}
