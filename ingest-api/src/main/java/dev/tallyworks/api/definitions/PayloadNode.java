package dev.tallyworks.api.definitions;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.BigIntegerNode;
import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.DecimalNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.JsonNodeType;
import com.fasterxml.jackson.databind.node.LongNode;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.math.BigDecimal;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A payload as the validator takes it. */
final class PayloadNode {
    private static final int SURE_LONG_DIGITS = 18;

    private PayloadNode() {}

    static JsonNode of(@Nullable Object value, Effort effort) {
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
            ObjectNode node = new CountedObject(effort);
            object.forEach((name, member) -> node.set((String) name, of(member, effort)));
            return node;
        }
        ArrayNode node = new CountedArray(effort);
        ((List<?>) value).forEach(element -> node.add(of(element, effort)));
        return node;
    }

    /** About as many as it has in JSON. */
    static long characters(@Nullable Object value) {
        if (value instanceof String text) {
            return text.length();
        }
        long characters = 1;
        if (value instanceof Map<?, ?> object) {
            for (Map.Entry<?, ?> member : object.entrySet()) {
                characters += characters(member.getKey()) + characters(member.getValue());
            }
        } else if (value instanceof List<?> list) {
            for (Object element : list) {
                characters += characters(element);
            }
        }
        return characters;
    }

    /** Whatever looks at an object asks it for members, names or its type. */
    @SuppressWarnings("unchecked") // of what it inherits
    private static final class CountedObject extends ObjectNode {
        private static final long serialVersionUID = 1;

        private final transient Effort effort;

        CountedObject(Effort effort) {
            super(JsonNodeFactory.instance);
            this.effort = effort;
        }

        @Override
        public JsonNodeType getNodeType() {
            effort.lookAtNode();
            return super.getNodeType();
        }

        @Override
        public JsonNode get(String name) {
            effort.lookAtNode();
            return super.get(name);
        }

        @Override
        public Iterator<String> fieldNames() {
            effort.lookAtNode();
            return super.fieldNames();
        }

        @Override
        public Iterator<JsonNode> elements() {
            effort.lookAtNode();
            return super.elements();
        }
    }

    /** Whatever looks at an array asks whether it is one, or for its elements. */
    @SuppressWarnings("unchecked") // of what it inherits
    private static final class CountedArray extends ArrayNode {
        private static final long serialVersionUID = 1;

        private final transient Effort effort;

        CountedArray(Effort effort) {
            super(JsonNodeFactory.instance);
            this.effort = effort;
        }

        @Override
        public JsonNodeType getNodeType() {
            effort.lookAtNode();
            return super.getNodeType();
        }

        @Override
        public boolean isArray() {
            effort.lookAtNode();
            return super.isArray();
        }

        @Override
        public JsonNode get(int index) {
            effort.lookAtNode();
            return super.get(index);
        }

        @Override
        public Iterator<JsonNode> elements() {
            effort.lookAtNode();
            return super.elements();
        }
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
