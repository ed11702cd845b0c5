package dev.tallyworks.definition;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A kind of event of a source.
 *
 * @param schema JSON Schema 2020-12 that the payload must fit, as JSON text; null where anything goes
 */
public record EventType(
        String name, @Nullable String description, @Nullable String schema, Instant createdAt, Instant updatedAt) {}
