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

/** {@code top}. */
@Command(
        name = "top",
        description = "Ask for the attributions with the largest numbers.",
        footer = {"", "Example: tallyctl top Flights --by carrier --start 2013-01-01 --end 2013-01-09"})
public final class TopCommand extends ApiCommand {
    @Mixin
    private ReportName report = new ReportName();

    @Mixin
    private MetricOptions metric = new MetricOptions();

    @Mixin
    private QuestionOptions question = new QuestionOptions();

    @Option(names = "--by", required = true, paramLabel = "TYPE", description = "which attributions, such as user")
    private String attributionType = "";

    @Option(names = "--limit", paramLabel = "N", defaultValue = "10", description = "so many (${DEFAULT-VALUE})")
    private int limit;

    @Option(names = "--chart", description = "draw a bar for each")
    private boolean chart;

    @Override
    protected ExitCode run(Session session) throws InterruptedException {
        question.check();
        Request asked = question.on(metric.on(Request.get("reports", report.id(session), "top")))
                .with("attributionType", attributionType)
                .with("limit", limit);
        if (!chart) {
            Answers.show(session, asked, "items", "attribution", "value");
            return ExitCode.OK;
        }
        JsonNode answer = session.json(asked);
        List<Chart.Bar> bars = new ArrayList<>();
        for (JsonNode item : answer.path("items")) {
            bars.add(new Chart.Bar(
                    Console.harmless(item.path("attribution").asText()),
                    item.path("value").decimalValue()));
        }
        Console console = session.output().console();
        Chart.lines(bars, console.columns()).forEach(session.output()::line);
        Answers.noteWhatIsMissing(session.output(), answer);
        return ExitCode.OK;
    }
}
