package dev.tallyworks.cli.operation;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tallyworks.cli.api.Request;
import dev.tallyworks.cli.command.ApiCommand;
import dev.tallyworks.cli.command.ExitCode;
import dev.tallyworks.cli.command.RangeOptions;
import dev.tallyworks.cli.command.ReportName;
import dev.tallyworks.cli.command.Session;
import dev.tallyworks.cli.console.Column;
import dev.tallyworks.cli.console.Output;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code audit}. */
@Command(
        name = "audit",
        description = {
            "Compare a report's stored numbers with its events; exit code 5 where they differ.",
            "Waits up to 30 seconds for what was pending."
        })
public final class AuditCommand extends ApiCommand {
    private static final List<Column> COLUMNS = List.of(
            Column.of("aggregation"),
            Column.of("events"),
            Column.of("counted"),
            Column.of("difference"),
            new Column(
                    "differingBuckets",
                    one -> String.valueOf(one.path("buckets").size())));
    private static final int SHOWN_MAX = 20;

    @Mixin
    private ReportName report = new ReportName();

    @Mixin
    private RangeOptions range = new RangeOptions();

    @Override
    protected ExitCode run(Session session) throws InterruptedException {
        JsonNode body = range.body();
        JsonNode audit = session.json(
                Request.post("reports", report.id(session), "audits").json(body).asRepeatable());
        List<JsonNode> aggregations = Output.rows(audit.path("aggregations"));
        session.output().list(audit, aggregations, COLUMNS);
        boolean differs = false;
        for (JsonNode aggregation : aggregations) {
            differs |= aggregation.path("difference").asLong() != 0
                    || !aggregation.path("buckets").isEmpty();
            note(session.output(), aggregation);
        }
        return differs ? ExitCode.DIFFERENCES : ExitCode.OK;
    }

    private static void note(Output output, JsonNode aggregation) {
        List<JsonNode> buckets = Output.rows(aggregation.path("buckets"));
        for (JsonNode bucket : buckets.subList(0, Math.min(SHOWN_MAX, buckets.size()))) {
            output.note(aggregation.path("aggregation").asText() + " differs at "
                    + bucket.path("timestamp").asText() + ": "
                    + bucket.path("events").asText() + " events, "
                    + bucket.path("counted").asText() + " counted");
        }
        if (buckets.size() > SHOWN_MAX) {
            output.note("and " + (buckets.size() - SHOWN_MAX) + " buckets more: --output json names all");
        }
    }
}
