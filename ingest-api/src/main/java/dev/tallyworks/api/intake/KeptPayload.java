package dev.tallyworks.api.intake;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A payload that was not read from a body, as one that was: of the same types, and nothing in it that can't be kept. */
final class KeptPayload {
    private KeptPayload() {}

    /** @throws IllegalArgumentException where there is anything that can't be kept */
    static Map<String, @Nullable Object> of(Map<?, ?> payload) {
        return object(payload, 0);
    }

    private static Map<String, @Nullable Object> object(Map<?, ?> members, int depth) {
        Map<String, @Nullable Object> kept = new LinkedHashMap<>();
        members.forEach((name, value) -> {
            if (!(name instanceof String text)) {
                throw new IllegalArgumentException("a name that is no string: " + name);
            }
            kept.put(text(text), value(value, depth + 1));
        });
        return kept;
    }

    private static @Nullable Object value(@Nullable Object value, int depth) {
        if (depth > JsonTree.DEPTH_MAX) {
            throw new IllegalArgumentException("nested deeper than " + JsonTree.DEPTH_MAX);
        }
        if (value == null || value instanceof Boolean) {
            return value;
        } else if (value instanceof CharSequence text) {
            return text(text.toString());
        } else if (value instanceof Number number) {
            return number(number);
        } else if (value instanceof Map<?, ?> members) {
            return object(members, depth);
        } else if (value instanceof List<?> elements) {
            List<@Nullable Object> kept = new ArrayList<>(elements.size());
            elements.forEach(element -> kept.add(value(element, depth + 1)));
            return kept;
        }
        throw new IllegalArgumentException("no JSON: " + value.getClass().getName());
    }

    private static String text(String text) {
        if (Utf8.hasUnpairedSurrogate(text)) {
            throw new IllegalArgumentException("an unpaired surrogate");
        }
        return text;
    }

    private static BigDecimal number(Number number) {
        BigDecimal decimal;
        try {
            decimal = number instanceof BigDecimal given ? given : new BigDecimal(number.toString());
        } catch (NumberFormatException infinite) {
            throw new IllegalArgumentException("no number: " + number);
        }
        BigDecimal kept = JsonTree.keepableOrNull(decimal);
        if (kept == null) {
            throw new IllegalArgumentException("a number beyond Decimal128: " + decimal);
        }
        return kept;
    }
}
