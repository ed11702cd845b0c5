package dev.tallyworks.fresh;

/** Ends what a process is at, as its end would. */
final class Killed extends Error {
    private static final long serialVersionUID = 1;

    Killed() {
        super("killed", null, false, false);
    }
}
