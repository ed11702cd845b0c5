package dev.tallyworks.worker.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every event counts exactly once, whatever order things happen in; and each clause of the protocol's filters is needed for
 * that, or it is known why not.
 *
 * <p>A failure shows its schedule step by step. {@code -Dtw.test.schedules=N} runs more of them than the ordinary build, and
 * {@code TW_TEST_SEED=S} in the environment shows the one with this seed.
 */
class ProtocolTest {
    private static final int SCHEDULES = Integer.getInteger("tw.test.schedules", 5_000);
    private static final int SCHEDULES_WITHOUT_SPARE = SCHEDULES / 10;
    private static final int SCHEDULES_TO_FIND_MAX = 20_000;
    private static final long FIRST_SEED = 1;

    private static final Logger LOG = Logger.getLogger("dev.tallyworks.worker");

    @BeforeAll
    static void thousandsOfDeathsAreNoNews() {
        LOG.setLevel(Level.OFF);
    }

    @AfterAll
    static void listenAgain() {
        LOG.setLevel(null);
    }

    private record Found(long seed, int schedules, String fault) {}

    private static @Nullable Found search(Set<Clause> missing, Focus focus, int schedules) {
        for (long seed = FIRST_SEED; seed < FIRST_SEED + schedules; seed++) {
            String fault = new Run(seed, focus, turns -> new InMemory(turns, missing), null).run();
            if (fault != null) {
                return new Found(seed, (int) (seed - FIRST_SEED + 1), fault);
            }
        }
        return null;
    }

    private static String show(long seed, Focus focus, Set<Clause> missing) {
        List<String> trace = new ArrayList<>();
        String fault = new Run(seed, focus, turns -> new InMemory(turns, missing), trace).run();
        return "seed " + seed + ": " + fault + "\n  " + String.join("\n  ", trace);
    }

    @Test
    void everyEventCountsExactlyOnce() {
        nothingGoesWrong(Focus.NONE, SCHEDULES);
    }

    @Test
    void everyEventCountsExactlyOnceInNumbersThatAreMadeAnew() {
        nothingGoesWrong(Focus.ON_REBUILDS, SCHEDULES / 4);
    }

    private static void nothingGoesWrong(Focus focus, int schedules) {
        Found found = search(Set.of(), focus, schedules);

        assertThat(found)
                .withFailMessage(() -> show(found == null ? 0 : found.seed, focus, Set.of()))
                .isNull();
    }

    @Test
    @EnabledIfEnvironmentVariable(named = "TW_TEST_SEED", matches = "\\d+")
    void showsOneSchedule() {
        System.out.println(show(Long.parseLong(System.getenv("TW_TEST_SEED")), Focus.NONE, Set.of()));
    }

    static Stream<Clause> needed() {
        return Stream.of(Clause.values()).filter(clause -> !clause.isSpare());
    }

    @ParameterizedTest
    @MethodSource("needed")
    void withoutItACountGoesWrong(Clause clause) {
        Found found = search(EnumSet.of(clause), clause.focus, SCHEDULES_TO_FIND_MAX);

        assertThat(found)
                .as("a schedule that goes wrong without \"%s\"", clause)
                .isNotNull();
        System.out.printf("without \"%s\": %s (schedule %d)%n", clause, found.fault, found.schedules);
    }

    static Stream<Clause> spare() {
        return Stream.of(Clause.values()).filter(Clause::isSpare);
    }

    /** See {@link Clause#spare}: where this fails, the reason given there is wrong. */
    @ParameterizedTest
    @MethodSource("spare")
    void withoutItTheOthersHold(Clause clause) {
        Found found = search(EnumSet.of(clause), clause.focus, SCHEDULES_WITHOUT_SPARE);

        assertThat(found)
                .withFailMessage(() -> show(found == null ? 0 : found.seed, clause.focus, EnumSet.of(clause)))
                .isNull();
    }
}
