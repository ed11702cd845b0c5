package dev.tallyworks.event;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An event as a client posted it, well-formed but not yet checked against the definitions.
 *
 * @param timestampMillis epoch milliseconds, or null for "now"
 * @param payload scalars are {@link String}, {@link Boolean}, {@link java.math.BigDecimal}; objects are maps in the order of
 *     the request, arrays lists; null values are kept
 * @param attributions without repeated pairs
 * @param sizeBytes the event's length in the request, as UTF-8 JSON
 */
public record EventDraft(
        String uuid,
        String type,
        @Nullable Long timestampMillis,
        Map<String, @Nullable Object> payload,
        List<Attribution> attributions,
        int sizeBytes) {
    /** The same event with other content. */
    public EventDraft with(Map<String, @Nullable Object> newPayload, List<Attribution> newAttributions) {
        return new EventDraft(uuid, type, timestampMillis, newPayload, newAttributions, sizeBytes);
    }
}
