package dev.tallyworks.rollup;

import dev.tallyworks.metric.ExactSum;
import java.math.BigDecimal;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One rollup document, as far as a metric asked for it.
 *
 * @param bucketMillis the bucket's start, epoch milliseconds
 * @param count of its events
 * @param others how many values and numbers are under {@link #OTHER}
 * @param fieldCount events that have the field
 * @param min null where no event has the field
 * @param categories by value
 * @param compoundSums by value
 */
public record StoredRollup(
        long bucketMillis,
        String source,
        long incarnation,
        String eventType,
        long count,
        long others,
        long fieldCount,
        ExactSum sum,
        @Nullable BigDecimal min,
        @Nullable BigDecimal max,
        Map<String, Long> categories,
        Map<String, ExactSum> compoundSums) {
    /** The category under which answers show what is beyond a document's guards. */
    public static final String OTHER = dev.tallyworks.metric.StoredName.OTHER;
}
