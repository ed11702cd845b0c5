package dev.tallyworks.cli.console;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Where a command reads and writes.
 *
 * @param environment the variables
 * @param outIsTerminal whether a person sees {@code out}
 * @param errIsTerminal whether a person sees {@code err}
 * @param columns of the terminal
 */
public record Console(
        InputStream in,
        PrintStream out,
        PrintStream err,
        Map<String, String> environment,
        boolean outIsTerminal,
        boolean errIsTerminal,
        int columns) {
    /** Set by the start script: which of "out" and "err" are terminals. */
    public static final String TERMINALS = "TALLYCTL_TERMINALS";
    /** Set by the start script, and by many shells. */
    public static final String COLUMNS = "COLUMNS";

    private static final int COLUMNS_DEFAULT = 80;
    private static final int COLUMNS_MIN = 40;

    /** This process' own. */
    public static Console ofProcess() {
        Map<String, String> environment = System.getenv();
        boolean both = System.console() != null;
        @Nullable String told = environment.get(TERMINALS);
        List<String> terminals = told == null ? List.of() : Arrays.asList(told.split(","));
        return new Console(
                System.in,
                stream(FileDescriptor.out),
                stream(FileDescriptor.err),
                environment,
                told == null ? both : terminals.contains("out"),
                told == null ? both : terminals.contains("err"),
                columns(environment.get(COLUMNS)));
    }

    /** UTF-8, whatever the locale: JSON and CSV are. */
    private static PrintStream stream(FileDescriptor descriptor) {
        return new PrintStream(new FileOutputStream(descriptor), true, StandardCharsets.UTF_8);
    }

    private static int columns(@Nullable String text) {
        return text != null && text.matches("\\d{1,4}")
                ? Math.max(COLUMNS_MIN, Integer.parseInt(text))
                : COLUMNS_DEFAULT;
    }

    /** Without what would command a terminal; line feeds stay. */
    public static String harmless(String text) {
        return text.replaceAll("[\\p{Cntrl}&&[^\n]]", "\ufffd");
    }

    /** A line for people, beside the output. */
    public void note(String text) {
        err.println(harmless(text));
    }
}
