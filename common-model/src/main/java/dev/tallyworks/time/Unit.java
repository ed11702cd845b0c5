package dev.tallyworks.time;

import java.time.DayOfWeek;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.temporal.TemporalAdjusters;
import java.util.Optional;

/** What a question cuts time into: a storage width, a calendar unit in a time zone, or nothing. */
public sealed interface Unit {
    /** The name in requests and answers. */
    String id();

    /** The start of the unit that holds an instant, both in epoch milliseconds. */
    long startMillis(long epochMillis);

    /** The start of the unit after the one that begins here. */
    long nextMillis(long startMillis);

    /** Aligned to the epoch, whatever the zone. */
    record Width(Granularity granularity) implements Unit {
        @Override
        public String id() {
            return granularity.id();
        }

        @Override
        public long startMillis(long epochMillis) {
            return granularity.bucketStartMillis(epochMillis);
        }

        @Override
        public long nextMillis(long startMillis) {
            return startMillis + granularity.widthMillis();
        }
    }

    /** Days, weeks from Monday on, months, quarters and years, as the clocks of a zone have them. */
    record Calendar(Kind kind, ZoneId zone) implements Unit {
        public enum Kind {
            DAY("day"),
            WEEK("week"),
            MONTH("month"),
            QUARTER("quarter"),
            YEAR("year");

            private final String id;

            Kind(String id) {
                this.id = id;
            }
        }

        @Override
        public String id() {
            return kind.id;
        }

        @Override
        public long startMillis(long epochMillis) {
            LocalDate start = first(dateAt(epochMillis));
            // Where clocks go back over midnight, the evening comes again when the next unit has begun already.
            long next = next(start);
            return next <= epochMillis ? next : instant(start);
        }

        @Override
        public long nextMillis(long startMillis) {
            // Where clocks skip the first day of a unit, it begins on a later one.
            return next(first(dateAt(startMillis)));
        }

        private LocalDate dateAt(long epochMillis) {
            return Instant.ofEpochMilli(epochMillis).atZone(zone).toLocalDate();
        }

        private long next(LocalDate start) {
            return instant(
                    switch (kind) {
                        case DAY -> start.plusDays(1);
                        case WEEK -> start.plusWeeks(1);
                        case MONTH -> start.plusMonths(1);
                        case QUARTER -> start.plusMonths(3);
                        case YEAR -> start.plusYears(1);
                    });
        }

        private LocalDate first(LocalDate date) {
            return switch (kind) {
                case DAY -> date;
                case WEEK -> date.with(TemporalAdjusters.previousOrSame(DayOfWeek.MONDAY));
                case MONTH -> date.withDayOfMonth(1);
                case QUARTER -> LocalDate.of(date.getYear(), (date.getMonthValue() - 1) / 3 * 3 + 1, 1);
                case YEAR -> date.withDayOfYear(1);
            };
        }

        /** Midnight, or what comes first where the clocks skip it. */
        private long instant(LocalDate date) {
            return date.atStartOfDay(zone).toInstant().toEpochMilli();
        }
    }

    /** The whole range is one unit, which begins with it. */
    record All(TimeRange range) implements Unit {
        @Override
        public String id() {
            return "all";
        }

        @Override
        public long startMillis(long epochMillis) {
            return range.startMillis();
        }

        @Override
        public long nextMillis(long startMillis) {
            return range.endMillis();
        }
    }

    /** @param range as far as it is asked, for {@code all} */
    static Optional<Unit> byId(String id, ZoneId zone, TimeRange range) {
        if (id.equals("all")) {
            return Optional.of(new All(range));
        }
        boolean epochAligned = zone.normalized().equals(ZoneOffset.UTC);
        for (Calendar.Kind kind : Calendar.Kind.values()) {
            if (kind.id.equals(id) && !(kind == Calendar.Kind.DAY && epochAligned)) {
                return Optional.of(new Calendar(kind, zone));
            }
        }
        return Granularity.byId(id).map(Width::new);
    }
}
