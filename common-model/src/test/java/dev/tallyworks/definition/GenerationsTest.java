package dev.tallyworks.definition;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tallyworks.time.Granularity;
import dev.tallyworks.time.TimeRange;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class GenerationsTest {
    private static final Instant AT = Instant.ofEpochMilli(1_700_000_000_000L);

    private static Aggregation aggregation(Generations generations, String... sources) {
        return new Aggregation(
                        "a",
                        "r",
                        1,
                        "aggr_a",
                        Granularity.SECOND,
                        new Aggregation.Filter(List.of(sources), List.of()),
                        new Aggregation.Partition(false, 0),
                        null,
                        new Aggregation.Fields(List.of(), List.of()),
                        new Aggregation.Limits(5, 5),
                        true,
                        List.of(),
                        new Aggregation.Sketches(List.of(), List.of()),
                        false,
                        AT,
                        AT)
                .with(generations);
    }

    private static Generations.Building building(int number, long version, TimeRange range, String... sources) {
        Aggregation.Meaning meaning = aggregation(Generations.first(1), sources).meaning();
        return new Generations.Building(new Generation(number, version, AT), range, meaning, "b", false);
    }

    private static List<String> eras(Generations generations) {
        return generations.eras().stream()
                .map(era -> era.generation().number() + " until " + era.endMillis())
                .toList();
    }

    private static final String END = " until " + Long.MAX_VALUE;

    @Test
    void whatIsBuiltComesIntoForceInItsRangeAlone() {
        Generations ranged = Generations.first(1)
                .begun(building(2, 5, new TimeRange(0, 10), "s"))
                .switched();
        assertThat(eras(ranged)).containsExactly("1 until 0", "2 until 10", "1" + END);
        assertThat(ranged.building()).isNull();
        assertThat(ranged.newest().number()).isEqualTo(1);
        Generations across =
                ranged.begun(building(3, 6, new TimeRange(5, 15), "s")).switched();
        assertThat(eras(across)).containsExactly("1 until 0", "2 until 5", "3 until 15", "1" + END);
        Generations whole =
                across.begun(building(4, 7, Generations.ALWAYS, "s")).switched();
        assertThat(eras(whole)).containsExactly("4" + END);
        assertThat(whole.last()).isEqualTo(4);
    }

    @Test
    void aNumberIsNeverGivenTwice() {
        Generations abandoned = Generations.first(1)
                .begun(building(2, 5, new TimeRange(0, 10), "s"))
                .abandoned();
        assertThat(eras(abandoned)).containsExactly("1" + END);
        assertThat(abandoned.last()).isEqualTo(2);
    }

    @Property(tries = 500)
    void whatIsMissingLaterIsWhatWasThereAndIsNoMore(
            @ForAll @Size(max = 5) List<@IntRange(max = 30) Integer> starts, @ForAll @IntRange(max = 30) int last) {
        Generations before = Generations.first(1);
        for (int start : starts) {
            before = before.begun(building(before.last() + 1, 1, new TimeRange(start, start + 7), "s"))
                    .switched();
        }
        Generations begun = before.begun(building(before.last() + 1, 1, new TimeRange(last, last + 9), "s"));
        Generations after = begun.switched();

        for (long at = -3; at < 45; at++) {
            List<Integer> gone = new ArrayList<>(numbersAt(begun, at));
            gone.removeAll(numbersAt(after, at));
            long instant = at;
            assertThat(begun.missingIn(after).stream()
                            .filter(one -> one.range().startMillis() <= instant
                                    && instant < one.range().endMillis())
                            .map(Generations.Numbers::generation)
                            .toList())
                    .isEqualTo(gone);
        }
    }

    private static List<Integer> numbersAt(Generations generations, long at) {
        List<Integer> numbers = new ArrayList<>();
        for (Generations.Era era : generations.eras()) {
            if (era.startMillis() <= at && at < era.endMillis()) {
                numbers.add(era.generation().number());
            }
        }
        Generations.Building building = generations.building();
        if (building != null && building.covers(at)) {
            numbers.add(building.generation().number());
        }
        return numbers;
    }

    @Test
    void erasHaveNoGaps() {
        Generation one = new Generation(1, 0, null);
        assertThatThrownBy(() ->
                        new Generations(List.of(new Generations.Era(one, Long.MIN_VALUE, Long.MAX_VALUE - 1)), null, 1))
                .hasMessageContaining("end of time");
        assertThatThrownBy(() -> new Generations(
                        List.of(
                                new Generations.Era(one, Long.MIN_VALUE, 3),
                                new Generations.Era(one, 4, Long.MAX_VALUE)),
                        null,
                        1))
                .hasMessageContaining("gaps");
    }

    private static Snapshot snapshot(long version, boolean active, Aggregation... aggregations) {
        Map<String, Aggregation> all = aggregations.length == 0 ? Map.of() : Map.of("a", aggregations[0]);
        return new Snapshot(version, Map.of(), Map.of("r", new Report("r", "r", null, active, AT, AT)), all);
    }

    private static List<Integer> fed(Snapshot batch, Snapshot accepted, String source, long timestamp) {
        return batch.fedBy(source, "t", timestamp, accepted).stream()
                .map(Aggregation::generation)
                .sorted()
                .toList();
    }

    @Test
    void theBatchDecidesWhichGenerationsAnEventFeeds() {
        Generations first = Generations.first(1);
        Generations begun = first.begun(building(2, 5, new TimeRange(0, 10), "s", "t"));
        Snapshot none = snapshot(1, true);
        Snapshot before = snapshot(4, true, aggregation(first, "s"));
        Snapshot building = snapshot(5, true, aggregation(begun, "s"));
        Snapshot after = snapshot(6, true, aggregation(begun, "s").switched(AT));

        assertThat(fed(before, before, "s", 3)).containsExactly(1);
        assertThat(fed(building, before, "s", 3)).containsExactly(1, 2);
        assertThat(fed(building, building, "s", 3)).containsExactly(1, 2);
        assertThat(fed(building, building, "s", 10)).containsExactly(1);
        assertThat(fed(after, before, "s", 3)).containsExactly(2);
        assertThat(fed(after, before, "s", -1)).containsExactly(1);
        // The filter of what is built takes another source too.
        assertThat(fed(building, building, "t", 3)).containsExactly(2);
        // From before the aggregation: only what a rebuild makes takes it.
        assertThat(fed(building, none, "s", 3)).containsExactly(2);
        assertThat(fed(after, none, "s", 10)).isEmpty();
    }

    @Test
    void whatIsAcceptedWhileAReportIsInactiveCountsOnlyInWhatIsBegunLater() {
        Generations begun = Generations.first(1).begun(building(2, 5, Generations.ALWAYS, "s"));
        Snapshot inactive = snapshot(4, false, aggregation(Generations.first(1), "s"));
        Snapshot building = snapshot(5, true, aggregation(begun, "s"));
        Snapshot inactiveLater = snapshot(6, false, aggregation(begun, "s"));

        assertThat(fed(building, inactive, "s", 3)).containsExactly(2);
        assertThat(fed(inactiveLater, inactiveLater, "s", 3)).isEmpty();
        assertThat(fed(inactiveLater, building, "s", 3)).containsExactly(1, 2);
    }

    @Test
    void nothingIsFedBeforeWhatIsClosed() {
        Generations begun = Generations.first(1).begun(building(2, 5, Generations.ALWAYS, "s"));
        Snapshot before = snapshot(5, true, aggregation(begun, "s"));
        Snapshot closed = snapshot(6, true, aggregation(begun, "s").closedBefore(2_000));

        assertThat(fed(closed, before, "s", 1_999)).isEmpty();
        assertThat(fed(closed, before, "s", 2_000)).containsExactly(1, 2);
        assertThat(before.isClosed("s", "t", 1_999)).isFalse();
        assertThat(closed.isClosed("s", "t", 1_999)).isTrue();
        assertThat(closed.isClosed("s", "t", 2_000)).isFalse();
        assertThat(closed.isClosed("other", "t", 1_999)).as("nobody counts it").isFalse();
    }

    @Test
    void noBucketOfAnotherWidthIsClosedInPart() {
        Aggregation.Meaning seconds = aggregation(Generations.first(1), "s").meaning();
        Aggregation.Meaning minutes = new Aggregation.Meaning(
                Granularity.MINUTE,
                seconds.filter(),
                seconds.partition(),
                seconds.fields(),
                seconds.limits(),
                List.of(),
                seconds.sketches());
        Generations begun = Generations.first(1)
                .begun(new Generations.Building(new Generation(2, 5, AT), Generations.ALWAYS, minutes, "b", false));
        Aggregation closed = aggregation(begun, "s").closedBefore(61_000);
        assertThat(closed.asBuilt().closedBeforeMillis()).isEqualTo(120_000);
        assertThat(closed.switched(AT).closedBeforeMillis()).isEqualTo(120_000);
        assertThat(closed.with(begun).closedBeforeMillis()).isEqualTo(61_000);
        assertThat(closed.closedBefore(5).closedBeforeMillis())
                .as("nothing is opened again")
                .isEqualTo(61_000);
    }

    @Test
    void aRangeIsWidenedToBucketsOfAllWidths() {
        Aggregation.Meaning day = aggregation(Generations.first(1), "s").meaning();
        Aggregation.Meaning levels = new Aggregation.Meaning(
                Granularity.DAY,
                day.filter(),
                day.partition(),
                day.fields(),
                day.limits(),
                List.of(Granularity.DAY_3, Granularity.DAY_7),
                day.sketches());
        long days = Granularity.DAY.widthMillis();
        assertThat(levels.widen(new TimeRange(days, 2 * days))).isEqualTo(new TimeRange(0, 21 * days));
        assertThat(levels.widen(new TimeRange(-1, 21 * days))).isEqualTo(new TimeRange(-21 * days, 21 * days));
        assertThat(day.widen(new TimeRange(1_001, 1_002))).isEqualTo(new TimeRange(1_000, 2_000));
    }
}
