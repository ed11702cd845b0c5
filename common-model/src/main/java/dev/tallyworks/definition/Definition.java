package dev.tallyworks.definition;

import java.time.Instant;

/**
 * What users define: sources (with their event types), reports, aggregations, and rebuilds of these. Never changed in place, only
 * by a new version.
 */
public sealed interface Definition permits Source, Report, Aggregation, Rebuild {
    String id();

    Instant createdAt();

    Instant updatedAt();
}
