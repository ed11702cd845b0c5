package dev.tallyworks.cli.operation;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tallyworks.cli.api.Request;
import dev.tallyworks.cli.api.Waiting;
import dev.tallyworks.cli.command.Session;
import dev.tallyworks.cli.command.Times;
import dev.tallyworks.cli.command.UsageError;
import dev.tallyworks.cli.console.Format;
import dev.tallyworks.cli.console.Output;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Shows an answer once, or again and again. */
final class WatchOptions {
    /** Home, and everything below it away. */
    private static final String CLEAR = "\u001b[H\u001b[2J";

    @Option(names = "--watch", description = "show it again and again, until it is interrupted")
    private boolean watch;

    @Option(
            names = "--interval",
            paramLabel = "TIME",
            defaultValue = "2s",
            description = "how often (${DEFAULT-VALUE})")
    private String interval = "2s";

    @Option(names = "--times", paramLabel = "N", description = "with --watch: end after so many")
    private @Nullable Long times;

    /** @param show writes what was answered, where it is no JSON that is wanted */
    void run(Session session, Waiting waiting, Request request, BiConsumer<Output, JsonNode> show)
            throws InterruptedException {
        if (!watch) {
            show.accept(session.output(), session.json(request));
            return;
        }
        long pauseMillis = Times.span("--interval", interval).toMillis();
        if (times != null && times < 1) {
            throw new UsageError("--times must be at least 1, not " + times);
        }
        Output output = session.output();
        for (long shown = 1; ; shown++) {
            JsonNode answer = session.json(request);
            if (output.format() == Format.JSON) {
                output.jsonLine(answer);
            } else {
                if (output.console().outIsTerminal()) {
                    output.raw(CLEAR);
                }
                show.accept(output, answer);
            }
            if (times != null && shown >= times) {
                return;
            }
            waiting.sleep(pauseMillis);
        }
    }
}
