package dev.tallyworks.event;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An accepted event, as it is recorded.
 *
 * @param ref source, incarnation and uuid
 * @param timestampMillis when it happened, epoch milliseconds: decides its buckets
 * @param receivedAtMillis when it was accepted, epoch milliseconds
 * @param payload as in {@link EventDraft#payload()}
 * @param version of the definitions under which it was accepted: it feeds the aggregations that these name
 * @param sizeBytes its length in the request, as UTF-8 JSON; bounds batches
 */
public record Event(
        EventRef ref,
        String type,
        long timestampMillis,
        long receivedAtMillis,
        Map<String, @Nullable Object> payload,
        List<Attribution> attributions,
        long version,
        int sizeBytes) {}
