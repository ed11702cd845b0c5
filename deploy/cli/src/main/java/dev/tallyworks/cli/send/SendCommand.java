package dev.tallyworks.cli.send;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tallyworks.cli.api.Json;
import dev.tallyworks.cli.api.Refused;
import dev.tallyworks.cli.api.Request;
import dev.tallyworks.cli.command.ApiCommand;
import dev.tallyworks.cli.command.ExitCode;
import dev.tallyworks.cli.command.Session;
import dev.tallyworks.cli.command.UsageError;
import dev.tallyworks.cli.console.Console;
import dev.tallyworks.cli.console.Format;
import dev.tallyworks.cli.console.Output;
import dev.tallyworks.cli.console.Progress;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code events send}. */
@Command(
        name = "send",
        description = "Send the events of a file, each exactly once.",
        footer = {
            "",
            "A sending that was cut off goes on where it stopped when the same command is",
            "given again; what was under way then is sent twice, and counts once, as its",
            "uuids are the same. Events without a uuid get one of the file's name",
            "(--uuid-prefix), the line and the row's content: the same row in the same line",
            "of a file of the same name is the same event. Rows that are not taken go to",
            "FILE.rejects.ndjson with line, code and detail.",
            "",
            "A CSV must be whole, or end with a line end where it is still being written:",
            "half a last row would be taken for a whole one."
        })
public final class SendCommand extends ApiCommand {
    private static final long KIBIBYTE = 1_024;
    private static final int RETRY_FOR_SECONDS = 600;
    private static final int FORBIDDEN = 403;
    private static final int BATCH_MAX = 5_000;
    private static final int CONNECTIONS_MAX = 64;

    enum Kind {
        ndjson,
        csv
    }

    @Parameters(paramLabel = "FILE", description = "NDJSON or CSV, also gzipped; - is standard input")
    private String file = "";

    @Option(
            names = {"-s", "--source"},
            required = true,
            paramLabel = "SOURCE",
            description = "the id of the source")
    private String source = "";

    @Option(
            names = "--format",
            paramLabel = "FORMAT",
            description = "ndjson or csv (by the name: csv where it ends in .csv or .csv.gz)")
    private @Nullable Kind kind;

    @Option(names = "--uuid-prefix", paramLabel = "TEXT", description = "begins the uuids of events without one")
    private @Nullable String uuidPrefix;

    @Option(
            names = "--batch",
            paramLabel = "N",
            defaultValue = "500",
            description = "events in one request (${DEFAULT-VALUE})")
    private int batch;

    @Option(
            names = "--connections",
            paramLabel = "N",
            defaultValue = "4",
            description = "requests under way at once (${DEFAULT-VALUE})")
    private int connections;

    @Option(
            names = "--rejects",
            paramLabel = "FILE",
            description = "where rows go that are not taken (FILE.rejects.ndjson)")
    private @Nullable Path rejects;

    @Option(
            names = "--state",
            paramLabel = "FOLDER",
            description = "where it is kept how far a file was taken ($XDG_STATE_HOME/tallyctl)")
    private @Nullable Path stateFolder;

    @Option(names = "--no-resume", description = "begin at the beginning, and keep no state")
    private boolean noResume;

    @Option(names = "--dry-run", description = "only print the events as they would be sent, NDJSON")
    private boolean dryRun;

    @Option(
            names = {"-q", "--quiet"},
            description = "show no progress")
    private boolean quiet;

    @ArgGroup(validate = false, heading = "%nOf a CSV, whose first line names the columns:%n")
    private CsvOptions csv = new CsvOptions();

    @Override
    protected ExitCode run(Session session) throws IOException, InterruptedException {
        check();
        Console console = session.output().console();
        @Nullable CsvMapping mapping = isCsv() ? csv.mapping() : null;
        Uuids uuids = uuids();
        if (dryRun) {
            return dryRun(session.output(), mapping, uuids);
        }
        @Nullable StateFile stateFile = stateFile(session, mapping, uuids);
        SendState state = stateFile == null ? SendState.BEGINNING : stateFile.load();
        @Nullable EventFile opened = EventFile.open(file, console, mapping, uuids, state.mark());
        if (opened == null) {
            session.output()
                    .note("the file is not the one that was taken up to line "
                            + state.mark().line() + ": beginning anew");
            state = SendState.BEGINNING;
            opened = EventFile.open(file, console, mapping, uuids, state.mark());
        }
        try (EventFile events = Objects.requireNonNull(opened)) {
            Ledger ledger = send(session, events, stateFile, state);
            tellOfOpenEnd(session.output(), events);
            return summary(session.output(), ledger, state);
        }
    }

    private void check() {
        if (batch < 1 || batch > BATCH_MAX) {
            throw new UsageError("--batch must be 1 to " + BATCH_MAX + ", not " + batch);
        }
        if (connections < 1 || connections > CONNECTIONS_MAX) {
            throw new UsageError("--connections must be 1 to " + CONNECTIONS_MAX + ", not " + connections);
        }
    }

    private boolean isCsv() {
        return kind == null ? file.matches("(?i).*\\.csv(\\.gz)?") : kind == Kind.csv;
    }

    private Uuids uuids() {
        if (uuidPrefix != null) {
            return new Uuids(uuidPrefix);
        }
        // Nothing says that two streams are the same.
        return file.equals(Input.STDIN) ? new Uuids("stdin-" + UUID.randomUUID()) : Uuids.ofFile(Input.nameOf(file));
    }

