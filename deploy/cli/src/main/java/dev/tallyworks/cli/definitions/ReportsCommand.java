package dev.tallyworks.cli.definitions;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tallyworks.cli.api.Json;
import dev.tallyworks.cli.api.Request;
import dev.tallyworks.cli.command.ApiCommand;
import dev.tallyworks.cli.command.ExitCode;
import dev.tallyworks.cli.command.Group;
import dev.tallyworks.cli.command.Paging;
import dev.tallyworks.cli.command.ReportName;
import dev.tallyworks.cli.command.Session;
import dev.tallyworks.cli.console.Column;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code reports}. */
@Command(
        name = "reports",
        description = "What can be asked about.",
        subcommands = {
            ReportsCommand.ListAll.class,
            ReportsCommand.Show.class,
            ReportsCommand.Create.class,
            ReportsCommand.Update.class,
            ReportsCommand.Delete.class,
            ReportsCommand.Metadata.class
        })
public final class ReportsCommand extends Group {
    private static final String ROOT = "reports";
    private static final List<Column> COLUMNS = List.of(
            Column.of("id"),
            Column.of("name"),
            Column.of("description"),
            Column.of("active"),
            new Column("aggregations", report -> collections(report.path("aggregations"))),
            Column.of("createdAt"));

    private static String collections(JsonNode aggregations) {
        List<String> names = new ArrayList<>();
        aggregations.forEach(one -> names.add(one.path("targetCollection").asText()));
        return String.join(",", names);
    }

    @Command(name = "list", description = "List the reports.")
    static final class ListAll extends ApiCommand {
        @Mixin
        private Paging paging = new Paging();

        @Override
        protected ExitCode run(Session session) throws InterruptedException {
            return paging.list(session, Request.get(ROOT), COLUMNS);
        }
    }

    @Command(name = "show", description = "Show a report with its aggregations.")
    static final class Show extends ApiCommand {
        @Mixin
        private ReportName report = new ReportName();

        @Override
        protected ExitCode run(Session session) throws InterruptedException {
            session.output().object(session.json(Request.get(ROOT, report.id(session))));
            return ExitCode.OK;
        }
    }

    @Command(name = "create", description = "Define a report. Each call makes another, also of the same name.")
    static final class Create extends ApiCommand {
        @Parameters(index = "0", paramLabel = "NAME")
        private String name = "";

        @Option(names = "--description", paramLabel = "TEXT")
        private @Nullable String description;

        @Option(names = "--inactive", description = "counts nothing until it is made active")
        private boolean inactive;

        @Option(
                names = "--file",
                paramLabel = "FILE",
                description = "JSON with all else, aggregations too; - is standard input")
        private @Nullable String file;

        @Override
        protected ExitCode run(Session session) throws InterruptedException {
            ObjectNode body = Bodies.of(file, session.output().console());
            body.put("name", name);
            if (description != null) {
                body.put("description", description);
            }
            if (inactive) {
                body.put("active", false);
            }
            session.output().object(session.json(Request.post(ROOT).json(body)));
            return ExitCode.OK;
        }
    }

    @Command(name = "update", description = "Change a report by a merge patch (RFC 7396).")
    static final class Update extends ApiCommand {
        @Mixin
        private ReportName report = new ReportName();

        @Mixin
        private PatchOptions patch = new PatchOptions();

        @Override
        protected ExitCode run(Session session) throws InterruptedException {
            JsonNode body = patch.read(session.output().console());
            session.output()
                    .object(session.json(Request.patch(ROOT, report.id(session)).json(body)));
            return ExitCode.OK;
        }
    }

    @Command(name = "delete", description = "Remove a report with its aggregations and their numbers.")
    static final class Delete extends ApiCommand {
        @Mixin
        private ReportName report = new ReportName();

        @Override
        protected ExitCode run(Session session) throws InterruptedException {
            String id = report.id(session);
            session.send(Request.delete(ROOT, id));
            session.output()
                    .done(
                            "report " + id + " is removed",
                            Json.object().put("id", id).put("state", "removed"));
            return ExitCode.OK;
        }
    }

    @Command(name = "metadata", description = "Tell which metrics, fields, attributions and times it can be asked for.")
    static final class Metadata extends ApiCommand {
        @Mixin
        private ReportName report = new ReportName();

        @Override
        protected ExitCode run(Session session) throws InterruptedException {
            session.output().object(session.json(Request.get(ROOT, report.id(session), "metadata")));
            return ExitCode.OK;
        }
    }
}
