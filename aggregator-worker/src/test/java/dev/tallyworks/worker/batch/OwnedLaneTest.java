package dev.tallyworks.worker.batch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tallyworks.failure.OutcomeUnknown;
import dev.tallyworks.failure.Unavailable;
import dev.tallyworks.lane.Lane;
import dev.tallyworks.lane.Manifest;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class OwnedLaneTest {
    private final List<Long> pauses = new ArrayList<>();
    private boolean stopping;
    private final OwnedLane lane = new OwnedLane(new Lane("l00", 1, new Manifest.Done(0)), new OwnedLane.Pauses() {
        @Override
        public void pause(long millis) {
            pauses.add(millis);
        }

        @Override
        public boolean stopping() {
            return stopping;
        }
    });

    @Test
    void insistsWhileTheStoreIsAwayMoreAndMoreSeldom() {
        String answer = lane.insist(() -> {
            if (pauses.size() < 8) {
                throw pauses.size() % 2 == 0
                        ? new Unavailable("away", new IllegalStateException())
                        : new OutcomeUnknown("silent", new IllegalStateException());
            }
            return "done";
        });

        assertThat(answer).isEqualTo("done");
        assertThat(pauses).containsExactly(20L, 40L, 80L, 160L, 320L, 640L, 1_000L, 1_000L);
    }

    @Test
    void aFaultIsNotInsistedOnButOnceTheBatchIsSealed() {
        assertThatThrownBy(() -> lane.insist(() -> {
                    throw new IllegalArgumentException("refused");
                }))
                .isInstanceOf(IllegalArgumentException.class);
        boolean done = lane.insistOnAll(() -> {
            if (pauses.isEmpty()) {
                throw new IllegalArgumentException("refused");
            }
            if (pauses.size() == 1) {
                throw new StackOverflowError();
            }
            return true;
        });

        assertThat(done).isTrue();
        assertThat(pauses).hasSize(2);
    }

    @Test
    void whoIsToStopOrHasLostItsLaneInsistsNoMore() {
        stopping = true;
        assertThatThrownBy(this::ask).isInstanceOf(Stopped.class);
        stopping = false;
        lane.lose();
        assertThatThrownBy(this::ask).isInstanceOf(Stopped.class);
        assertThat(pauses).isEmpty();
    }

    private void ask() {
        lane.insistOnAll(() -> {
            throw new Unavailable("away", new IllegalStateException());
        });
    }
}
