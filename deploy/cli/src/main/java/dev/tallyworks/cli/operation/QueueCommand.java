package dev.tallyworks.cli.operation;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tallyworks.cli.api.Request;
import dev.tallyworks.cli.command.ApiCommand;
import dev.tallyworks.cli.command.ExitCode;
import dev.tallyworks.cli.command.Session;
import dev.tallyworks.cli.console.Column;
import dev.tallyworks.cli.console.Output;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code queue}. */
@Command(
        name = "queue",
        description = "How many events wait to be counted; pause and resume that.",
        subcommands = {QueueCommand.Pause.class, QueueCommand.Resume.class})
public final class QueueCommand extends ApiCommand {
    private static final List<Column> COLUMNS =
            Column.of("shard", "paused", "ready", "processing", "delayed", "dead", "oldestAgeSeconds");

    @Mixin
    private WatchOptions watch = new WatchOptions();

    @Override
    protected ExitCode run(Session session) throws InterruptedException {
        watch.run(session, options().waiting(), Request.get("queue"), QueueCommand::show);
        return ExitCode.OK;
    }

    /** A line for each shard, and where there are several one for all. */
    private static void show(Output output, JsonNode queue) {
        List<JsonNode> rows = new ArrayList<>(Output.rows(queue.path("shards")));
        if (rows.size() != 1) {
            ObjectNode all = queue.deepCopy();
            all.remove("shards");
            rows.add(all.put("shard", "all"));
        }
        output.list(queue, rows, COLUMNS);
    }

    @Command(name = "pause", description = "No worker claims an event any more; what is under way is finished.")
    static final class Pause extends ApiCommand {
        @Override
        protected ExitCode run(Session session) throws InterruptedException {
            show(session.output(), session.json(Request.post("queue", "pause").asRepeatable()));
            return ExitCode.OK;
        }
    }

    @Command(name = "resume", description = "Workers claim events again.")
    static final class Resume extends ApiCommand {
        @Override
        protected ExitCode run(Session session) throws InterruptedException {
            show(session.output(), session.json(Request.post("queue", "resume").asRepeatable()));
            return ExitCode.OK;
        }
    }
}
