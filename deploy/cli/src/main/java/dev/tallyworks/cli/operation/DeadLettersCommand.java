package dev.tallyworks.cli.operation;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tallyworks.cli.api.Json;
import dev.tallyworks.cli.api.Request;
import dev.tallyworks.cli.command.ApiCommand;
import dev.tallyworks.cli.command.ExitCode;
import dev.tallyworks.cli.command.Group;
import dev.tallyworks.cli.command.Paging;
import dev.tallyworks.cli.command.Session;
import dev.tallyworks.cli.command.Times;
import dev.tallyworks.cli.command.UsageError;
import dev.tallyworks.cli.console.Column;
import dev.tallyworks.cli.console.Output;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code dead-letters}. */
@Command(
        name = "dead-letters",
        description = "Events that could not be counted: look into them, try them again, or leave them uncounted.",
        subcommands = {
            DeadLettersCommand.ListAll.class,
            DeadLettersCommand.Show.class,
            DeadLettersCommand.Retry.class,
            DeadLettersCommand.Discard.class
        })
public final class DeadLettersCommand extends Group {
    private static final String ROOT = "dead-letters";
    private static final List<Column> COLUMNS =
            Column.of("id", "source", "uuid", "type", "reason", "attempts", "diedAt");

    /** Which of them. */
    static final class Filter {
        @Option(names = "--source", paramLabel = "SOURCE", description = "only of this source")
        private @Nullable String source;

        @Option(names = "--type", paramLabel = "TYPE", description = "only events of this type")
        private @Nullable String type;

        @Option(names = "--reason", paramLabel = "REASON", description = "only those that died of this")
        private @Nullable String reason;

        @Option(names = "--since", paramLabel = "TIME", description = "only those that died from this time on")
        private @Nullable String since;

        private @Nullable String time() {
            return since == null ? null : Times.instant(since);
        }

        Request on(Request request) {
            return request.with("source", source)
                    .with("type", type)
                    .with("reason", reason)
                    .with("since", time());
        }

        boolean isGiven() {
            return source != null || type != null || reason != null || since != null;
        }

        ObjectNode body() {
            ObjectNode body = Json.object();
            put(body, "source", source);
            put(body, "type", type);
            put(body, "reason", reason);
            put(body, "since", time());
            return body;
        }

        private static void put(ObjectNode body, String name, @Nullable String value) {
            if (value != null) {
                body.put(name, value);
            }
        }
    }

    @Command(name = "list", description = "List dead events.")
    static final class ListAll extends ApiCommand {
        @Mixin
        private Filter filter = new Filter();

        @Mixin
        private Paging paging = new Paging();

        @Override
        protected ExitCode run(Session session) throws InterruptedException {
            return paging.list(session, filter.on(Request.get(ROOT)), COLUMNS);
        }
    }

    @Command(name = "show", description = "Show one with its event and error.")
    static final class Show extends ApiCommand {
        @Parameters(paramLabel = "ID")
        private String id = "";

        @Override
        protected ExitCode run(Session session) throws InterruptedException {
            session.output().object(session.json(Request.get(ROOT, id)));
            return ExitCode.OK;
        }
    }

    /** One by its id, or all that a filter names. */
    abstract static class OneOrMany extends ApiCommand {
        @Parameters(arity = "0..1", paramLabel = "ID", description = "of one; without it a filter or --all is needed")
        private @Nullable String id;

        @Mixin
        private Filter filter = new Filter();

        @Option(names = "--all", description = "all of them")
        private boolean all;

        @Option(names = "--dry-run", description = "only tell how many there are")
        private boolean dryRun;

        @Option(names = "--limit", paramLabel = "N", description = "at most so many")
        private @Nullable Long limit;

        abstract Request one(String id);

        abstract Request many();

        abstract String done();

        @Override
        protected final ExitCode run(Session session) throws InterruptedException {
            Output output = session.output();
            if (id != null) {
                if (all || dryRun || filter.isGiven() || limit != null) {
                    throw new UsageError("an id names one: give it alone");
                }
                session.send(one(id));
                output.done(done() + " " + id, Json.object().put("id", id).put("state", done()));
                return ExitCode.OK;
            }
            if (!all && !filter.isGiven()) {
                throw new UsageError("which of them? Give an id, a filter such as --source, or --all");
            }
            ObjectNode body = filter.body();
            if (dryRun) {
                body.put("dryRun", true);
            }
            if (limit != null) {
                body.put("limit", limit);
            }
            JsonNode answer = session.json(many().json(body));
            output.object(answer);
            return dryRun ? ExitCode.OK : tellOfTheRest(output, answer);
        }

        /** The server does what it can within its time. */
        private ExitCode tellOfTheRest(Output output, JsonNode answer) {
            long asked = answer.path("matched").asLong();
            if (limit != null) {
                asked = Math.min(asked, limit);
            }
            long left = asked - answer.path("done").asLong();
            if (left <= 0) {
                return ExitCode.OK;
            }
            output.note(
                    "%,d of %,d are left: give the same command again, it goes on with them".formatted(left, asked));
            return ExitCode.SOME_LEFT;
        }
    }

    @Command(name = "retry", description = "Have dead events counted after all.")
    static final class Retry extends OneOrMany {
        @Override
        Request one(String id) {
            return Request.post(ROOT, id, "retry");
        }

        @Override
        Request many() {
            return Request.post(ROOT, "retry");
        }

        @Override
        String done() {
            return "retried";
        }
    }

    @Command(name = "discard", description = "Leave dead events uncounted; they stay recorded.")
    static final class Discard extends OneOrMany {
        @Override
        Request one(String id) {
            return Request.delete(ROOT, id);
        }

        @Override
        Request many() {
            return Request.post(ROOT, "discard");
        }

        @Override
        String done() {
            return "discarded";
        }
    }
}
