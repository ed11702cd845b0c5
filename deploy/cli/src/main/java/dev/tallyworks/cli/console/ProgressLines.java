package dev.tallyworks.cli.console;

import java.util.Locale;

/** A line each tenth, where nobody watches; of an unknown total each time that it has doubled. */
final class ProgressLines implements Progress {
    private static final int STEPS = 10;

    private final Console console;
    private final Task task;
    private final long startNanos = System.nanoTime();
    private long next;

    ProgressLines(Console console, Task task) {
        this.console = console;
        this.task = task;
        this.next = task.total() == UNKNOWN ? task.perUnit() : task.start() * STEPS / Math.max(1, task.total()) + 1;
    }

    @Override
    public void at(long done, String message) {
        if (task.total() == UNKNOWN) {
            if (done >= next) {
                next = 2 * done;
                console.note(String.format(Locale.ROOT, "%s: %s", task.name(), message));
            }
            return;
        }
        long step = done * STEPS / Math.max(1, task.total());
        if (step >= next) {
            next = step + 1;
            console.note(String.format(
                    Locale.ROOT,
                    "%s: %d %%, %s%s",
                    task.name(),
                    100 * done / Math.max(1, task.total()),
                    message,
                    task.left(done, System.nanoTime() - startNanos)));
        }
    }

    @Override
    public synchronized void note(String text) {
        console.note(task.name() + ": " + text);
    }

    @Override
    public void close() {}
}
