package dev.tallyworks.cli.question;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tallyworks.cli.api.Json;
import dev.tallyworks.cli.api.Request;
import dev.tallyworks.cli.command.Session;
import dev.tallyworks.cli.console.Column;
import dev.tallyworks.cli.console.Console;
import dev.tallyworks.cli.console.Format;
import dev.tallyworks.cli.console.Output;
import dev.tallyworks.cli.console.Table;
import java.util.ArrayList;
import java.util.List;

/** Asks, and shows what was answered; says where that may be less than all. */
final class Answers {
    private Answers() {}

    /** @param member that holds the rows */
    static void show(Session session, Request question, String member) throws InterruptedException {
        Output output = session.output();
        if (output.format() == Format.CSV) {
            output.raw(session.send(question.accepting(Request.CSV)).text());
            return;
        }
        JsonNode answer = session.json(question);
        if (output.format() == Format.JSON) {
            output.json(answer);
        } else {
            List<JsonNode> rows = rows(answer, member);
            // Too long for people, who can ask for a BOOLEAN.
            output.table(Table.of(
                    rows,
                    Column.all(rows).stream()
                            .filter(column -> !column.name().equals("$boolean_groups"))
                            .toList()));
        }
        noteWhatIsMissing(output.console(), answer);
    }

    /** All rows, those of several granularities each with its name. */
    static List<JsonNode> rows(JsonNode answer, String member) {
        if (!answer.has("byGranularity")) {
            return Output.rows(answer.path(member));
        }
        List<JsonNode> rows = new ArrayList<>();
        answer.path("byGranularity").properties().forEach(unit -> {
            for (JsonNode row : unit.getValue().path(member)) {
                ObjectNode named = Json.object().put("granularity", unit.getKey());
                named.setAll((ObjectNode) row);
                rows.add(named);
            }
        });
        return rows;
    }

    static void noteWhatIsMissing(Console console, JsonNode answer) {
        if (answer.path("partial").asBoolean()) {
            console.note("partial: accepted events may still be missing (lag "
                    + answer.path("lagSeconds").asText() + " s)");
        }
        long truncated = answer.path("truncatedValues").asLong();
        if (truncated > 0) {
            console.note(truncated + " values beyond the aggregation's limits are counted under __other__");
        }
    }
}
