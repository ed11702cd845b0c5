package dev.tallyworks.api.query;

import java.time.DayOfWeek;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.temporal.TemporalAdjusters;
import java.util.ArrayList;
import java.util.List;

/** Units of time, as a calendar on the wall has them. Times are epoch milliseconds. */
final class NaiveUnits {
    private static final String ALL = "all";
    private static final List<String> CALENDAR = List.of("day", "week", "month", "quarter", "year");

    private NaiveUnits() {}

    /** How long a storage width is. */
    static long millis(String width) {
        return switch (width) {
            case "100ms" -> 100;
            case "second" -> 1_000;
            case "minute" -> 60_000;
            case "5minute" -> 300_000;
            case "30minute" -> 1_800_000;
            case "hour" -> 3_600_000;
            case "2hour" -> 7_200_000;
            case "6hour" -> 21_600_000;
            case "day" -> 86_400_000;
            case "3day" -> 3 * 86_400_000L;
            case "30day" -> 30 * 86_400_000L;
            default -> throw new IllegalArgumentException(width);
        };
    }

    static long down(long at, long width) {
        return at - Math.floorMod(at, width);
    }

    private static boolean isOfCalendar(String unit, ZoneId zone) {
        return CALENDAR.contains(unit)
                && !(unit.equals("day") && zone.normalized().equals(ZoneOffset.UTC));
    }

    /**
     * The start of the unit that an instant lies in.
     *
     * @param rangeStart where the unit of the whole range begins
     */
    static long start(String unit, ZoneId zone, long rangeStart, long at) {
        if (unit.equals(ALL)) {
            return rangeStart;
        }
        if (!isOfCalendar(unit, zone)) {
            return down(at, millis(unit));
        }
        LocalDate date = Instant.ofEpochMilli(at).atZone(zone).toLocalDate();
        LocalDate first =
                switch (unit) {
                    case "week" -> date.with(TemporalAdjusters.previousOrSame(DayOfWeek.MONDAY));
                    case "month" -> date.withDayOfMonth(1);
                    case "quarter" -> date.withDayOfMonth(1).minusMonths((date.getMonthValue() - 1) % 3);
                    case "year" -> date.withDayOfYear(1);
                    default -> date;
                };
        return first.atStartOfDay(zone).toInstant().toEpochMilli();
    }

    private static long next(String unit, ZoneId zone, long start) {
        if (!isOfCalendar(unit, zone)) {
            return start + millis(unit);
        }
        LocalDate day = Instant.ofEpochMilli(start).atZone(zone).toLocalDate();
        long next;
        do {
            day = day.plusDays(1);
            next = day.atStartOfDay(zone).toInstant().toEpochMilli();
        } while (start(unit, zone, start, next) == start);
        return next;
    }

    /** The starts of the units that touch a range, at most so many. */
    static List<Long> starts(String unit, ZoneId zone, long start, long end, int max) {
        List<Long> starts = new ArrayList<>();
        for (long at = start(unit, zone, start, start); at < end && starts.size() < max; ) {
            starts.add(at);
            at = unit.equals(ALL) ? end : next(unit, zone, at);
        }
        return starts;
    }

    /** Whether no bound of a unit, as far as the range goes, cuts a bucket of the storage width. */
    static boolean consistOfWholeBuckets(String unit, ZoneId zone, long start, long end, long width) {
        if (unit.equals(ALL)) {
            return true;
        }
        if (!isOfCalendar(unit, zone)) {
            return millis(unit) % width == 0;
        }
        return starts(unit, zone, start, end, Integer.MAX_VALUE).stream()
                .allMatch(bound -> bound <= start || Math.floorMod(bound, width) == 0);
    }
}
