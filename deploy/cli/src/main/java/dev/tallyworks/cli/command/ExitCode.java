package dev.tallyworks.cli.command;

/** How a command ended. The numbers are kept. */
public enum ExitCode {
    OK(0),
    /** Some of what was sent was refused; the rest was taken. */
    NOT_ALL_TAKEN(1),
    /** The command line is wrong, or a file that it names can't be used. */
    USAGE(2),
    /** The server refused: what was asked is wrong, unknown, in conflict or not allowed. */
    REFUSED(3),
    /** Nothing answers, or the server can't now, for as long as it was tried. */
    UNAVAILABLE(4),
    /** An audit found numbers that differ from the events. */
    DIFFERENCES(5),
    /** The doctor found something that needs a hand. */
    UNHEALTHY(6),
    /** A rebuild that was waited for failed, or was cancelled. */
    NOT_REBUILT(7),
    /** Dead letters are left that were to be retried or discarded: the same command goes on with them. */
    SOME_LEFT(8),
    /** A fault of this program. */
    INTERNAL(70);

    private final int number;

    ExitCode(int number) {
        this.number = number;
    }

    public int number() {
        return number;
    }
}
