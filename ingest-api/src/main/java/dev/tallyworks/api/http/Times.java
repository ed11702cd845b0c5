package dev.tallyworks.api.http;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.OptionalLong;

/** Times in requests and answers. */
public final class Times {
    private static final DateTimeFormatter OUT =
            DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSS'Z'").withZone(ZoneOffset.UTC);
    private static final long MIN_MILLIS = Instant.parse("0001-01-01T00:00:00Z").toEpochMilli();
    private static final long MAX_MILLIS =
            Instant.parse("9999-12-31T23:59:59.999Z").toEpochMilli();

    private Times() {}

    /** ISO-8601, UTC, with milliseconds. */
    public static String format(long epochMillis) {
        return OUT.format(Instant.ofEpochMilli(epochMillis));
    }

    public static String format(Instant instant) {
        return OUT.format(instant);
    }

    /** ISO-8601 with a zone, or epoch milliseconds; empty where it is neither, or outside the years 1 to 9999. */
    public static OptionalLong parse(String text) {
        try {
            long millis = text.matches("-?[0-9]{1,18}")
                    ? Long.parseLong(text)
                    : OffsetDateTime.parse(text).toInstant().toEpochMilli();
            return millis < MIN_MILLIS || millis > MAX_MILLIS ? OptionalLong.empty() : OptionalLong.of(millis);
        } catch (DateTimeParseException notATime) {
            return OptionalLong.empty();
        } catch (DateTimeException | ArithmeticException outOfRange) {
            return OptionalLong.empty();
        }
    }
}
