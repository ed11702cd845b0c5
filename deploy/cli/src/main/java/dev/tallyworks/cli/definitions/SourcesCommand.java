package dev.tallyworks.cli.definitions;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tallyworks.cli.api.Answer;
import dev.tallyworks.cli.api.Json;
import dev.tallyworks.cli.api.Request;
import dev.tallyworks.cli.command.ApiCommand;
import dev.tallyworks.cli.command.ExitCode;
import dev.tallyworks.cli.command.Group;
import dev.tallyworks.cli.command.Paging;
import dev.tallyworks.cli.command.Session;
import dev.tallyworks.cli.command.Texts;
import dev.tallyworks.cli.console.Column;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code sources}. */
@Command(
        name = "sources",
        description = "Where events come from, and of which types they are.",
        subcommands = {
            SourcesCommand.ListAll.class,
            SourcesCommand.Show.class,
            SourcesCommand.Create.class,
            SourcesCommand.Update.class,
            SourcesCommand.Delete.class,
            SourcesCommand.PutType.class,
            SourcesCommand.DeleteType.class,
            SourcesCommand.Metadata.class
        })
public final class SourcesCommand extends Group {
    private static final String ROOT = "sources";
    private static final List<Column> COLUMNS = List.of(
            Column.of("id"),
            Column.of("name"),
            Column.of("description"),
            Column.of("openTypes"),
            new Column("eventTypes", source -> names(source.path("eventTypes"))),
            Column.of("createdAt"));

    private static String names(JsonNode types) {
        List<String> names = new ArrayList<>();
        types.forEach(type -> names.add(type.path("name").asText()));
        return String.join(",", names);
    }

    @Command(name = "list", description = "List the sources.")
    static final class ListAll extends ApiCommand {
        @Mixin
        private Paging paging = new Paging();

        @Override
        protected ExitCode run(Session session) throws InterruptedException {
            return paging.list(session, Request.get(ROOT), COLUMNS);
        }
    }

    /** Of one source. */
    abstract static class OfSource extends ApiCommand {
        @Parameters(index = "0", paramLabel = "SOURCE", description = "id of the source")
        private String source = "";

        final String source() {
            return source;
        }
    }

    @Command(name = "show", description = "Show a source with its event types.")
    static final class Show extends OfSource {
        @Override
        protected ExitCode run(Session session) throws InterruptedException {
            session.output().object(session.json(Request.get(ROOT, source())));
            return ExitCode.OK;
        }
    }

    @Command(name = "create", description = "Define a source, or add event types to it; to repeat it changes nothing.")
    static final class Create extends ApiCommand {
        @Parameters(index = "0", paramLabel = "NAME", description = "its id is this in lower case, [a-z0-9_]")
        private String name = "";

        @Option(names = "--description", paramLabel = "TEXT")
        private @Nullable String description;

        @Option(names = "--owner", paramLabel = "NAME", description = "repeatable")
        private List<String> owners = new ArrayList<>();

        @Option(names = "--open-types", description = "types need not be declared")
        private boolean openTypes;

        @Option(names = "--type", paramLabel = "TYPE", description = "declares an event type; repeatable")
        private List<String> types = new ArrayList<>();

        @Option(names = "--file", paramLabel = "FILE", description = "JSON with all else; - is standard input")
        private @Nullable String file;

        @Override
        protected ExitCode run(Session session) throws InterruptedException {
            ObjectNode body = Bodies.of(file, session.output().console());
            body.put("name", name);
            if (description != null) {
                body.put("description", description);
            }
            if (!owners.isEmpty()) {
                owners.forEach(body.putArray("owners")::add);
            }
            if (openTypes) {
                body.put("openTypes", true);
            }
            if (!types.isEmpty()) {
                ArrayNode declared = body.withArray("eventTypes");
                types.forEach(type -> declared.addObject().put("name", type));
            }
            // Of the same name it is the same source.
            session.output().object(session.json(Request.post(ROOT).json(body).asRepeatable()));
            return ExitCode.OK;
        }
    }

    @Command(name = "update", description = "Change a source by a merge patch (RFC 7396); its name stays.")
    static final class Update extends OfSource {
        @Mixin
        private PatchOptions patch = new PatchOptions();

        @Override
        protected ExitCode run(Session session) throws InterruptedException {
            JsonNode body = patch.read(session.output().console());
            session.output().object(session.json(Request.patch(ROOT, source()).json(body)));
            return ExitCode.OK;
        }
    }

    @Command(name = "delete", description = "Remove a source.")
    static final class Delete extends OfSource {
        @Option(names = "--purge", description = "together with its events and numbers, for good")
        private boolean purge;

        @Override
        protected ExitCode run(Session session) throws InterruptedException {
            Answer answer = session.send(Request.delete(ROOT, source()).with("purge", purge ? "true" : null));
            boolean later = answer.status() == Bodies.ACCEPTED;
            session.output()
                    .done(
                            "source " + source() + (later ? " is being removed with all that is of it" : " is removed"),
                            Json.object().put("id", source()).put("state", later ? "removing" : "removed"));
            return ExitCode.OK;
        }
    }

    @Command(name = "put-type", description = "Define an event type, or define it anew.")
    static final class PutType extends OfSource {
        @Parameters(index = "1", paramLabel = "TYPE")
        private String type = "";

        @Option(names = "--description", paramLabel = "TEXT")
        private @Nullable String description;

        @Option(names = "--schema", paramLabel = "FILE", description = "a JSON Schema; - is standard input")
        private @Nullable String schema;

        @Override
        protected ExitCode run(Session session) throws InterruptedException {
            ObjectNode body = Json.object();
            if (description != null) {
                body.put("description", description);
            }
            if (schema != null) {
                body.set("schema", Texts.json(schema, session.output().console()));
            }
            session.output()
                    .object(session.json(
                            Request.put(ROOT, source(), "event-types", type).json(body)));
            return ExitCode.OK;
        }
    }

    @Command(name = "delete-type", description = "Remove an event type; events of it are kept.")
    static final class DeleteType extends OfSource {
        @Parameters(index = "1", paramLabel = "TYPE")
        private String type = "";

        @Override
        protected ExitCode run(Session session) throws InterruptedException {
            session.send(Request.delete(ROOT, source(), "event-types", type));
            session.output()
                    .done(
                            "event type " + type + " is removed",
                            Json.object().put("name", type).put("state", "removed"));
            return ExitCode.OK;
        }
    }

    @Command(name = "metadata", description = "Tell which types, fields, attributions and times its events have.")
    static final class Metadata extends OfSource {
        @Override
        protected ExitCode run(Session session) throws InterruptedException {
            session.output().object(session.json(Request.get(ROOT, source(), "metadata")));
            return ExitCode.OK;
        }
    }
}
