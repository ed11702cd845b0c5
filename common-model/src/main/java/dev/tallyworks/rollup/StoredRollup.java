package dev.tallyworks.rollup;

/**
 * What one origin has added to one bucket of a series, as far as it was read.
 *
 * @param bucketMillis the bucket's start, epoch milliseconds
 */
public record StoredRollup(
        long bucketMillis, String source, long incarnation, String eventType, RollupNumbers numbers) {}
