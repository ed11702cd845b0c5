package dev.tallyworks.cli.operation;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tallyworks.cli.api.Request;
import dev.tallyworks.cli.command.ApiCommand;
import dev.tallyworks.cli.command.ExitCode;
import dev.tallyworks.cli.command.Session;
import dev.tallyworks.cli.console.Column;
import dev.tallyworks.cli.console.Output;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code workers}. */
@Command(name = "workers", description = "List the workers that are alive.")
public final class WorkersCommand extends ApiCommand {
    private static final int LIMIT = 1_000;
    private static final List<Column> COLUMNS = Column.of(
            "id",
            "version",
            "startedAt",
            "heartbeatAt",
            "lanes",
            "inFlight",
            "processed",
            "failed",
            "configurationVersion");

    @Mixin
    private WatchOptions watch = new WatchOptions();

    @Override
    protected ExitCode run(Session session) throws InterruptedException {
        watch.run(session, options().waiting(), Request.get("workers").with("limit", LIMIT), WorkersCommand::show);
        return ExitCode.OK;
    }

    private static void show(Output output, JsonNode answer) {
        output.list(answer, Output.rows(answer.path("items")), COLUMNS);
    }
}
