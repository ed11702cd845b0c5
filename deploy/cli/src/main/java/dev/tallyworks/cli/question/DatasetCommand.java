package dev.tallyworks.cli.question;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tallyworks.cli.api.Json;
import dev.tallyworks.cli.api.Request;
import dev.tallyworks.cli.command.ApiCommand;
import dev.tallyworks.cli.command.ExitCode;
import dev.tallyworks.cli.command.ReportName;
import dev.tallyworks.cli.command.Session;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code dataset}. */
@Command(
        name = "dataset",
        description = "Ask a report for all its numbers, a row for each unit of time.",
        footer = {
            "",
            "Example: tallyctl dataset Flights -g day --fields distance \\",
            "                  --compute 'miles=distance_sum / departed_count' \\",
            "                  --start 2013-01-01 --end 2013-01-09"
        })
public final class DatasetCommand extends ApiCommand {
    @Mixin
    private ReportName report = new ReportName();

    @Mixin
    private UnitOptions units = new UnitOptions();

    @Mixin
    private QuestionOptions question = new QuestionOptions();

    @Option(names = "--fields", paramLabel = "FIELD", split = ",", description = "only of these; repeatable (all)")
    private List<String> fields = new ArrayList<>();

    @Option(
            names = "--compute",
            paramLabel = "NAME=EXPRESSION",
            description = "a column more, such as 'mean=amount_sum / sale_count'; repeatable")
    private Map<String, String> compute = new LinkedHashMap<>();

    @Option(names = "--where", paramLabel = "CONDITION", description = "only rows where it holds: 'amount_sum > 100'")
    private @Nullable String where;

    @Option(names = "--sort-by", paramLabel = "COLUMN", description = "(timestamp)")
    private @Nullable String sortBy;

    @Option(names = "--desc", description = "the largest first")
    private boolean descending;

    @Option(names = "--limit", paramLabel = "N", description = "at most so many rows (all)")
    private @Nullable Integer limit;

    @Option(names = "--cursor", paramLabel = "CURSOR", description = "go on with the page that it names")
    private @Nullable String cursor;

    @Override
    protected ExitCode run(Session session) throws InterruptedException {
        question.check();
        ObjectNode computed = Json.object();
        compute.forEach(computed::put);
        Request asked = question.on(units.on(Request.get("reports", report.id(session), "dataset")))
                .withAll("metrics", fields)
                .with("compute", compute.isEmpty() ? null : Json.line(computed))
                .with("where", where)
                .with("sortBy", sortBy)
                .with("sortDirection", descending ? "desc" : null)
                .with("limit", limit)
                .with("cursor", cursor);
        Answers.show(session, asked, "rows", "timestamp");
        return ExitCode.OK;
    }
}
