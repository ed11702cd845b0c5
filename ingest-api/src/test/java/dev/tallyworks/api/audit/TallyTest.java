package dev.tallyworks.api.audit;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TallyTest {
    @ParameterizedTest
    @CsvSource({
        // done before, counted, done after, pending after, of these overdue: right, events
        "5, 5, 5, 0, 0, true, 5",
        "5, 6, 5, 0, 0, false, 5",
        "5, 4, 5, 0, 0, false, 5",
        "5, 7, 6, 1, 0, true, 7",
        "5, 5, 6, 1, 0, true, 5",
        "5, 8, 6, 1, 0, false, 7",
        "5, 4, 6, 1, 0, false, 7",
        "5, 5, 5, 1, 1, false, 6",
        "5, 6, 5, 1, 1, true, 6",
        "0, 3, 0, 0, 0, false, 0"
    })
    void countedLiesBetweenWhatWasDoneBeforeAndWhatThereIsAfter(
            int doneBefore, int counted, int doneAfter, int pending, int overdue, boolean right, long events) {
        Tally tally = new Tally();
        for (int i = 0; i < doneBefore; i++) {
            tally.doneBefore();
        }
        tally.counted(counted);
        for (int i = 0; i < doneAfter; i++) {
            tally.doneAfter();
        }
        for (int i = 0; i < pending; i++) {
            tally.pendingAfter(i < overdue);
        }

        assertThat(tally.isRight()).isEqualTo(right);
        assertThat(tally.events()).isEqualTo(events);
        assertThat(tally.isSettled()).isEqualTo(doneBefore == doneAfter && pending == 0);
        assertThat(tally.isWaitedFor()).isEqualTo(overdue > 0);
    }
}
