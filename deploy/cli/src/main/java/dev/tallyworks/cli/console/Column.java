package dev.tallyworks.cli.console;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tallyworks.cli.api.Json;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;

/**
 * A column of a table.
 *
 * @param cell gives its text for a row
 */
public record Column(String name, Function<JsonNode, String> cell) {
    /** The member of that name. */
    public static Column of(String member) {
        return new Column(member, row -> text(row.path(member)));
    }

    public static List<Column> of(String... members) {
        List<Column> columns = new ArrayList<>();
        for (String member : members) {
            columns.add(of(member));
        }
        return columns;
    }

    /** Every member that some row has, in the order of appearance. */
    public static List<Column> all(Iterable<JsonNode> rows) {
        Set<String> names = new LinkedHashSet<>();
        for (JsonNode row : rows) {
            for (Iterator<String> fields = row.fieldNames(); fields.hasNext(); ) {
                names.add(fields.next());
            }
        }
        return names.stream().map(Column::of).toList();
    }

    /** What is absent or null is empty; lists of texts are separated by commas. */
    public static String text(JsonNode value) {
        if (value.isMissingNode() || value.isNull()) {
            return "";
        }
        if (value.isBigDecimal()) {
            return value.decimalValue().toPlainString();
        }
        if (value.isValueNode()) {
            return value.asText();
        }
        if (value.isArray() && isOfValues(value)) {
            List<String> items = new ArrayList<>();
            value.forEach(item -> items.add(text(item)));
            return String.join(",", items);
        }
        return Json.line(value);
    }

    private static boolean isOfValues(JsonNode array) {
        for (JsonNode item : array) {
            if (!item.isValueNode()) {
                return false;
            }
        }
        return true;
    }
}
