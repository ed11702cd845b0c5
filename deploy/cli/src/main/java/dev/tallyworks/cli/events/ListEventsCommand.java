package dev.tallyworks.cli.events;

import dev.tallyworks.cli.command.ApiCommand;
import dev.tallyworks.cli.command.ExitCode;
import dev.tallyworks.cli.command.Paging;
import dev.tallyworks.cli.command.Session;
import dev.tallyworks.cli.command.Times;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code events list}. */
@Command(name = "list", description = "List recorded events, newest timestamp first.")
final class ListEventsCommand extends ApiCommand {
    @Mixin
    private EventFilter filter = new EventFilter();

    @Mixin
    private Paging paging = new Paging();

    @Option(names = "--from", paramLabel = "TIME", description = "from this time on, such as 2026-01-31")
    private @Nullable String from;

    @Option(names = "--to", paramLabel = "TIME", description = "before this time")
    private @Nullable String to;

    @Override
    protected ExitCode run(Session session) throws InterruptedException {
        return paging.list(
                session,
                filter.request()
                        .with("from", from == null ? null : Times.instant(from))
                        .with("to", to == null ? null : Times.instant(to)),
                EventFilter.COLUMNS);
    }
}
