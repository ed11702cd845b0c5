package dev.tallyworks.time;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.zone.ZoneOffsetTransition;
import java.time.zone.ZoneRules;
import java.util.HashSet;
import java.util.Set;
import java.util.TreeSet;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;

class UnitTest {
    private static final long YEAR_1 = Instant.parse("0001-01-01T00:00:00Z").toEpochMilli();
    private static final int LAST_YEAR = 2040;

    @Provide
    Arbitrary<ZoneId> zones() {
        return Arbitraries.of(new TreeSet<>(ZoneId.getAvailableZoneIds())).map(ZoneId::of);
    }

    @Property(tries = 5_000)
    void calendarUnitsTileTime(
            @ForAll("zones") ZoneId zone,
            @ForAll Unit.Calendar.Kind kind,
            @ForAll @LongRange(min = -62_135_596_800_000L, max = 253_402_214_400_000L) long instant) {
        assertTiles(new Unit.Calendar(kind, zone), instant);
    }

    /** Where clocks skip a midnight or a whole day, or show one twice. */
    @Test
    void calendarUnitsTileTimeWhereClocksChange() {
        Set<ZoneRules> seen = new HashSet<>();
        for (String id : new TreeSet<>(ZoneId.getAvailableZoneIds())) {
            ZoneId zone = ZoneId.of(id);
            ZoneRules rules = zone.getRules();
            ZoneOffsetTransition change = seen.add(rules) ? rules.nextTransition(Instant.ofEpochMilli(YEAR_1)) : null;
            while (change != null && change.getDateTimeBefore().getYear() < LAST_YEAR) {
                long at = change.getInstant().toEpochMilli();
                for (Unit.Calendar.Kind kind : Unit.Calendar.Kind.values()) {
                    Unit unit = new Unit.Calendar(kind, zone);
                    for (long offset : new long[] {-3_600_000, -1, 0, 59_999, 3_540_000, 86_400_000}) {
                        assertTiles(unit, at + offset);
                    }
                }
                change = rules.nextTransition(change.getInstant());
            }
        }
    }

    private static void assertTiles(Unit unit, long instant) {
        long start = unit.startMillis(instant);
        long next = unit.nextMillis(start);
        if (start > instant || instant >= next) {
            throw new AssertionError(unit + ": " + Instant.ofEpochMilli(instant) + " is not in its unit, "
                    + Instant.ofEpochMilli(start) + " to " + Instant.ofEpochMilli(next));
        }
        if (unit.startMillis(start) != start || unit.startMillis(next - 1) != start || unit.startMillis(next) != next) {
            throw new AssertionError(unit + ": the bounds of the unit from " + Instant.ofEpochMilli(start) + " to "
                    + Instant.ofEpochMilli(next) + " are in other units");
        }
    }

    @Test
    void unitsBeginWhereTheCalendarSays() {
        ZoneId berlin = ZoneId.of("Europe/Berlin");
        long instant =
                ZonedDateTime.of(2024, 5, 16, 13, 14, 15, 0, berlin).toInstant().toEpochMilli();
        assertThat(date(Unit.Calendar.Kind.DAY, berlin, instant)).isEqualTo("2024-05-16");
        assertThat(date(Unit.Calendar.Kind.WEEK, berlin, instant)).isEqualTo("2024-05-13");
        assertThat(date(Unit.Calendar.Kind.MONTH, berlin, instant)).isEqualTo("2024-05-01");
        assertThat(date(Unit.Calendar.Kind.QUARTER, berlin, instant)).isEqualTo("2024-04-01");
        assertThat(date(Unit.Calendar.Kind.YEAR, berlin, instant)).isEqualTo("2024-01-01");
    }

    private static LocalDate date(Unit.Calendar.Kind kind, ZoneId zone, long instant) {
        return Instant.ofEpochMilli(new Unit.Calendar(kind, zone).startMillis(instant))
                .atZone(zone)
                .toLocalDate();
    }

    @Test
    void theDayOfADaylightSavingChangeIsShorterOrLonger() {
        ZoneId berlin = ZoneId.of("Europe/Berlin");
        Unit day = new Unit.Calendar(Unit.Calendar.Kind.DAY, berlin);
        long spring = LocalDate.of(2024, 3, 31).atStartOfDay(berlin).toInstant().toEpochMilli();
        long autumn =
                LocalDate.of(2024, 10, 27).atStartOfDay(berlin).toInstant().toEpochMilli();
        assertThat(day.nextMillis(spring) - spring).isEqualTo(23 * 3_600_000L);
        assertThat(day.nextMillis(autumn) - autumn).isEqualTo(25 * 3_600_000L);
    }

    @Property
    void widthsTileTime(@ForAll Granularity width, @ForAll @LongRange(min = -(1L << 62), max = 1L << 62) long instant) {
        assertTiles(new Unit.Width(width), instant);
    }

    @Property
    void allIsOneUnit(@ForAll @LongRange(min = -1_000, max = 999) long instant) {
        Unit all = new Unit.All(new TimeRange(-1_000, 1_000));
        assertThat(all.startMillis(instant)).isEqualTo(-1_000);
        assertThat(all.nextMillis(-1_000)).isEqualTo(1_000);
    }

    @Test
    void aDayInUtcIsAWidthAndInAnyOtherZoneACalendarUnit() {
        TimeRange range = new TimeRange(0, 1);
        ZoneId berlin = ZoneId.of("Europe/Berlin");
        assertThat(Unit.byId("day", ZoneOffset.UTC, range)).contains(new Unit.Width(Granularity.DAY));
        assertThat(Unit.byId("day", ZoneId.of("UTC"), range)).contains(new Unit.Width(Granularity.DAY));
        assertThat(Unit.byId("day", berlin, range)).contains(new Unit.Calendar(Unit.Calendar.Kind.DAY, berlin));
        assertThat(Unit.byId("week", ZoneOffset.UTC, range))
                .contains(new Unit.Calendar(Unit.Calendar.Kind.WEEK, ZoneOffset.UTC));
        assertThat(Unit.byId("hour", berlin, range)).contains(new Unit.Width(Granularity.HOUR));
        assertThat(Unit.byId("all", berlin, range)).contains(new Unit.All(range));
        assertThat(Unit.byId("fortnight", berlin, range)).isEmpty();
    }
}
