package dev.tallyworks.api.http;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.format.ResolverStyle;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Times in requests and answers. */
public final class Times {
    private static final DateTimeFormatter OUT =
            DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSS'Z'").withZone(ZoneOffset.UTC);
    private static final long MIN_MILLIS = Instant.parse("0001-01-01T00:00:00Z").toEpochMilli();
    private static final long MAX_MILLIS =
            Instant.parse("9999-12-31T23:59:59.999Z").toEpochMilli();

    /** Whatever ISO-8601 lets an offset look like. */
    private static final DateTimeFormatter IN = new DateTimeFormatterBuilder()
            .parseCaseInsensitive()
            .append(DateTimeFormatter.ISO_LOCAL_DATE_TIME)
            .appendPattern("[XXXXX][XX][X]")
            .toFormatter()
            .withResolverStyle(ResolverStyle.STRICT);

    /** Digits of a second's fraction beyond those that a formatter takes. */
    private static final Pattern TOO_FINE = Pattern.compile("(\\.\\d{9})\\d+");

    private static final Pattern MILLIS = Pattern.compile("-?[0-9]{1,18}");
    private static final int TEXT_MAX = 200;

    private Times() {}

    /** ISO-8601, UTC, with milliseconds. */
    public static String format(long epochMillis) {
        return OUT.format(Instant.ofEpochMilli(epochMillis));
    }

    public static String format(Instant instant) {
        return OUT.format(instant);
    }

    /** ISO-8601 with a zone, what is finer than milliseconds cut off; empty where it is none. */
    public static OptionalLong parseIso(String text) {
        if (text.length() > TEXT_MAX) {
            return OptionalLong.empty();
        }
        try {
            Matcher tooFine = TOO_FINE.matcher(text);
            String readable = tooFine.find() ? tooFine.replaceFirst("$1") : text;
            return OptionalLong.of(
                    OffsetDateTime.parse(readable, IN).toInstant().toEpochMilli());
        } catch (DateTimeException | ArithmeticException noTime) {
            return OptionalLong.empty();
        }
    }

    /** ISO-8601 with a zone, or epoch milliseconds; empty where it is neither, or outside the years 1 to 9999. */
    public static OptionalLong parse(String text) {
        OptionalLong millis = text.length() <= TEXT_MAX && MILLIS.matcher(text).matches()
                ? OptionalLong.of(Long.parseLong(text))
                : parseIso(text);
        return millis.isPresent() && isWithin(BigDecimal.valueOf(millis.getAsLong())) ? millis : OptionalLong.empty();
    }

    /** Epoch milliseconds, what is finer cut off; empty outside the years 1 to 9999. */
    public static OptionalLong ofMillis(BigDecimal millis) {
        return isWithin(millis)
                ? OptionalLong.of(millis.setScale(0, RoundingMode.FLOOR).longValueExact())
                : OptionalLong.empty();
    }

    private static boolean isWithin(BigDecimal millis) {
        return millis.compareTo(BigDecimal.valueOf(MIN_MILLIS)) >= 0
                && millis.compareTo(BigDecimal.valueOf(MAX_MILLIS)) <= 0;
    }
}
