package dev.tallyworks.cli.question;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tallyworks.cli.api.Json;
import dev.tallyworks.cli.api.Request;
import dev.tallyworks.cli.command.Session;
import dev.tallyworks.cli.console.Column;
import dev.tallyworks.cli.console.Format;
import dev.tallyworks.cli.console.Output;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** Asks, and shows what was answered; says where that may be less than all. */
final class Answers {
    private Answers() {}

    /**
     * Not as the server's CSV, which does not say whether it is complete.
     *
     * @param member that holds the rows
     * @param columns that there are also where no row is
     */
    static void show(Session session, Request question, String member, String... columns) throws InterruptedException {
        Output output = session.output();
        JsonNode answer = session.json(question);
        List<JsonNode> rows = rows(answer, member);
        Set<String> names = new LinkedHashSet<>();
        if (answer.has("byGranularity")) {
            names.add("granularity");
        }
        names.addAll(List.of(columns));
        Column.all(rows).forEach(column -> names.add(column.name()));
        if (output.format() == Format.TABLE) {
            // Too long for people, who can ask for a BOOLEAN.
            names.remove("$boolean_groups");
        }
        output.list(answer, rows, names.stream().map(Column::of).toList());
        noteWhatIsMissing(output, answer);
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

    /** Says it beside the answer, so that nobody takes less for all. */
    static void noteWhatIsMissing(Output output, JsonNode answer) {
        if (answer.path("partial").asBoolean()) {
            output.note("partial: accepted events may still be missing (lag "
                    + answer.path("lagSeconds").asText() + " s)");
        }
        long truncated = answer.path("truncatedValues").asLong();
        if (truncated > 0) {
            output.note(truncated + " values beyond the aggregation's limits are counted under __other__");
        }
        if (answer.path("truncated").asBoolean()) {
            output.note("not every value: a bucket keeps 1,000");
        }
        if (answer.path("nextCursor").isTextual()) {
            output.note(
                    "there are more rows: --cursor " + answer.path("nextCursor").asText());
        }
    }
}
