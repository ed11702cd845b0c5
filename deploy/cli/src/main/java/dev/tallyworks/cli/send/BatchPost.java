package dev.tallyworks.cli.send;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tallyworks.cli.api.Answer;
import dev.tallyworks.cli.api.Api;
import dev.tallyworks.cli.api.Request;
import dev.tallyworks.cli.command.UsageError;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** Posts events to a source until the API has said of each what became of it. Thread-safe. */
final class BatchPost {
    private static final String NDJSON = "application/x-ndjson";
    private static final int OK = 200;
    private static final int MULTI_STATUS = 207;
    private static final int BAD_REQUEST = 400;
    private static final int TOO_LARGE = 413;
    private static final int UNPROCESSABLE = 422;

    private final Api api;
    private final Request request;
    private final Consumer<String> says;

    /** @param says is told why a batch is sent again */
    BatchPost(Api api, String source, Consumer<String> says) {
        this.api = api;
        this.request = Request.post("sources", source, "events").asRepeatable();
        this.says = says;
    }

    /**
     * @throws dev.tallyworks.cli.api.Refused where the API takes nothing of this source from this client
     * @throws dev.tallyworks.cli.api.Unavailable where it can't for too long
     */
    Posted post(List<Line.Event> events) throws InterruptedException {
        if (events.isEmpty()) {
            return Posted.NOTHING;
        }
        Answer answer = api.exchange(request.body(NDJSON, body(events)), says);
        JsonNode json = answer.json();
        return switch (answer.status()) {
            case OK, MULTI_STATUS -> posted(events, json);
            case UNPROCESSABLE -> json.has("rejected") ? posted(events, json) : refused(answer);
            // One of them makes the whole body unreadable, or they are too much together.
            case BAD_REQUEST, TOO_LARGE -> events.size() == 1 ? rejected(events.get(0), json) : halves(events);
            default -> refused(answer);
        };
    }

    private static byte[] body(List<Line.Event> events) {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        for (Line.Event event : events) {
            body.writeBytes(event.json());
            body.write('\n');
        }
        return body.toByteArray();
    }

    private Posted halves(List<Line.Event> events) throws InterruptedException {
        int half = events.size() / 2;
        return post(events.subList(0, half)).and(post(events.subList(half, events.size())));
    }

    private Posted posted(List<Line.Event> events, JsonNode json) {
        List<Rejection> rejected = new ArrayList<>();
        for (JsonNode error : json.path("errors")) {
            int index = error.path("index").asInt(-1);
            if (index >= 0 && index < events.size()) {
                rejected.add(rejection(events.get(index), error));
            }
        }
        Posted posted = new Posted(
                json.path("accepted").asLong(), json.path("duplicates").asLong(), rejected);
        if (posted.accepted() + posted.duplicates() + rejected.size() != events.size()) {
            throw new UsageError("what answers at " + api.settings().base() + " does not say what became of "
                    + events.size() + " events: is it a Tallyworks API?");
        }
        return posted;
    }

    private static Posted rejected(Line.Event event, JsonNode problem) {
        JsonNode first = problem.path("errors").path(0);
        return new Posted(0, 0, List.of(rejection(event, first.isMissingNode() ? problem : first)));
    }

    private static Rejection rejection(Line.Event event, JsonNode error) {
        String pointer = error.path("pointer").asText();
        String type = error.path("type").asText();
        return new Rejection(
                event.record().line(),
                error.path("uuid").textValue(),
                error.path("code").asText(type.substring(type.lastIndexOf(':') + 1)),
                (pointer.isEmpty() ? "" : pointer + ": ") + error.path("detail").asText(),
                event.record().text());
    }

    private static Posted refused(Answer answer) {
        answer.orThrow();
        throw new UsageError("an answer of status " + answer.status()
                + " says nothing of what became of the events: is it a Tallyworks API?");
    }
}
