package dev.tallyworks.cli.console;

import java.util.Locale;

/** Shows how far something long has come. Of one thread, closed at its end. */
public interface Progress extends AutoCloseable {
    /** Says nothing. */
    Progress SILENT = new Progress() {
        @Override
        public void at(long done, String message) {}

        @Override
        public void note(String text) {}

        @Override
        public void close() {}
    };

    /** Whether the total is known. */
    long UNKNOWN = -1;

    /**
     * What is under way.
     *
     * @param unit that {@code total} is counted in
     * @param perUnit how many of what is counted make one unit
     * @param total {@link #UNKNOWN} where nobody knows
     * @param start how much was done before
     */
    record Task(String name, String unit, long perUnit, long total, long start) {
        private static final double MINUTE = 60;
        private static final double HOUR = 60 * MINUTE;
        /** From so many of a unit on the next larger one is named. */
        private static final int UNITS_MAX = 2;

        /** How long it still takes at this pace, as the end of a message; empty where that can't be told. */
        String left(long done, long elapsedNanos) {
            if (total == UNKNOWN || done <= start) {
                return "";
            }
            double seconds = Math.ceil(elapsedNanos / 1e9 * (total - done) / (done - start));
            if (seconds < UNITS_MAX * MINUTE) {
                return String.format(Locale.ROOT, ", %.0f s left", seconds);
            }
            return seconds < UNITS_MAX * HOUR
                    ? String.format(Locale.ROOT, ", %.0f min left", seconds / MINUTE)
                    : String.format(Locale.ROOT, ", %.1f h left", seconds / HOUR);
        }
    }

    /** A bar on a terminal, a line now and then elsewhere. */
    static Progress of(Console console, Task task) {
        return console.errIsTerminal() ? new ProgressBarLine(console, task) : new ProgressLines(console, task);
    }

    /**
     * @param done so far, in what is counted
     * @param message beside it
     */
    void at(long done, String message);

    /** Something to know that is no progress. Safe from any thread. */
    void note(String text);

    @Override
    void close();
}
