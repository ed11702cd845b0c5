package dev.tallyworks.cli.console;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tallyworks.cli.api.Json;
import java.util.ArrayList;
import java.util.List;

/** Writes answers in the format that was asked for; notes for people go elsewhere. */
public final class Output {
    private final Console console;
    private final Format format;

    public Output(Console console, Format format) {
        this.console = console;
        this.format = format;
    }

    public Console console() {
        return console;
    }

    public Format format() {
        return format;
    }

    /** A list: {@code items} are the rows, {@code json} is all that was answered. */
    public void list(JsonNode json, Iterable<JsonNode> items, List<Column> columns) {
        if (format == Format.JSON) {
            json(json);
        } else {
            table(Table.of(items, columns));
        }
    }

    /** One thing: a line for each of its members, in CSV a row. */
    public void object(JsonNode json) {
        switch (format) {
            case JSON -> json(json);
            case CSV -> table(Table.of(List.of(json), Column.all(List.of(json))));
            case TABLE -> lines(Table.of(List.of(json), Column.all(List.of(json))));
        }
    }

    private void lines(Table oneRow) {
        List<String> names = oneRow.names();
        int width = names.stream().mapToInt(String::length).max().orElse(0);
        for (int i = 0; i < names.size(); i++) {
            String value = Console.harmless(oneRow.rows().get(0).get(i));
            line((names.get(i) + " ".repeat(width - names.get(i).length()) + "  " + value).stripTrailing());
        }
    }

    /** @param table written as CSV, or for people where it is JSON that was asked for */
    public void table(Table table) {
        if (format == Format.CSV) {
            raw(table.csv());
        } else {
            table.lines().forEach(this::line);
        }
    }

    /** For people as many lines as it needs, one line elsewhere. */
    public void json(JsonNode json) {
        line(console.outIsTerminal() ? Json.pretty(json) : Json.line(json));
    }

    /** One of many documents: one line. */
    public void jsonLine(JsonNode json) {
        line(Json.line(json));
    }

    /** What is complete with its line ends. */
    public void raw(String text) {
        console.out().print(text);
        console.out().flush();
    }

    public void line(String text) {
        console.out().println(text);
    }

    public void note(String text) {
        console.note(text);
    }

    /** Says that something is done: for people, in JSON a document. */
    public void done(String text, JsonNode json) {
        if (format == Format.JSON) {
            json(json);
        } else {
            note(text);
        }
    }

    public static List<JsonNode> rows(JsonNode array) {
        List<JsonNode> rows = new ArrayList<>();
        array.forEach(rows::add);
        return rows;
    }
}
