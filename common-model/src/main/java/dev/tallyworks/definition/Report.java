package dev.tallyworks.definition;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A named space of questions, answered by its aggregations together.
 *
 * @param active while false nothing new is counted, questions are answered
 */
public record Report(
        String id, String name, @Nullable String description, boolean active, Instant createdAt, Instant updatedAt)
        implements Definition {}
