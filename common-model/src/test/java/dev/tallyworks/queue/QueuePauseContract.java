package dev.tallyworks.queue;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tallyworks.event.EventRef;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** A pause holds whatever becomes of the queue. */
public abstract class QueuePauseContract {
    private static final long NOW = 1_700_000_000_000L;

    private final JobQueue queue = queue();
    private final QueuePause pause = pause();
    private final PausableJobQueue pausable = new PausableJobQueue(queue, pause);

    /** A queue that nobody else uses. */
    protected abstract JobQueue queue();

    /** One that nobody has set before. */
    protected abstract QueuePause pause();

    private static List<Job> jobs(String... uuids) {
        return java.util.Arrays.stream(uuids)
                .map(uuid -> new Job(new EventRef("shop", 3, uuid), 10, NOW, ""))
                .toList();
    }

    private JobQueue.ClaimedBatch claim() {
        return pausable.claim("l00", 1, 10, 1_000, NOW);
    }

    @Test
    void isSetAndTakenBack() {
        assertThat(pause.isInForce()).isFalse();
        pause.set(true);
        pause.set(true);
        assertThat(pause.isInForce()).isTrue();
        pause.set(false);
        assertThat(pause.isInForce()).isFalse();
    }

    @Test
    void nobodyGetsAJobOfAQueueThatHasForgottenThatItIsPaused() {
        pausable.enqueue(jobs("a", "b"));
        pause.set(true);

        assertThat(claim()).isEqualTo(new JobQueue.ClaimedBatch(List.of(), 0, 2));
        assertThat(queue.state()).as("it is told").isEqualTo(new JobQueue.State(true, 2, 0, NOW, List.of()));
        pausable.enqueue(jobs("c"));
        assertThat(claim()).isEqualTo(new JobQueue.ClaimedBatch(List.of(), 0, 3));

        queue.hold(false);
        assertThat(claim().jobs()).isEmpty();
        pause.set(false);
        pausable.remind();
        assertThat(claim().jobs()).as("in their old order").isEqualTo(jobs("a", "b", "c"));
    }

    @Test
    void whatRunsWhenThePauseBeginsEnds() {
        pausable.enqueue(jobs("a", "b"));
        assertThat(pausable.claim("l00", 1, 1, 1_000, NOW).jobs()).isEqualTo(jobs("a"));
        pause.set(true);
        pausable.acknowledge("l00", 1, List.of(), Map.of());
        assertThat(pausable.state().inProcess()).isZero();
        assertThat(pausable.state().ready()).isEqualTo(1);
    }

    @Test
    void theQueueIsRemindedOfTheTruth() {
        pausable.remind();
        assertThat(queue.state().held()).isFalse();
        pause.set(true);
        pausable.remind();
        assertThat(queue.state().held()).isTrue();
        pausable.remind();
        assertThat(queue.state().held()).isTrue();
        pause.set(false);
        pausable.remind();
        assertThat(queue.state().held()).isFalse();
    }
}
