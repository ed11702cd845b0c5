package dev.tallyworks.e2e;

import java.math.BigDecimal;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * An event that a client posts, and when.
 *
 * @param client who posts it: the value of its attribution {@code client}
 * @param probe the value of its attribution {@code probe}; null where it has none
 */
record LoadEvent(
        String source,
        String uuid,
        String type,
        long timestampMillis,
        BigDecimal amount,
        String client,
        @Nullable String probe,
        Call call) {
    String path() {
        return "/api/v1/sources/" + source + "/events";
    }

    String json() {
        String more = probe == null ? "" : ", {\"type\": \"probe\", \"value\": \"" + probe + "\"}";
        return "{\"uuid\": \"" + uuid + "\", \"type\": \"" + type + "\", \"timestamp\": \""
                + Instant.ofEpochMilli(timestampMillis) + "\", \"payload\": {\"amount\": " + amount
                + ", \"currency\": \"EUR\"}, \"attributions\": [{\"type\": \"client\", \"value\": \"" + client + "\"}"
                + more + "]}";
    }
}
