package dev.tallyworks.cli.console;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ProgressTest {
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    private Progress progress(boolean terminal, String locale, long total) {
        PrintStream out = new PrintStream(err, true, StandardCharsets.UTF_8);
        Console console = new Console(
                new ByteArrayInputStream(new byte[0]), out, out, Map.of("LANG", locale), terminal, terminal, 100);
        return Progress.of(console, new Progress.Task("file", " KiB", 1_024, total, 0));
    }

    private String shown() {
        return err.toString(StandardCharsets.UTF_8);
    }

    @Test
    void isABarOnATerminal() {
        try (Progress progress = progress(true, "de_DE.UTF-8", 10_240)) {
            progress.at(5_120, "500 events, 250/s");
        }

        assertThat(shown()).contains("\rfile", "50%", "5/10 KiB", "█", "500 events, 250/s", " left");
    }

    @Test
    void isAsciiWhereNothingElseCanBeShown() {
        try (Progress progress = progress(true, "C", 10_240)) {
            progress.at(5_120, "500 events");
        }

        assertThat(shown()).contains("50% [===").matches("\\p{ASCII}*");
    }

    @Test
    void isALineEachTenthElsewhere() {
        try (Progress progress = progress(false, "C", 1_000)) {
            for (int done = 1; done <= 1_000; done++) {
                progress.at(done, done + " events");
            }
            progress.note("waiting");
        }

        assertThat(shown().lines()).hasSize(11).allMatch(line -> line.startsWith("file: "));
        assertThat(shown()).contains("file: 10 %, 100 events", "file: 100 %, 1000 events, 0 s left", "file: waiting");
    }

    @Test
    void ofAnUnknownTotalItDoubles() {
        try (Progress progress = progress(false, "C", Progress.UNKNOWN)) {
            for (int done = 1; done <= 16; done++) {
                progress.at(done * 1_024L, done + " events");
            }
        }

        assertThat(shown().lines())
                .containsExactly(
                        "file: 1 events", "file: 2 events", "file: 4 events", "file: 8 events", "file: 16 events");
    }

    @Test
    void tellsWhatIsLeftInUnitsOfItsSize() {
        Progress.Task task = new Progress.Task("file", "", 1, 1_100, 100);

        assertThat(task.left(600, 10_000_000_000L)).isEqualTo(", 10 s left");
        assertThat(task.left(101, 1_000_000_000L)).isEqualTo(", 17 min left");
        assertThat(task.left(101, 60_000_000_000L)).isEqualTo(", 16.7 h left");
        assertThat(task.left(100, 60_000_000_000L)).isEmpty();
    }
}
