package dev.tallyworks.cli.question;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tallyworks.cli.api.Request;
import dev.tallyworks.cli.command.ApiCommand;
import dev.tallyworks.cli.command.ExitCode;
import dev.tallyworks.cli.command.ReportName;
import dev.tallyworks.cli.command.Session;
import dev.tallyworks.cli.console.Chart;
import dev.tallyworks.cli.console.Console;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code query}. */
@Command(
        name = "query",
        description = "Ask a report for one metric over time.",
        footer = {
            "",
            "Example: tallyctl query Flights -m SUM:distance -g day --chart \\",
            "                  --start 2013-01-01 --end 2013-01-09"
        })
public final class QueryCommand extends ApiCommand {
    @Mixin
    private ReportName report = new ReportName();

    @Mixin
    private MetricOptions metric = new MetricOptions();

    @Mixin
    private UnitOptions units = new UnitOptions();

    @Mixin
    private QuestionOptions question = new QuestionOptions();

    @Option(names = "--chart", description = "draw a bar for each point")
    private boolean chart;

    @Override
    protected ExitCode run(Session session) throws InterruptedException {
        question.check();
        Request asked = question.on(units.on(metric.on(Request.get("reports", report.id(session), "query"))));
        if (chart) {
            draw(session, asked);
        } else {
            Answers.show(session, asked, "points", "timestamp", "value");
        }
        return ExitCode.OK;
    }

    private static void draw(Session session, Request asked) throws InterruptedException {
        JsonNode answer = session.json(asked);
        Console console = session.output().console();
        List<Chart.Bar> bars = new ArrayList<>();
        for (JsonNode point : Answers.rows(answer, "points")) {
            String label = point.path("granularity").asText()
                    + ' '
                    + shortened(point.path("timestamp").asText())
                    + ' '
                    + Console.harmless(point.path("category").asText());
            bars.add(new Chart.Bar(
                    label.strip(),
                    point.path("value").isNumber() ? point.path("value").decimalValue() : null));
        }
        Chart.lines(bars, console.columns()).forEach(session.output()::line);
        Answers.noteWhatIsMissing(session.output(), answer);
    }

    /** Without the parts of a time that are nothing. */
    private static String shortened(String timestamp) {
        return timestamp
                .replaceAll("T00:00:00\\.000Z$", "")
                .replaceAll(":00\\.000Z$", "Z")
                .replaceAll("\\.000Z$", "Z")
                .replace('T', ' ');
    }
}
