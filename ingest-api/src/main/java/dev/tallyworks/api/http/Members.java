package dev.tallyworks.api.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The members of a request's object, read one by one. What is wrong is gathered and thrown together by {@link #end}: what
 * can't be read (400) before what is not valid (422). Until then wrong members read as their defaults. A null is a member
 * that is not there.
 */
public final class Members {
    private static final int ELEMENTS_MAX = 1_000;
    /** More say nothing new, and an answer need not be as long as the body. */
    private static final int ERRORS_MAX = 100;

    private final ObjectNode object;
    private final String pointer;
    private final List<Problem.Item> unreadable;
    private final List<Problem.Item> invalid;
    private final Set<String> read = new HashSet<>();
    private final List<Members> nested = new ArrayList<>();

    private Members(ObjectNode object, String pointer, List<Problem.Item> unreadable, List<Problem.Item> invalid) {
        this.object = object;
        this.pointer = pointer;
        this.unreadable = unreadable;
        this.invalid = invalid;
    }

    public static Members of(ObjectNode object) {
        return new Members(object, "", new ArrayList<>(), new ArrayList<>());
    }

    /** Ends the reading. @throws Problem where anything was wrong, or members were left over */
    public void end() {
        complainOfUnknown();
        if (!unreadable.isEmpty()) {
            throw Problem.of(ProblemKind.BAD_REQUEST, unreadable.get(0).detail(), first(unreadable));
        }
        if (!invalid.isEmpty()) {
            throw Problem.of(ProblemKind.INVALID, invalid.get(0).detail(), first(invalid));
        }
    }

    private static List<Problem.Item> first(List<Problem.Item> errors) {
        return errors.subList(0, Math.min(errors.size(), ERRORS_MAX));
    }

    private void complainOfUnknown() {
        object.fieldNames().forEachRemaining(name -> {
            if (!read.contains(name)) {
                String known = read.isEmpty() ? "" : "; known are " + String.join(", ", new java.util.TreeSet<>(read));
                unreadable.add(Problem.Item.at(
                        at(name), Problem.UNKNOWN_FIELD, "'" + name + "' is no member here" + known + "."));
            }
        });
        nested.forEach(Members::complainOfUnknown);
    }

    /** The JSON Pointer of a member. */
    public String at(String name) {
        return at(pointer, name);
    }

    static String at(String pointer, String name) {
        return pointer + '/' + name.replace("~", "~0").replace("/", "~1");
    }

    public boolean has(String name) {
        JsonNode value = object.get(name);
        return value != null && !value.isNull();
    }

    public void invalid(String name, String code, String detail) {
        invalid.add(Problem.Item.at(at(name), code, detail));
    }

    /** @param inside JSON Pointer into the member */
    public void invalid(String name, String inside, String code, String detail) {
        invalid.add(Problem.Item.at(at(name) + inside, code, detail));
    }

    public void wrongType(String name, String what) {
        wrongTypeAt(at(name), what);
    }

    private void wrongTypeAt(String at, String what) {
        unreadable.add(Problem.Item.at(at, Problem.WRONG_TYPE, "'" + at + "' must be " + what + "."));
    }

    /** Reads a member without a look at it. */
    public @Nullable JsonNode any(String name) {
        read.add(name);
        JsonNode value = object.get(name);
        return value == null || value.isNull() ? null : value;
    }

    private void missing(String name) {
        invalid(name, Problem.MISSING, "'" + name + "' is missing.");
    }

    public @Nullable String text(String name) {
        JsonNode value = any(name);
        if (value == null) {
            return null;
        }
        if (!value.isTextual()) {
            wrongType(name, "a string");
            return null;
        }
        return value.textValue();
    }

    /** A required string; empty where it is missing. */
    public String requiredText(String name) {
        String value = text(name);
        if (value == null) {
            if (!has(name)) {
                missing(name);
            }
            return "";
        }
        return value;
    }

    /** A required name: 1 to 100 characters. */
    public String name(String member) {
        String value = requiredText(member);
        if (has(member) && object.get(member).isTextual()) {
            checkName(at(member), member, value);
        }
        return value;
    }

    private void checkName(String at, String member, String value) {
        int length = value.codePointCount(0, value.length());
        if (length < 1 || length > 100) {
            invalid.add(Problem.Item.at(
                    at,
                    Problem.INVALID_VALUE,
                    "'" + member + "' must have 1 to 100 characters, it has " + length + "."));
        }
    }

    public boolean flag(String name, boolean otherwise) {
        JsonNode value = any(name);
        if (value == null) {
            return otherwise;
        }
        if (!value.isBoolean()) {
            wrongType(name, "true or false");
            return otherwise;
        }
        return value.booleanValue();
    }

    /** A whole number within bounds. */
    public long integer(String name, long least, long most, long otherwise) {
        JsonNode value = any(name);
        if (value == null) {
            return otherwise;
        }
        if (!value.isNumber() || !value.canConvertToExactIntegral()) {
            wrongType(name, "a whole number");
            return otherwise;
        }
        if (!value.canConvertToLong() || value.longValue() < least || value.longValue() > most) {
            invalid(name, Problem.INVALID_VALUE, "'" + name + "' must be from " + least + " to " + most + ".");
            return otherwise;
        }
        return value.longValue();
    }

    /** A list of strings, without repetitions. */
    public List<String> texts(String name) {
        JsonNode value = any(name);
        if (value == null) {
            return List.of();
        }
        if (!value.isArray()) {
            wrongType(name, "a list of strings");
            return List.of();
        }
        Set<String> texts = new LinkedHashSet<>();
        for (int i = 0; i < value.size(); i++) {
            JsonNode element = value.get(i);
            if (element.isTextual()) {
                texts.add(element.textValue());
            } else {
                wrongTypeAt(at(name) + '/' + i, "a string");
            }
        }
        if (texts.size() > ELEMENTS_MAX) {
            invalid(name, Problem.INVALID_VALUE, "'" + name + "' must have at most " + ELEMENTS_MAX + " elements.");
            return List.of();
        }
        return List.copyOf(texts);
    }

    public <T> @Nullable T object(String name, Function<Members, T> reader) {
        JsonNode value = any(name);
        if (value == null) {
            return null;
        }
        if (!(value instanceof ObjectNode inner)) {
            wrongType(name, "an object");
            return null;
        }
        Members members = new Members(inner, at(name), unreadable, invalid);
        nested.add(members);
        return reader.apply(members);
    }

    public <T> List<T> objects(String name, Function<Members, T> reader) {
        JsonNode value = any(name);
        if (value == null) {
            return List.of();
        }
        if (!value.isArray()) {
            wrongType(name, "a list of objects");
            return List.of();
        }
        List<T> list = new ArrayList<>();
        for (int i = 0; i < value.size(); i++) {
            String at = at(name) + '/' + i;
            if (value.get(i) instanceof ObjectNode inner) {
                Members members = new Members(inner, at, unreadable, invalid);
                nested.add(members);
                list.add(reader.apply(members));
            } else {
                wrongTypeAt(at, "an object");
            }
        }
        return list;
    }

    /** A required value that a function makes of a text, or names why not. */
    public <T> Optional<T> parsed(String name, Function<String, Optional<T>> parse, String expected) {
        String text = text(name);
        if (text == null) {
            return Optional.empty();
        }
        Optional<T> value = parse.apply(text);
        if (value.isEmpty()) {
            invalid(name, Problem.INVALID_VALUE, "'" + name + "' must be " + expected + ", not '" + text + "'.");
        }
        return value;
    }

    public boolean isSound() {
        return unreadable.isEmpty() && invalid.isEmpty();
    }
}
