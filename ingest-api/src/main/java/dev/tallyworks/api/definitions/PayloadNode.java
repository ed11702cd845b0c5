package dev.tallyworks.api.definitions;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.BigIntegerNode;
import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.DecimalNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.LongNode;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A payload as the validator takes it. */
final class PayloadNode {
    private static final int SURE_LONG_DIGITS = 18;

    private PayloadNode() {}

    static JsonNode of(@Nullable Object value) {
        if (value == null) {
            return NullNode.getInstance();
        }
        if (value instanceof String text) {
            return TextNode.valueOf(text);
        }
        if (value instanceof BigDecimal number) {
            return number(number);
        }
        if (value instanceof Boolean truth) {
            return BooleanNode.valueOf(truth);
        }
        if (value instanceof Map<?, ?> object) {
            ObjectNode node = JsonNodeFactory.instance.objectNode();
            object.forEach((name, member) -> node.set((String) name, of(member)));
            return node;
        }
        ArrayNode node = JsonNodeFactory.instance.arrayNode();
        ((List<?>) value).forEach(element -> node.add(of(element)));
        return node;
    }

    /** To JSON Schema 1.0 and 1E2 are integers, whatever their notation. */
    private static JsonNode number(BigDecimal number) {
        if (number.scale() == 0 && number.precision() <= SURE_LONG_DIGITS) {
            return LongNode.valueOf(number.longValue());
        }
        boolean integer = number.signum() == 0 || number.stripTrailingZeros().scale() <= 0;
        return integer ? BigIntegerNode.valueOf(number.toBigIntegerExact()) : DecimalNode.valueOf(number);
    }
}
