package dev.tallyworks.api.intake;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One JSON value read as maps, lists, strings, booleans, nulls and decimals with all their digits. A name twice: the last.
 * What can't be kept stands in the tree as {@link Unkeepable}, as a later value of the same name may still replace it.
 */
final class JsonTree {
    /** Of the payload, which counts as the first; the event is around it. */
    static final int DEPTH_MAX = 64;

    private static final int DIGITS_MAX = 34;
    private static final int EXPONENT_MIN = -6176;
    private static final int EXPONENT_MAX = 6111;
    /** The longest way to write a number that can be kept: 0.0…0 and 34 digits. A longer text is not even looked at. */
    private static final int NUMBER_TEXT_MAX = 2 - EXPONENT_MIN + DIGITS_MAX;

    private static final int SURE_LONG_DIGITS = 18;

    /** Stands for a value that can't be kept. */
    record Unkeepable(String why) {}

    private final JsonParser parser;
    private final boolean surrogatesSuspected;
    private int unkeepable;

    JsonTree(JsonParser parser, boolean surrogatesSuspected) {
        this.parser = parser;
        this.surrogatesSuspected = surrogatesSuspected;
    }

    /** Whether a value that can't be kept has been read since the last call. */
    boolean takeUnkeepable() {
        boolean some = unkeepable > 0;
        unkeepable = 0;
        return some;
    }

    /** Reads the value that begins at the current token. */
    @Nullable
    Object read() throws IOException {
        return value(0);
    }

    private @Nullable Object value(int depth) throws IOException {
        return switch (parser.currentToken()) {
            case START_OBJECT, START_ARRAY -> container(depth);
            case VALUE_STRING -> text(parser.getText());
            case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> number();
            case VALUE_TRUE -> true;
            case VALUE_FALSE -> false;
            case VALUE_NULL -> null;
            default -> throw new IllegalStateException("no value begins with " + parser.currentToken());
        };
    }

    private Object container(int depth) throws IOException {
        if (depth > DEPTH_MAX) {
            parser.skipChildren();
            return unkeepable("nested deeper than " + DEPTH_MAX);
        }
        return parser.currentToken() == JsonToken.START_OBJECT ? object(depth) : array(depth);
    }

    private Map<String, @Nullable Object> object(int depth) throws IOException {
        Map<String, @Nullable Object> members = new LinkedHashMap<>();
        String name = parser.nextFieldName();
        while (name != null) {
            parser.nextToken();
            Object value = value(depth + 1);
            boolean bad = surrogatesSuspected && Utf8.hasUnpairedSurrogate(name);
            members.put(name, bad ? unkeepable("unpaired surrogate in a name") : value);
            name = parser.nextFieldName();
        }
        return members;
    }

    private List<@Nullable Object> array(int depth) throws IOException {
        List<@Nullable Object> elements = new ArrayList<>();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            elements.add(value(depth + 1));
        }
        return elements;
    }

    private Object text(String text) {
        boolean bad = surrogatesSuspected && Utf8.hasUnpairedSurrogate(text);
        return bad ? unkeepable("unpaired surrogate") : text;
    }

    private Object number() throws IOException {
        int length = parser.getTextLength();
        if (parser.currentToken() == JsonToken.VALUE_NUMBER_INT && length <= SURE_LONG_DIGITS) {
            return BigDecimal.valueOf(parser.getLongValue());
        }
        if (length > NUMBER_TEXT_MAX) {
            return unkeepable("number of more than " + DIGITS_MAX + " digits");
        }
        try {
            return keepable(new BigDecimal(parser.getTextCharacters(), parser.getTextOffset(), length));
        } catch (NumberFormatException e) {
            return unkeepable("number with an exponent beyond those of Decimal128");
        }
    }

    private Object keepable(BigDecimal number) {
        if (number.precision() > DIGITS_MAX) {
            return unkeepable("number of more than " + DIGITS_MAX + " digits");
        }
        BigDecimal kept = keepableOrNull(number);
        return kept == null ? unkeepable("number with an exponent beyond those of Decimal128") : kept;
    }

    /** The number as it can be kept, or null where it can't. */
    static @Nullable BigDecimal keepableOrNull(BigDecimal number) {
        int exponent = -number.scale();
        boolean shiftable = exponent <= EXPONENT_MAX + DIGITS_MAX - number.precision();
        if (number.precision() > DIGITS_MAX || exponent < EXPONENT_MIN || !shiftable) {
            return null;
        }
        return exponent <= EXPONENT_MAX ? number : number.setScale(-EXPONENT_MAX);
    }

    private Unkeepable unkeepable(String why) {
        unkeepable++;
        return new Unkeepable(why);
    }
}
