package dev.tallyworks.api.definitions;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tallyworks.api.http.Members;
import dev.tallyworks.api.http.Problem;
import dev.tallyworks.definition.Retention;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads what clients say of sources and event types. */
final class SourceReader {
    static final int HOT_DAYS_MAX = 100_000;

    /** What a request says of a source. */
    record Given(
            String name,
            @Nullable String description,
            List<String> owners,
            @Nullable Retention retention,
            boolean openTypes,
            List<GivenType> eventTypes) {
        String id() {
            return idOf(name);
        }
    }

    /** @param schema as JSON text */
    record GivenType(
            String name,
            @Nullable String description,
            @Nullable String schema) {}

    private final SchemaCheck schemas;

    SourceReader(SchemaCheck schemas) {
        this.schemas = schemas;
    }

    /** Whether a schema can be used. */
    @FunctionalInterface
    interface SchemaCheck {
        /** @return what is wrong with it */
        Optional<Fault> check(String schema);

        /** @param pointer JSON Pointer into the schema */
        record Fault(String pointer, String detail) {}
    }

    static String idOf(String name) {
        return name.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9_]", "_");
    }

    Given source(Members body) {
        String name = body.name("name");
        String description = body.text("description");
        List<String> owners = body.texts("owners");
        Retention retention = body.object("retention", SourceReader::retention);
        boolean openTypes = body.flag("openTypes", false);
        Set<String> names = new HashSet<>();
        List<GivenType> types = body.objects("eventTypes", type -> {
            GivenType given = namedType(type);
            if (!names.add(given.name)) {
                type.invalid("name", Problem.INVALID_VALUE, "the event type '" + given.name + "' is given twice.");
            }
            return given;
        });
        return new Given(name, description, owners, retention, openTypes, types);
    }

    private GivenType namedType(Members type) {
        String name = type.name("name");
        return type(name, type);
    }

    /** The members of an event type but its name. */
    GivenType type(String name, Members body) {
        String description = body.text("description");
        JsonNode schema = body.any("schema");
        if (schema == null) {
            return new GivenType(name, description, null);
        }
        String text = schema.toString();
        schemas.check(text)
                .ifPresent(fault -> body.invalid("schema", fault.pointer(), Problem.INVALID_VALUE, fault.detail()));
        return new GivenType(name, description, text);
    }

    static Retention retention(Members retention) {
        if (!retention.has("hotDays")) {
            retention.any("hotDays");
            retention.invalid("hotDays", Problem.MISSING, "'hotDays' is missing.");
        }
        int hotDays = (int) retention.integer("hotDays", 1, HOT_DAYS_MAX, 1);
        return new Retention(hotDays, retention.text("offloader"));
    }
}
