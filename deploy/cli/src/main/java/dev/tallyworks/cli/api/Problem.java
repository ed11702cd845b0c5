package dev.tallyworks.cli.api;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;

/**
 * Problem details (RFC 9457), or as much of them as an answer holds.
 *
 * @param kind the last part of its type; empty where it has none
 * @param errors single errors, in words
 */
public record Problem(int status, String kind, String detail, List<String> errors) {
    /** So much of an answer that is no problem is shown. */
    private static final int TEXT_MAX = 200;

    public Problem {
        errors = List.copyOf(errors);
    }

    static Problem of(Answer answer) {
        JsonNode json = answer.json();
        if (!json.isObject() || !json.hasNonNull("status")) {
            String text = answer.text().strip();
            String shown = text.length() > TEXT_MAX ? text.substring(0, TEXT_MAX) + "…" : text;
            return new Problem(
                    answer.status(),
                    "",
                    shown.isEmpty() ? "the server answered nothing else" : "the server answered: " + shown,
                    List.of());
        }
        String type = json.path("type").asText();
        String detail = json.path("detail").asText(json.path("title").asText());
        List<String> errors = new ArrayList<>();
        for (JsonNode error : json.path("errors")) {
            String said = error.path("detail").asText();
            String pointer = error.path("pointer").asText();
            if (!pointer.isEmpty() || !said.equals(detail)) {
                errors.add((pointer.isEmpty() ? "" : pointer + ": ") + said + " ("
                        + error.path("code").asText() + ")");
            }
        }
        return new Problem(answer.status(), type.substring(type.lastIndexOf(':') + 1), detail, errors);
    }

    @Override
    public String toString() {
        String name = kind.isEmpty() ? "HTTP " + status : status + " " + kind;
        return detail + " (" + name + ")" + (errors.isEmpty() ? "" : "\n  " + String.join("\n  ", errors));
    }
}
