package dev.tallyworks.cli.definitions;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tallyworks.cli.api.Json;
import dev.tallyworks.cli.api.Request;
import dev.tallyworks.cli.command.ApiCommand;
import dev.tallyworks.cli.command.ExitCode;
import dev.tallyworks.cli.command.Group;
import dev.tallyworks.cli.command.Paging;
import dev.tallyworks.cli.command.ReportName;
import dev.tallyworks.cli.command.Session;
import dev.tallyworks.cli.console.Column;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code aggregations}. */
@Command(
        name = "aggregations",
        description = "What a report counts, and how it is stored.",
        subcommands = {
            AggregationsCommand.ListAll.class,
            AggregationsCommand.Show.class,
            AggregationsCommand.Create.class,
            AggregationsCommand.Update.class,
            AggregationsCommand.Delete.class
        })
public final class AggregationsCommand extends Group {
    private static final List<Column> COLUMNS = List.of(
            Column.of("id"),
            Column.of("targetCollection"),
            Column.of("granularity"),
            new Column("sources", one -> Column.text(one.path("filter").path("sources"))),
            new Column("eventTypes", one -> Column.text(one.path("filter").path("eventTypes"))),
            new Column(
                    "partition",
                    one -> one.path("partition").path("enabled").asBoolean()
                            ? one.path("partition").path("length").asText()
                            : ""),
            Column.of("rollupTo"));

    @Command(name = "list", description = "List the aggregations of a report.")
    static final class ListAll extends ApiCommand {
        @Mixin
        private ReportName report = new ReportName();

        @Mixin
        private Paging paging = new Paging();

        @Override
        protected ExitCode run(Session session) throws InterruptedException {
            return paging.list(session, Request.get("reports", report.id(session), "aggregations"), COLUMNS);
        }
    }

    @Command(name = "create", description = "Add an aggregation to a report.")
    static final class Create extends ApiCommand {
        @Mixin
        private ReportName report = new ReportName();

        @Mixin
        private AggregationOptions options = new AggregationOptions();

        @Override
        protected ExitCode run(Session session) throws InterruptedException {
            JsonNode body = options.body(session.output().console());
            session.output()
                    .object(session.json(Request.post("reports", report.id(session), "aggregations")
                            .json(body)));
            return ExitCode.OK;
        }
    }

    /** Of one aggregation. */
    abstract static class OfAggregation extends ApiCommand {
        @Mixin
        private ReportName report = new ReportName();

        @Parameters(index = "1", paramLabel = "AGGREGATION", description = "id of the aggregation")
        private String aggregation = "";

        final String aggregation() {
            return aggregation;
        }

        final String[] path(Session session) throws InterruptedException {
            return new String[] {"reports", report.id(session), "aggregations", aggregation};
        }
    }

    @Command(name = "show", description = "Show an aggregation.")
    static final class Show extends OfAggregation {
        @Override
        protected ExitCode run(Session session) throws InterruptedException {
            session.output().object(session.json(Request.get(path(session))));
            return ExitCode.OK;
        }
    }

    @Command(name = "update", description = "Change an aggregation by a merge patch (RFC 7396).")
    static final class Update extends OfAggregation {
        @Mixin
        private PatchOptions patch = new PatchOptions();

        @Option(
                names = "--rebuild",
                description =
                        "where stored numbers would mean something else, make them anew; answers with the rebuild")
        private boolean rebuild;

        @Override
        protected ExitCode run(Session session) throws InterruptedException {
            Request request = Request.patch(path(session))
                    .with("rebuild", rebuild ? "true" : null)
                    .json(patch.read(session.output().console()));
            session.output().object(session.json(request));
            return ExitCode.OK;
        }
    }

    @Command(name = "delete", description = "Remove an aggregation with its numbers.")
    static final class Delete extends OfAggregation {
        @Override
        protected ExitCode run(Session session) throws InterruptedException {
            session.send(Request.delete(path(session)));
            session.output()
                    .done(
                            "aggregation " + aggregation() + " is removed",
                            Json.object().put("id", aggregation()).put("state", "removed"));
            return ExitCode.OK;
        }
    }
}
