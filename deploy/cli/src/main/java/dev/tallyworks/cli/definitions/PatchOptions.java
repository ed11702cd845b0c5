package dev.tallyworks.cli.definitions;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tallyworks.cli.command.Texts;
import dev.tallyworks.cli.console.Console;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Option;

/** A merge patch, as an argument or in a file. */
final class PatchOptions {
    @ArgGroup(multiplicity = "1")
    private Either either = new Either();

    static final class Either {
        @Option(names = "--patch", paramLabel = "JSON", description = "what changes, such as '{\"active\": false}'")
        private @Nullable String text;

        @Option(names = "--file", paramLabel = "FILE", description = "holds what changes; - is standard input")
        private @Nullable String file;
    }

    JsonNode read(Console console) {
        JsonNode json = either.text == null
                ? Texts.json(String.valueOf(either.file), console)
                : Texts.json(either.text, "--patch");
        return Bodies.object(json, either.text == null ? "--file" : "--patch");
    }
}
