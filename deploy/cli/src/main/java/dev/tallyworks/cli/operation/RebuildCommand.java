package dev.tallyworks.cli.operation;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tallyworks.cli.api.Json;
import dev.tallyworks.cli.api.Request;
import dev.tallyworks.cli.command.ApiCommand;
import dev.tallyworks.cli.command.ExitCode;
import dev.tallyworks.cli.command.RangeOptions;
import dev.tallyworks.cli.command.ReportName;
import dev.tallyworks.cli.command.Session;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code rebuild}. */
@Command(
        name = "rebuild",
        description = {
            "Make a report's stored numbers anew from its events; the old ones answer meanwhile.",
            "Without a range all of them."
        })
public final class RebuildCommand extends ApiCommand {
    @Mixin
    private ReportName report = new ReportName();

    @Mixin
    private RangeOptions range = new RangeOptions();

    @Option(names = "--aggregation", paramLabel = "ID", description = "only this one's; repeatable (all)")
    private List<String> aggregations = new ArrayList<>();

    @Option(names = "--wait", description = "until it is over, and show how far it is")
    private boolean wait;

    @Override
    protected ExitCode run(Session session) throws InterruptedException {
        ObjectNode body = range.isGiven() ? range.body() : Json.object();
        if (!aggregations.isEmpty()) {
            aggregations.forEach(body.putArray("aggregations")::add);
        }
        String id = report.id(session);
        JsonNode begun = session.json(Request.post("reports", id, "rebuilds").json(body));
        if (!wait) {
            session.output().object(begun);
            return ExitCode.OK;
        }
        return new RebuildWait(session, options().waiting())
                .await(id, begun.path("id").asText());
    }
}
