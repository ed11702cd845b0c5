package dev.tallyworks.api.intake;

import dev.tallyworks.api.http.Times;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Instant;
import java.util.OptionalLong;

/** The times that an event may carry: ISO-8601 with zone, or epoch milliseconds, from the year 1 on; what is finer is cut off. */
final class EventTime {
    static final long EARLIEST_MILLIS = -62_135_596_800_000L;

    private static final BigDecimal LATEST = BigDecimal.valueOf(Instant.MAX.getEpochSecond());

    private EventTime() {}

    /** @return epoch milliseconds, or empty where the text is no time from the year 1 on */
    static OptionalLong parse(String text) {
        OptionalLong millis = Times.parseIso(text);
        return millis.isPresent() && millis.getAsLong() < EARLIEST_MILLIS ? OptionalLong.empty() : millis;
    }

    /** A time beyond all calendars is cut to the last one: it is in the future anyway. */
    static OptionalLong ofMillis(BigDecimal millis) {
        if (millis.compareTo(LATEST) > 0) {
            return OptionalLong.of(LATEST.longValue());
        }
        if (millis.compareTo(BigDecimal.valueOf(EARLIEST_MILLIS)) < 0) {
            return OptionalLong.empty();
        }
        return OptionalLong.of(millis.setScale(0, RoundingMode.FLOOR).longValueExact());
    }
}
