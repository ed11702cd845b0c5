package dev.tallyworks.cli.events;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tallyworks.cli.api.Request;
import dev.tallyworks.cli.command.ApiCommand;
import dev.tallyworks.cli.command.ExitCode;
import dev.tallyworks.cli.command.Session;
import dev.tallyworks.cli.command.Times;
import dev.tallyworks.cli.command.UsageError;
import dev.tallyworks.cli.console.Column;
import dev.tallyworks.cli.console.Console;
import dev.tallyworks.cli.console.Output;
import dev.tallyworks.cli.console.Table;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code events tail}. */
@Command(
        name = "tail",
        description = "Show the last events, then others as they come, until it is interrupted.",
        footer = {
            "",
            "Events are looked for by their timestamps: those within --window before now, or",
            "from --from on, which also finds the ones of a past that is loaded just now."
        })
final class TailCommand extends ApiCommand {
    private static final int PAGE = 1_000;
    /** So many of a window are looked at in one go. */
    private static final int LOOK_MAX = 10_000;

    @Mixin
    private EventFilter filter = new EventFilter();

    @Option(
            names = {"-n", "--lines"},
            paramLabel = "N",
            defaultValue = "10",
            description = "so many of those that are there already (${DEFAULT-VALUE})")
    private int lines;

    @Option(
            names = "--window",
            paramLabel = "TIME",
            defaultValue = "15m",
            description = "how old a timestamp may be (${DEFAULT-VALUE})")
    private String window = "15m";

    @Option(names = "--from", paramLabel = "TIME", description = "look for timestamps from this time on instead")
    private @Nullable String from;

    @Option(
            names = "--interval",
            paramLabel = "TIME",
            defaultValue = "1s",
            description = "how often to look (${DEFAULT-VALUE})")
    private String interval = "1s";

    @Option(names = "--no-follow", description = "end after those that are there already")
    private boolean noFollow;

    @Override
    protected ExitCode run(Session session) throws InterruptedException {
        Duration span = Times.span("--window", window);
        long pauseMillis = Times.span("--interval", interval).toMillis();
        if (lines < 0) {
            throw new UsageError("--lines must not be below 0, but is " + lines);
        }
        Seen seen = new Seen(LOOK_MAX);
        boolean first = true;
        boolean warned = false;
        while (true) {
            List<JsonNode> found = look(session, span);
            if (found.size() == LOOK_MAX && !warned) {
                warned = true;
                session.output()
                        .note("more than " + LOOK_MAX + " events in this window: those with older timestamps are"
                                + " not looked for; choose a smaller --window, or --type or --attribution");
            }
            List<JsonNode> fresh = found.stream()
                    .filter(event -> seen.isNew(event.path("uuid").asText()))
                    .sorted(Comparator.comparing(
                                    (JsonNode event) -> event.path("receivedAt").asText())
                            .thenComparing(event -> event.path("timestamp").asText()))
                    .toList();
            print(
                    session.output(),
                    first ? fresh.subList(Math.max(0, fresh.size() - lines), fresh.size()) : fresh,
                    first);
            if (noFollow) {
                return ExitCode.OK;
            }
            first = false;
            options().waiting().sleep(pauseMillis);
        }
    }

    /** The newest by timestamp. */
    private List<JsonNode> look(Session session, Duration span) throws InterruptedException {
        Request request =
                filter.request().with("from", from == null ? Times.ago(span).toString() : Times.instant(from));
        List<JsonNode> found = new ArrayList<>();
        @Nullable String cursor = null;
        do {
            JsonNode page = session.json(request.with("limit", PAGE).with("cursor", cursor));
            page.path("items").forEach(found::add);
            cursor = page.path("nextCursor").textValue();
        } while (cursor != null && found.size() < LOOK_MAX);
        return found;
    }

    private static void print(Output output, List<JsonNode> events, boolean first) {
        switch (output.format()) {
            case JSON -> events.forEach(output::jsonLine);
            case CSV -> {
                String csv = Table.of(events, EventFilter.COLUMNS).csv();
                output.raw(first ? csv : csv.substring(csv.indexOf('\n') + 1));
            }
            case TABLE -> events.forEach(event -> output.line(line(event)));
        }
    }

    /** Not aligned: what comes next is not known yet. */
    private static String line(JsonNode event) {
        List<String> cells = new ArrayList<>();
        for (Column column : EventFilter.COLUMNS) {
            cells.add(column.cell().apply(event));
        }
        return Console.harmless(String.join("  ", cells)).replace('\n', ' ');
    }
}
