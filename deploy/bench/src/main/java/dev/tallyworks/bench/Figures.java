package dev.tallyworks.bench;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.PrintStream;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** What was measured, in the order in which it was: a table for people and one JSON line for programs. */
final class Figures {
    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final int NAME_WIDTH = 72;

    private final ObjectNode json = JSON.createObjectNode();
    private final List<String> rows = new ArrayList<>();

    Figures say(String name, String text) {
        json.put(name, text);
        return this;
    }

    Figures say(String name, boolean truth) {
        json.put(name, truth);
        return this;
    }

    /** @param key in the JSON, camelCase with its unit last */
    Figures add(String key, String name, double value, String unit, String remark) {
        json.put(key, rounded(value));
        String number = String.format(Locale.ROOT, value < 100 ? "%,.2f" : "%,.0f", value);
        rows.add(String.format(Locale.ROOT, "%-" + NAME_WIDTH + "s %12s %-9s %s", name, number, unit, remark)
                .stripTrailing());
        return this;
    }

    private static BigDecimal rounded(double value) {
        return BigDecimal.valueOf(value).setScale(value < 100 ? 3 : 0, RoundingMode.HALF_UP);
    }

    void print(PrintStream out) {
        out.println();
        rows.forEach(out::println);
        out.println();
        out.println(json);
        out.flush();
    }
}
