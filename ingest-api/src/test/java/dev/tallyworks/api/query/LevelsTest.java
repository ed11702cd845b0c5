package dev.tallyworks.api.query;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tallyworks.definition.Aggregation;
import dev.tallyworks.rollup.Selection;
import dev.tallyworks.time.Granularity;
import dev.tallyworks.time.TimeRange;
import dev.tallyworks.time.Unit;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class LevelsTest {
    private static final long MINUTE = 60_000;

    private static Aggregation aggregation(List<Granularity> levels) {
        return new Aggregation(
                "a",
                "r",
                1,
                "aggr_a",
                Granularity.MINUTE,
                new Aggregation.Filter(List.of(), List.of()),
                new Aggregation.Partition(false, 0),
                null,
                new Aggregation.Fields(List.of(), List.of()),
                new Aggregation.Limits(1_000, 10_000),
                true,
                levels,
                new Aggregation.Sketches(List.of(), List.of()),
                false,
                Instant.EPOCH,
                Instant.EPOCH);
    }

    @Property(tries = 1_000)
    void stretchesTileTheRangeAndCutNoUnit(
            @ForAll @IntRange(min = -100_000, max = 100_000) int startMinute,
            @ForAll @IntRange(min = 1, max = 60_000) int minutes,
            @ForAll @IntRange(max = 6) int unitNumber,
            @ForAll boolean berlin) {
        TimeRange range = new TimeRange(startMinute * MINUTE, (startMinute + minutes) * MINUTE);
        ZoneId zone = ZoneId.of(berlin ? "Europe/Berlin" : "Asia/Kathmandu");
        String id = List.of("minute", "15minute", "hour", "day", "week", "month", "all")
                .get(unitNumber);
        Unit unit = Unit.byId(id, zone, range).orElseThrow();
        List<Levels.Stretch> stretches = Levels.of(
                aggregation(List.of(Granularity.DAY, Granularity.MINUTE_15, Granularity.HOUR)),
                List.of(unit),
                Selection.COUNT,
                range);
        long at = range.startMillis();
        for (Levels.Stretch stretch : stretches) {
            long width = stretch.width().widthMillis();
            assertThat(stretch.range().startMillis()).isEqualTo(at);
            assertThat(Math.floorMod(stretch.range().startMillis(), width)).isZero();
            assertThat(Math.floorMod(stretch.range().endMillis(), width)).isZero();
            for (long bucket = at; bucket < stretch.range().endMillis(); bucket += width) {
                assertThat(unit.startMillis(bucket)).isEqualTo(unit.startMillis(bucket + width - 1));
            }
            at = stretch.range().endMillis();
        }
        assertThat(at).isEqualTo(range.endMillis());
        assertThat(stretches.size()).isLessThanOrEqualTo(7);
    }

    @Test
    void theCoarsestThatIsExactIsTaken() {
        Aggregation aggregation = aggregation(List.of(Granularity.HOUR, Granularity.DAY));
        TimeRange twoDays = new TimeRange(-90 * MINUTE, 2 * 1_440 * MINUTE);
        Unit all = Unit.byId("all", ZoneId.of("UTC"), twoDays).orElseThrow();
        assertThat(Levels.of(aggregation, List.of(all), Selection.COUNT, twoDays))
                .extracting(Levels.Stretch::width)
                .containsExactly(Granularity.MINUTE, Granularity.HOUR, Granularity.DAY);
        assertThat(Levels.of(aggregation, List.of(all), Selection.ALL, twoDays))
                .as("flags are kept at the storage width only")
                .hasSize(1);
    }
}
