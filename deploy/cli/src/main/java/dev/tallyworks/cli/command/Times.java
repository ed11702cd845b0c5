package dev.tallyworks.cli.command;

import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.format.DateTimeParseException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Times and spans as people type them. */
public final class Times {
    private static final Pattern SPAN = Pattern.compile("(\\d{1,9})(s|m|h|d|w)");
    private static final int DAYS_OF_WEEK = 7;

    private Times() {}

    /** What the API understands: a date alone is its midnight in UTC, everything else goes as it is. */
    public static String instant(String text) {
        try {
            return LocalDate.parse(text)
                    .atStartOfDay(ZoneOffset.UTC)
                    .toInstant()
                    .toString();
        } catch (DateTimeParseException other) {
            return text;
        }
    }

    /**
     * A span such as 30s, 15m, 24h, 7d or 2w.
     *
     * @throws UsageError where it is none
     */
    public static Duration span(String option, String text) {
        Matcher span = SPAN.matcher(text);
        if (!span.matches()) {
            throw new UsageError(option + " must be a time such as 30s, 15m, 24h, 7d or 2w, not '" + text + "'");
        }
        long count = Long.parseLong(span.group(1));
        return switch (span.group(2)) {
            case "s" -> Duration.ofSeconds(count);
            case "m" -> Duration.ofMinutes(count);
            case "h" -> Duration.ofHours(count);
            case "d" -> Duration.ofDays(count);
            default -> Duration.ofDays(DAYS_OF_WEEK * count);
        };
    }

    /** So long before now. */
    public static Instant ago(Duration span) {
        return Instant.now().minus(span);
    }
}
