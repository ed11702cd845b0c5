package dev.tallyworks.api.intake;

import dev.tallyworks.definition.EventType;
import dev.tallyworks.definition.Source;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Whether a payload fits the schema of its type. */
@FunctionalInterface
public interface PayloadSchema {
    /** @return what does not fit, or null where all does */
    @Nullable
    Violation violation(Source source, EventType type, Map<String, @Nullable Object> payload);

    /** @param pointer JSON Pointer into the payload */
    record Violation(String pointer, String detail) {}
}
