package dev.tallyworks.cli.operation;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tallyworks.cli.api.Json;
import dev.tallyworks.cli.command.ApiCommand;
import dev.tallyworks.cli.command.ExitCode;
import dev.tallyworks.cli.command.Session;
import dev.tallyworks.cli.console.Column;
import dev.tallyworks.cli.console.Console;
import dev.tallyworks.cli.console.Format;
import dev.tallyworks.cli.console.Output;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine.Command;

/** {@code doctor}. */
@Command(
        name = "doctor",
        description = {
            "Check URL, key, versions, workers and lag, and say what to do.",
            "Exit code 4 where nothing answers, 3 where the key is not taken, 6 where anything else fails."
        })
public final class DoctorCommand extends ApiCommand {
    @Override
    protected ExitCode run(Session session) throws InterruptedException {
        List<Finding> findings = new Doctor(session, options().version()).examine();
        Finding worst = findings.stream()
                .filter(finding -> finding.status() == Finding.Status.FAILURE)
                .findFirst()
                .orElse(findings.get(0));
        boolean fails = worst.status() == Finding.Status.FAILURE;
        Output output = session.output();
        if (output.format() == Format.TABLE) {
            findings.forEach(finding -> print(output, finding));
        } else {
            ObjectNode all = Json.object().put("healthy", !fails);
            findings.forEach(finding -> all.withArray("checks").add(finding.toJson()));
            List<JsonNode> rows = Output.rows(all.path("checks"));
            output.list(all, rows, Column.of("check", "status", "detail", "remedy"));
        }
        return fails ? worst.code() : ExitCode.OK;
    }

    private static void print(Output output, Finding finding) {
        output.line(Console.harmless(String.format(
                Locale.ROOT,
                "%-8s %-13s %s",
                finding.status().name().toLowerCase(Locale.ROOT),
                finding.check(),
                finding.detail())));
        if (!finding.remedy().isEmpty()) {
            output.line(" ".repeat(23) + "→ " + Console.harmless(finding.remedy()));
        }
    }
}
