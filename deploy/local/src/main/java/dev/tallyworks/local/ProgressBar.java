package dev.tallyworks.local;

import java.io.PrintStream;
import java.util.Locale;

/** How far something has come, its rate and the time that is left: one line on a terminal, a line each tenth elsewhere. */
final class ProgressBar {
    /** So that the line fits into 80 columns. */
    private static final int WIDTH = 16;

    private static final int PLAIN_STEPS = 10;

    private final PrintStream out;
    private final boolean terminal;
    private final String what;
    private final long total;
    private final long startNanos = System.nanoTime();
    private long stepPrinted;

    ProgressBar(PrintStream out, boolean terminal, String what, long total) {
        this.out = out;
        this.terminal = terminal;
        this.what = what;
        this.total = total;
    }

    void show(long done) {
        show(done, System.nanoTime() - startNanos);
    }

    void show(long done, long elapsedNanos) {
        String line = line(done, elapsedNanos);
        if (terminal) {
            out.print("\r" + line + "\u001b[K" + (done >= total ? "\n" : ""));
            out.flush();
            return;
        }
        long step = done * PLAIN_STEPS / total;
        if (step > stepPrinted) {
            stepPrinted = step;
            out.println(line);
        }
    }

    private String line(long done, long elapsedNanos) {
        double rate = done / Math.max(1e-9, elapsedNanos / 1e9);
        int filled = (int) (WIDTH * done / total);
        String bar = terminal ? " [" + "#".repeat(filled) + "-".repeat(WIDTH - filled) + "]" : "";
        return String.format(
                Locale.ROOT,
                "%s%s %,d of %,d (%d %%), %,.0f/s, %.0f s left",
                what,
                bar,
                done,
                total,
                100 * done / total,
                rate,
                Math.ceil((total - done) / Math.max(1e-9, rate)));
    }
}
