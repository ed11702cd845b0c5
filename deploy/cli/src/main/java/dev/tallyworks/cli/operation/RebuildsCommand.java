package dev.tallyworks.cli.operation;

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

/** {@code rebuilds}. */
@Command(
        name = "rebuilds",
        description = "Rebuilds that were begun: how far they are; cancel one.",
        subcommands = {RebuildsCommand.ListAll.class, RebuildsCommand.Show.class, RebuildsCommand.Cancel.class})
public final class RebuildsCommand extends Group {
    private static final List<Column> COLUMNS =
            Column.of("id", "state", "percent", "done", "total", "etaSeconds", "createdAt", "aggregations");

    @Command(name = "list", description = "List the rebuilds of a report.")
    static final class ListAll extends ApiCommand {
        @Mixin
        private ReportName report = new ReportName();

        @Mixin
        private Paging paging = new Paging();

        @Override
        protected ExitCode run(Session session) throws InterruptedException {
            return paging.list(session, Request.get("reports", report.id(session), "rebuilds"), COLUMNS);
        }
    }

    @Command(name = "show", description = "Show one, or wait for it.")
    static final class Show extends ApiCommand {
        @Mixin
        private ReportName report = new ReportName();

        @Parameters(index = "1", paramLabel = "ID")
        private String id = "";

        @Option(names = "--wait", description = "until it is over, and show how far it is")
        private boolean wait;

        @Override
        protected ExitCode run(Session session) throws InterruptedException {
            String of = report.id(session);
            if (wait) {
                return new RebuildWait(session, options().waiting()).await(of, id);
            }
            session.output().object(session.json(Request.get("reports", of, "rebuilds", id)));
            return ExitCode.OK;
        }
    }

    @Command(name = "cancel", description = "Cancel one; the old numbers stay.")
    static final class Cancel extends ApiCommand {
        @Mixin
        private ReportName report = new ReportName();

        @Parameters(index = "1", paramLabel = "ID")
        private String id = "";

        @Override
        protected ExitCode run(Session session) throws InterruptedException {
            session.output()
                    .object(session.json(Request.post("reports", report.id(session), "rebuilds", id, "cancel")
                            .asRepeatable()));
            return ExitCode.OK;
        }
    }
}
