package dev.tallyworks.api.intake;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.format.ResolverStyle;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The times that an event may carry: ISO-8601 with zone, or epoch milliseconds, from the year 1 on; what is finer is cut off. */
final class EventTime {
    static final long EARLIEST_MILLIS = -62_135_596_800_000L;

    private static final BigDecimal LATEST = BigDecimal.valueOf(Instant.MAX.getEpochSecond());
    private static final int TEXT_MAX = 200;

    private static final DateTimeFormatter ISO = new DateTimeFormatterBuilder()
            .parseCaseInsensitive()
            .append(DateTimeFormatter.ISO_LOCAL_DATE_TIME)
            .appendPattern("[XXXXX][XX][X]")
            .toFormatter()
            .withResolverStyle(ResolverStyle.STRICT);

    /** Digits of a second's fraction beyond those that a formatter takes. */
    private static final Pattern TOO_FINE = Pattern.compile("(\\.\\d{9})\\d+");

    private EventTime() {}

    /** @return epoch milliseconds, or empty where the text is no time from the year 1 on */
    static OptionalLong parse(String text) {
        if (text.length() > TEXT_MAX) {
            return OptionalLong.empty();
        }
        try {
            Matcher tooFine = TOO_FINE.matcher(text);
            String readable = tooFine.find() ? tooFine.replaceFirst("$1") : text;
            return fromYearOne(OffsetDateTime.parse(readable, ISO).toInstant().toEpochMilli());
        } catch (DateTimeException | ArithmeticException e) {
            return OptionalLong.empty();
        }
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

    private static OptionalLong fromYearOne(long millis) {
        return millis < EARLIEST_MILLIS ? OptionalLong.empty() : OptionalLong.of(millis);
    }
}
