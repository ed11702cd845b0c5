package dev.tallyworks.metric;

import java.math.BigDecimal;
import java.util.Map;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * The fields of payloads: their scalars, those of nested objects by dotted path, to a depth of {@value #DEPTH_MAX}. Arrays
 * and nulls are skipped.
 */
public final class PayloadScalars {
    private static final int DEPTH_MAX = 5;

    private PayloadScalars() {}

    /**
     * @param to is given each path with its {@link BigDecimal}, {@link String} or {@link Boolean}, in the order of the payload;
     *     the same path twice where {@code {"a.b": 1, "a": {"b": 2}}}
     */
    public static void forEach(Map<String, ?> payload, BiConsumer<String, Object> to) {
        collect("", 1, payload, to);
    }

    private static void collect(String prefix, int depth, Map<?, ?> object, BiConsumer<String, Object> to) {
        for (Map.Entry<?, ?> member : object.entrySet()) {
            String path = depth == 1 ? (String) member.getKey() : prefix + '.' + member.getKey();
            @Nullable Object value = member.getValue();
            if (value instanceof Map<?, ?> nested) {
                if (depth < DEPTH_MAX) {
                    collect(path, depth + 1, nested, to);
                }
            } else if (value instanceof BigDecimal || value instanceof String || value instanceof Boolean) {
                to.accept(path, value);
            }
        }
    }
}
