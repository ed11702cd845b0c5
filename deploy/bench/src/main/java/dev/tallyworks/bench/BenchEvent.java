package dev.tallyworks.bench;

import java.math.BigDecimal;
import java.util.Date;
import java.util.List;
import org.bson.Document;
import org.bson.types.Decimal128;

/**
 * The event that everything is measured with: one number, two strings, one boolean, one attribution, which make 20 metrics
 * for the total and as many for its attribution. The n-th is the same in every run, but for its uuid's beginning.
 *
 * @param cents what it adds to the sum of {@code amount}
 */
record BenchEvent(String uuid, long cents, String currency, String channel, boolean returning, String customer) {
    static final String TYPE = "sale";
    static final String ATTRIBUTION = "customer";
    /** All events are of one hour, so that only attributions make a batch wide. */
    static final long HOUR_MILLIS = 1_767_225_600_000L;

    private static final int MILLIS = 3_600_000;
    private static final List<String> CURRENCIES = List.of("EUR", "USD", "GBP", "CHF");
    private static final List<String> CHANNELS = List.of("web", "app", "shop");

    /** @param distinct how many attribution values there are */
    static BenchEvent of(String run, long number, int distinct) {
        // Neighbours in the queue have nothing in common, as multiplying by a large prime scatters them.
        long scattered = number * 2_654_435_761L % 1_000_000_007L;
        return new BenchEvent(
                run + '-' + number,
                cents(number),
                CURRENCIES.get((int) (scattered % CURRENCIES.size())),
                CHANNELS.get((int) (scattered / 7 % CHANNELS.size())),
                scattered % 5 == 0,
                "customer-" + scattered % distinct);
    }

    static long cents(long number) {
        return 100 + number * 7_919 % 99_900;
    }

    /** Of the first so many. */
    static long centsOfFirst(long events) {
        long sum = 0;
        for (long number = 0; number < events; number++) {
            sum += cents(number);
        }
        return sum;
    }

    long timestampMillis() {
        return HOUR_MILLIS + cents * 13 % MILLIS;
    }

    String json() {
        return "{\"uuid\":\"" + uuid + "\",\"type\":\"" + TYPE + "\",\"timestamp\":" + timestampMillis()
                + ",\"payload\":{\"amount\":" + cents / 100 + '.' + cents / 10 % 10 + cents % 10 + ",\"currency\":\""
                + currency + "\",\"channel\":\"" + channel + "\",\"returning\":" + returning
                + "},\"attributions\":[{\"type\":\"" + ATTRIBUTION + "\",\"value\":\"" + customer + "\"}]}";
    }

    /** As the product records it. */
    Document document(long nowMillis) {
        return new Document("_id", uuid)
                .append("type", TYPE)
                .append("timestamp", new Date(timestampMillis()))
                .append("receivedAt", new Date(nowMillis))
                .append(
                        "payload",
                        new Document("amount", new Decimal128(BigDecimal.valueOf(cents, 2)))
                                .append("currency", currency)
                                .append("channel", channel)
                                .append("returning", returning))
                .append("attributions", List.of(new Document("type", ATTRIBUTION).append("value", customer)))
                .append("version", 3L)
                .append("incarnation", 1L)
                .append("size", 230)
                .append("commit", new Document("writer", "0123456789abcdef01").append("n", 1L))
                .append("pending", true);
    }
}
