package dev.tallyworks.cli.definitions;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tallyworks.cli.api.Json;
import dev.tallyworks.cli.command.Texts;
import dev.tallyworks.cli.command.UsageError;
import dev.tallyworks.cli.console.Console;
import org.jspecify.annotations.Nullable;

/** Definitions to begin with. */
final class Bodies {
    /** Status of what goes on after the answer. */
    static final int ACCEPTED = 202;

    private Bodies() {}

    /** @param file null for an empty one */
    static ObjectNode of(@Nullable String file, Console console) {
        return file == null ? Json.object() : object(Texts.json(file, console), "--file");
    }

    static ObjectNode object(JsonNode json, String name) {
        if (json instanceof ObjectNode object) {
            return object;
        }
        throw new UsageError(name + " must hold one JSON object");
    }
}
