package dev.tallyworks.cli.send;

import dev.tallyworks.cli.command.UsageError;
import java.math.BigDecimal;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.temporal.ChronoField;
import java.time.temporal.TemporalAccessor;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * How timestamps are written in a CSV: as the API takes them, in seconds since 1970, or by a pattern.
 *
 * @param pattern null, {@code epoch-seconds}, or one of {@link DateTimeFormatter}
 * @param zone of a pattern without one
 */
public record CsvTimes(@Nullable String pattern, String zone) {
    private static final String SECONDS = "epoch-seconds";

    public CsvTimes {
        formatter(pattern, zone);
    }

    private static @Nullable DateTimeFormatter formatter(@Nullable String pattern, String zone) {
        try {
            ZoneId of = ZoneId.of(zone);
            return pattern == null || pattern.equals(SECONDS)
                    ? null
                    : new DateTimeFormatterBuilder()
                            .appendPattern(pattern)
                            .parseDefaulting(ChronoField.HOUR_OF_DAY, 0)
                            .toFormatter(Locale.ROOT)
                            .withZone(of);
        } catch (DateTimeException unknown) {
            throw new UsageError("--timezone '" + zone + "' is none: " + unknown.getMessage());
        } catch (IllegalArgumentException wrong) {
            throw new UsageError("--timestamp-format '" + pattern + "' is none: " + wrong.getMessage());
        }
    }

    /** Texts to timestamps of the API, a text or a number. */
    interface Reader {
        /** @throws DateTimeException where the text is not written like that */
        Object read(String text);
    }

    Reader reader() {
        @Nullable DateTimeFormatter formatter = formatter(pattern, zone);
        if (formatter != null) {
            return text -> instant(formatter.parse(text)).toString();
        }
        if (SECONDS.equals(pattern)) {
            return CsvTimes::millis;
        }
        return text -> text.matches("-?\\d{1,18}") ? (Object) Long.valueOf(text) : text;
    }

    private static Instant instant(TemporalAccessor parsed) {
        return parsed.isSupported(ChronoField.INSTANT_SECONDS)
                ? Instant.from(parsed)
                : LocalDateTime.from(parsed).atZone(ZoneId.from(parsed)).toInstant();
    }

    private static Object millis(String text) {
        try {
            return new BigDecimal(text).movePointRight(3).longValue();
        } catch (NumberFormatException none) {
            throw new DateTimeException("'" + text + "' is no number of seconds");
        }
    }
}
