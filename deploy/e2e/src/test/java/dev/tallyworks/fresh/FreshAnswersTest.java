package dev.tallyworks.fresh;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.logging.Level;
import java.util.logging.Logger;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Whatever the order, an answer has each event whose POST had returned, once. {@code -Dfresh.runs} gives the number of
 * schedules, {@code -Dfresh.seed} the first.
 */
class FreshAnswersTest {
    private static final int RUNS = Integer.getInteger("fresh.runs", 1_000);
    private static final long SEED = Long.getLong("fresh.seed", System.nanoTime() % 1_000_000_000L);
    private static final int FINDING_MAX = 20_000;
    private static final Logger QUIET = Logger.getLogger("dev.tallyworks");

    @BeforeAll
    static void beQuiet() {
        QUIET.setLevel(Level.OFF);
    }

    @Test
    void answersAreRightInAnyOrder() {
        for (long seed = SEED; seed < SEED + RUNS; seed++) {
            assertThat(new Run(seed, null, null).go())
                    .as("-Dfresh.seed=%d", seed)
                    .isNull();
        }
    }

    @ParameterizedTest
    @EnumSource(Clause.class)
    void answersAreWrongWithout(Clause clause) {
        String found = null;
        long runs = 0;
        while (found == null && runs < FINDING_MAX) {
            found = new Run(runs++, clause, clause).go();
        }
        assertThat(found).as("a schedule in which it matters that %s", clause).isNotNull();
        assertThat(new Run(runs - 1, null, clause).go())
                .as("the same schedule with the clause")
                .isNull();
        System.out.printf("without %s%n    run %d: %s%n", clause, runs, found.substring(found.lastIndexOf('\n') + 1));
    }
}
