package dev.tallyworks.cli.command;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import dev.tallyworks.cli.api.Json;
import dev.tallyworks.cli.console.Console;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** Texts that arguments name. */
public final class Texts {
    private static final String STDIN = "-";

    private Texts() {}

    /**
     * The JSON in a file, or in standard input where the file is {@code -}.
     *
     * @throws UsageError where it is not to be read, or no JSON
     */
    public static JsonNode json(String file, Console console) {
        String name = file.equals(STDIN) ? "standard input" : file;
        try {
            byte[] bytes = file.equals(STDIN) ? console.in().readAllBytes() : Files.readAllBytes(Path.of(file));
            return json(new String(bytes, StandardCharsets.UTF_8), name);
        } catch (IOException failed) {
            throw new UsageError("can't read " + name + ": " + failed);
        }
    }

    /** @throws UsageError where {@code text} is no JSON; {@code name} says what was to hold it */
    public static JsonNode json(String text, String name) {
        try {
            JsonNode json = Json.MAPPER.readTree(text);
            if (json == null || json.isMissingNode()) {
                throw new UsageError(name + " is empty: JSON is expected");
            }
            return json;
        } catch (JsonProcessingException malformed) {
            throw new UsageError(name + " is no JSON: " + malformed.getOriginalMessage() + " (line "
                    + malformed.getLocation().getLineNr() + ", column "
                    + malformed.getLocation().getColumnNr() + ")");
        }
    }
}
