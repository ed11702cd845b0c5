package dev.tallyworks.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tallyworks.cli.api.Json;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** Takes events into a source as the contract says: each uuid once; types "bad" are rejected, lines with "broken" are malformed. */
public final class FakeSource implements FakeApi.Reply {
    private final Map<String, JsonNode> events = new LinkedHashMap<>();
    private Function<FakeApi.Asked, Optional<FakeApi.Answer>> before = asked -> Optional.empty();
    private int posts;

    /** Answers instead of it where it gives something. */
    public synchronized void before(Function<FakeApi.Asked, Optional<FakeApi.Answer>> other) {
        this.before = other;
    }

    @Override
    public synchronized FakeApi.Answer to(FakeApi.Asked asked) {
        posts++;
        Optional<FakeApi.Answer> other = before.apply(asked);
        if (other.isPresent()) {
            return other.get();
        }
        if (asked.body().contains("broken")) {
            return FakeApi.Answer.problem(400, "bad_request", "line 1, column 1");
        }
        int accepted = 0;
        int duplicates = 0;
        ArrayNode errors = Json.MAPPER.createArrayNode();
        List<String> lines = asked.body().lines().toList();
        for (int i = 0; i < lines.size(); i++) {
            JsonNode event = new dev.tallyworks.cli.api.Answer(200, lines.get(i), 0).json();
            String uuid = event.path("uuid").asText();
            if (event.path("type").asText().equals("bad")) {
                errors.addObject()
                        .put("index", i)
                        .put("uuid", uuid)
                        .put("pointer", "/type")
                        .put("code", "unknown_event_type")
                        .put("detail", "There is no type 'bad'.");
            } else if (events.putIfAbsent(uuid, event) == null) {
                accepted++;
            } else {
                duplicates++;
            }
        }
        ObjectNode body = Json.object()
                .put("accepted", accepted)
                .put("duplicates", duplicates)
                .put("rejected", errors.size());
        body.set("errors", errors);
        boolean none = errors.size() == lines.size();
        if (none) {
            body.put("type", "urn:tallyworks:invalid").put("status", 422).put("detail", "All were rejected.");
        }
        return FakeApi.Answer.json(none ? 422 : errors.isEmpty() ? 200 : 207, Json.line(body));
    }

    public synchronized List<JsonNode> events() {
        return new ArrayList<>(events.values());
    }

    public synchronized List<String> uuids() {
        return new ArrayList<>(events.keySet());
    }

    public synchronized int posts() {
        return posts;
    }
}
