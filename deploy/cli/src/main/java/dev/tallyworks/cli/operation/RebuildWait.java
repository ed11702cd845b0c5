package dev.tallyworks.cli.operation;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tallyworks.cli.api.Request;
import dev.tallyworks.cli.api.Waiting;
import dev.tallyworks.cli.command.ExitCode;
import dev.tallyworks.cli.command.Session;
import dev.tallyworks.cli.console.Progress;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Waits for a rebuild to be over, and shows meanwhile how far it is. */
final class RebuildWait {
    private static final long PAUSE_MILLIS = 500;

    private final Session session;
    private final Waiting waiting;

    RebuildWait(Session session, Waiting waiting) {
        this.session = session;
        this.waiting = waiting;
    }

    ExitCode await(String report, String id) throws InterruptedException {
        @Nullable Progress progress = null;
        try {
            while (true) {
                JsonNode rebuild = session.json(Request.get("reports", report, "rebuilds", id));
                String state = rebuild.path("state").asText();
                if (progress == null && rebuild.path("total").asLong() > 0) {
                    progress = Progress.of(
                            session.output().console(),
                            new Progress.Task(
                                    "rebuild", "", 1, rebuild.path("total").asLong(), 0));
                }
                if (progress != null) {
                    progress.at(rebuild.path("done").asLong(), message(rebuild));
                }
                if (!state.equals("waiting") && !state.equals("running")) {
                    return over(progress, rebuild, state);
                }
                waiting.sleep(PAUSE_MILLIS);
            }
        } finally {
            if (progress != null) {
                progress.close();
            }
        }
    }

    private static String message(JsonNode rebuild) {
        return String.format(
                Locale.ROOT,
                "%s, %,d of %,d events",
                rebuild.path("state").asText(),
                rebuild.path("done").asLong(),
                rebuild.path("total").asLong());
    }

    private ExitCode over(@Nullable Progress progress, JsonNode rebuild, String state) {
        if (progress != null) {
            progress.close();
        }
        session.output().object(rebuild);
        if (state.equals("done")) {
            return ExitCode.OK;
        }
        session.output()
                .note("the rebuild " + state
                        + (rebuild.hasNonNull("error")
                                ? ": " + rebuild.path("error").asText()
                                : "")
                        + "; the old numbers stay");
        return ExitCode.NOT_REBUILT;
    }
}