    private ExitCode dryRun(Output output, @Nullable CsvMapping mapping, Uuids uuids) throws IOException {
        long rejected = 0;
        try (EventFile events = Objects.requireNonNull(
                EventFile.open(file, output.console(), mapping, uuids, SendState.BEGINNING.mark()))) {
            BatchReader batches = events.batches(batch);
            for (@Nullable Batch next = batches.next(); next != null; next = batches.next()) {
                next.events().forEach(event -> output.line(new String(event.json(), StandardCharsets.UTF_8)));
                next.rejected()
                        .forEach(none ->
                                output.note("line " + none.line() + ": " + none.detail() + " (" + none.code() + ")"));
                rejected += next.rejected().size();
            }
            tellOfOpenEnd(output, events);
        }
        return rejected == 0 ? ExitCode.OK : ExitCode.NOT_ALL_TAKEN;
    }

    /** Most files that end so are whole, so it is taken. */
    private static void tellOfOpenEnd(Output output, EventFile events) {
        if (events.rowWithoutEnd() > 0) {
            output.note(String.format(
                    Locale.ROOT,
                    "the last row, line %,d, has no line end: it was read as a whole one. If the file was still being written,"
                            + " half of it may be recorded now",
                    events.rowWithoutEnd()));
        }
    }

    private @Nullable StateFile stateFile(Session session, @Nullable CsvMapping mapping, Uuids uuids)
            throws IOException, InterruptedException {
        String createdAt = createdAt(session);
        @Nullable Path path = Input.pathOf(file);
        if (path == null || noResume) {
            return null;
        }
        Path folder = stateFolder == null
                ? StateFile.usualFolder(session.output().console().environment())
                : stateFolder;
        return StateFile.in(
                folder,
                Input.nameOf(file),
                List.of(
                        path.toString(),
                        session.url().value(),
                        source,
                        createdAt,
                        String.valueOf(mapping),
                        uuids.prefix()));
    }

    /** Tells a source from another of the same name, or is empty where this client may not know. */
    private String createdAt(Session session) throws InterruptedException {
        try {
            return session.json(Request.get("sources", source))
                    .path("createdAt")
                    .asText();
        } catch (Refused refused) {
            if (refused.problem().status() == FORBIDDEN) {
                return "";
            }
            throw refused;
        }
    }

    private Ledger send(Session session, EventFile events, @Nullable StateFile stateFile, SendState from)
            throws IOException, InterruptedException {
        Output output = session.output();
        if (!from.isBeginning()) {
            output.note(String.format(
                    Locale.ROOT,
                    "going on after line %,d, where the last try stopped",
                    from.mark().line()));
        }
        Progress.Task task = new Progress.Task(
                Input.nameOf(file), " KiB", KIBIBYTE, events.size(), from.mark().position());
        if (from.isBeginning() && rejects == null) {
            // Those of a sending before.
            Files.deleteIfExists(rejectsPath());
        }
        try (Rejects rejected = new Rejects(rejectsPath(), from.rejectsBytes());
                Progress progress = quiet ? Progress.SILENT : Progress.of(output.console(), task)) {
            Ledger ledger =
                    new Ledger(stateFile, from, rejected, progress, options().waiting());
            BatchPost post = new BatchPost(
                    session.api().retryingFor(options().retryFor(RETRY_FOR_SECONDS)), source, progress::note);
            Thread cutOff = new Thread(() -> tellWhereItStands(output, ledger, stateFile), "cut off");
            Runtime.getRuntime().addShutdownHook(cutOff);
            boolean whole = false;
            try {
                new Sender(events.batches(batch), post, ledger, connections).run();
                whole = true;
            } finally {
                forget(cutOff);
                if (!whole) {
                    tellWhereItStands(output, ledger, stateFile);
                }
            }
            if (stateFile != null) {
                stateFile.remove();
            }
            return ledger;
        }
    }

    private Path rejectsPath() {
        return rejects == null
                ? Path.of(file.equals(Input.STDIN) ? "stdin.rejects.ndjson" : file + ".rejects.ndjson")
                : rejects;
    }

    private static void forget(Thread hook) {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException ending) {
            // It runs.
        }
    }

    private static void tellWhereItStands(Output output, Ledger ledger, @Nullable StateFile stateFile) {
        output.note(String.format(
                Locale.ROOT,
                "\nstopped: everything up to line %,d is taken%s",
                ledger.state().mark().line(),
                stateFile == null ? "" : "; the same command goes on from there"));
    }

    private ExitCode summary(Output output, Ledger ledger, SendState from) {
        SendState state = ledger.state();
        if (output.format() == Format.TABLE) {
            output.note(String.format(
                    Locale.ROOT,
                    "%,d events: %,d accepted, %,d known before, %,d rejected%s; %.1f s, %,.0f/s",
                    state.rows(),
                    state.accepted(),
                    state.duplicates(),
                    state.rejected(),
                    state.rejected() == 0 ? "" : " (see " + rejectsPath() + ")",
                    ledger.seconds(),
                    ledger.perSecond()));
        } else {
            ObjectNode summary = Json.object()
                    .put("source", source)
                    .put("file", file)
                    .put("events", state.rows())
                    .put("accepted", state.accepted())
                    .put("duplicates", state.duplicates())
                    .put("rejected", state.rejected())
                    .put("rejects", state.rejected() == 0 ? null : rejectsPath().toString())
                    .put("resumedAfterLine", from.mark().line())
                    .put("seconds", BigDecimal.valueOf(Math.round(ledger.seconds() * 1e3), 3));
            output.object(summary);
        }
        return state.rejected() == 0 ? ExitCode.OK : ExitCode.NOT_ALL_TAKEN;
    }
}
