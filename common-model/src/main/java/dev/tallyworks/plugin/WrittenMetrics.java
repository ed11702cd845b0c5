package dev.tallyworks.plugin;

import org.jspecify.annotations.Nullable;

/**
 * Numbers that were added to.
 *
 * @param aggregation id
 * @param source id
 * @param attributionType {@link dev.tallyworks.event.Attribution#TOTAL} for the total
 * @param attributionValue null for the total
 * @param bucketMillis the start of the bucket, epoch milliseconds
 * @param events how many were added
 */
public record WrittenMetrics(
        String aggregation,
        String source,
        String eventType,
        String attributionType,
        @Nullable String attributionValue,
        long bucketMillis,
        long events) {}
