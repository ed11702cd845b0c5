package dev.tallyworks.rollup;

import org.jspecify.annotations.Nullable;

/**
 * What one origin has added to one bucket of a series, as far as it was read.
 *
 * @param bucketMillis the bucket's start, epoch milliseconds
 * @param attribution the attribution's value, a long one cut by {@link dev.tallyworks.metric.ShortText}; null where one series
 *     was asked for and so is known
 */
public record StoredRollup(
        long bucketMillis,
        String source,
        long incarnation,
        String eventType,
        @Nullable String attribution,
        RollupNumbers numbers) {
    /** Of a series that is known. */
    public StoredRollup(long bucketMillis, String source, long incarnation, String eventType, RollupNumbers numbers) {
        this(bucketMillis, source, incarnation, eventType, null, numbers);
    }
}
