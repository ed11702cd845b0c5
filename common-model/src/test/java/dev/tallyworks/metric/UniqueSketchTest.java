package dev.tallyworks.metric;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class UniqueSketchTest {
    private static UniqueSketch sketch(int from, int values) {
        UniqueSketch sketch = new UniqueSketch();
        for (int i = from; i < from + values; i++) {
            sketch.add(UniqueSketch.hash('s', "value " + i));
        }
        return sketch;
    }

    @Test
    void fewValuesAreCountedNearlyExactly() {
        for (int values : new int[] {0, 1, 2, 5, 10, 50, 100}) {
            assertThat((double) sketch(0, values).estimate()).isBetween(values * 0.97 - 0.5, values * 1.03 + 0.5);
        }
    }

    /** Over many sets of one size the root mean square of the relative error is the standard error, under 2 %, and there is no bias. */
    @Test
    void theRelativeErrorIsUnderTwoPercentAtAnySize() {
        for (int values : new int[] {1_000, 5_000, 10_000, 12_000, 20_000, 100_000}) {
            double squares = 0;
            double errors = 0;
            int sets = 40;
            for (int set = 0; set < sets; set++) {
                double error = (double) sketch(set * 1_000_000, values).estimate() / values - 1;
                squares += error * error;
                errors += error;
            }
            assertThat(Math.sqrt(squares / sets)).as(values + " values").isLessThan(0.02);
            assertThat(errors / sets).as(values + " values").isBetween(-0.01, 0.01);
        }
    }

    @Property(tries = 100)
    void foldingIsFreeOfOrderAndOfRepetition(
            @ForAll @IntRange(max = 2_000) int values,
            @ForAll @IntRange(max = 2_000) int others,
            @ForAll Random random) {
        List<UniqueSketch> parts = new ArrayList<>(List.of(sketch(0, values), sketch(1_000, others), sketch(500, 700)));
        UniqueSketch folded = new UniqueSketch();
        parts.forEach(folded::add);
        Collections.shuffle(parts, random);
        UniqueSketch again = new UniqueSketch();
        parts.forEach(again::add);
        parts.forEach(again::add);
        assertThat(registers(again)).isEqualTo(registers(folded));
    }

    private static List<Integer> registers(UniqueSketch sketch) {
        List<Integer> registers = new ArrayList<>();
        sketch.forEach((register, rank) -> registers.add(register * 100 + rank));
        return registers;
    }

    @Test
    void kindsAreApart() {
        assertThat(UniqueSketch.hash('s', "1")).isNotEqualTo(UniqueSketch.hash('n', "1"));
    }
}
