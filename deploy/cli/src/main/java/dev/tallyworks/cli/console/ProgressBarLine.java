package dev.tallyworks.cli.console;

import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;

/** One line on a terminal that is drawn again and again: how far, how fast, how long still. */
final class ProgressBarLine implements Progress {
    private static final int REDRAWN_MILLIS = 100;

    private final Console console;
    private final Task task;
    private final ProgressBar bar;
    private final long startNanos = System.nanoTime();

    ProgressBarLine(Console console, Task task) {
        this.console = console;
        this.task = task;
        this.bar = new ProgressBarBuilder()
                .setTaskName(task.name())
                .setInitialMax(task.total())
                .setUnit(task.unit(), task.perUnit())
                .setStyle(style(console.environment()))
                .setUpdateIntervalMillis(REDRAWN_MILLIS)
                .setConsumer(new ConsoleProgressBarConsumer(console.err(), console.columns() - 1))
                .hideEta() // Which time it is that it shows, it does not say.
                .startsFrom(task.start(), Duration.ZERO)
                .build();
    }

    /** Only ASCII where the locale names another character set than UTF-8. */
    private static ProgressBarStyle style(Map<String, String> environment) {
        String locale = environment.getOrDefault(
                "LC_ALL", environment.getOrDefault("LC_CTYPE", environment.getOrDefault("LANG", "")));
        String name = locale.toLowerCase(Locale.ROOT);
        return name.contains("utf-8") || name.contains("utf8")
                ? ProgressBarStyle.UNICODE_BLOCK
                : ProgressBarStyle.ASCII;
    }

    @Override
    public void at(long done, String message) {
        bar.setExtraMessage(message + task.left(done, System.nanoTime() - startNanos));
        bar.stepTo(done);
    }

    @Override
    public void note(String text) {
        // Over the bar, which is drawn again below.
        console.err().print("\r" + Console.harmless(text) + "\u001b[K\n");
    }

    @Override
    public void close() {
        bar.close();
    }
}
