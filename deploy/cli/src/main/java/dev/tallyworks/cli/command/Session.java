package dev.tallyworks.cli.command;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tallyworks.cli.api.Answer;
import dev.tallyworks.cli.api.Api;
import dev.tallyworks.cli.api.Request;
import dev.tallyworks.cli.console.Output;

/**
 * What a command works with.
 *
 * @param url where the API is, and who says so
 * @param key empty without one
 */
public record Session(Api api, Output output, ConfigFile config, Setting url, Setting key) {
    /** An answer that succeeded; says meanwhile why that takes so long. */
    public Answer send(Request request) throws InterruptedException {
        return api.exchange(request, output::note).orThrow();
    }

    /**
     * The JSON of an answer that succeeded.
     *
     * @throws UsageError where it is none: another server answers there
     */
    public JsonNode json(Request request) throws InterruptedException {
        JsonNode json = send(request).json();
        if (!json.isContainerNode()) {
            throw new UsageError("what answers at " + url.value() + " is no Tallyworks API");
        }
        return json;
    }
}
