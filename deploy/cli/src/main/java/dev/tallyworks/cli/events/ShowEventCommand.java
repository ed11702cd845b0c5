package dev.tallyworks.cli.events;

import dev.tallyworks.cli.api.Request;
import dev.tallyworks.cli.command.ApiCommand;
import dev.tallyworks.cli.command.ExitCode;
import dev.tallyworks.cli.command.Session;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code events show}. */
@Command(name = "show", description = "Show one recorded event, and whether it is counted.")
final class ShowEventCommand extends ApiCommand {
    @Option(
            names = {"-s", "--source"},
            required = true,
            paramLabel = "SOURCE",
            description = "the id of the source")
    private String source = "";

    @Parameters(paramLabel = "UUID")
    private String uuid = "";

    @Override
    protected ExitCode run(Session session) throws InterruptedException {
        session.output().object(session.json(Request.get("sources", source, "events", uuid)));
        return ExitCode.OK;
    }
}
