package dev.tallyworks.cli;

import dev.tallyworks.cli.console.Console;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** A command as it was run in this process: how it ended, and what it printed. */
public record Run(int code, String out, String err) {
    public List<String> lines() {
        return out.lines().toList();
    }

    /** Runs commands under the same circumstances. */
    public static final class Runner {
        private final Map<String, String> environment = new HashMap<>();
        private final QuickTime time = new QuickTime();
        private byte[] in = {};
        private boolean terminal;

        /** @param home where nobody has left settings */
        public Runner(java.nio.file.Path home) {
            environment.put("HOME", home.toString());
        }

        public Runner with(String variable, String value) {
            environment.put(variable, value);
            return this;
        }

        public Runner stdin(String text) {
            in = text.getBytes(StandardCharsets.UTF_8);
            return this;
        }

        /** A person looks at both streams. */
        public Runner onTerminal() {
            terminal = true;
            return this;
        }

        public QuickTime time() {
            return time;
        }

        public Run run(String... arguments) {
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            ByteArrayOutputStream err = new ByteArrayOutputStream();
            Console console = new Console(
                    new ByteArrayInputStream(in),
                    new PrintStream(out, true, StandardCharsets.UTF_8),
                    new PrintStream(err, true, StandardCharsets.UTF_8),
                    environment,
                    terminal,
                    terminal,
                    80);
            int code = Tallyctl.commandLine(console, time).execute(arguments);
            return new Run(code, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
        }
    }
}
