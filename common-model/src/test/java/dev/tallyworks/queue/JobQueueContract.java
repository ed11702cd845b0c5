package dev.tallyworks.queue;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tallyworks.event.EventRef;
import dev.tallyworks.queue.JobQueue.ClaimedBatch;
import dev.tallyworks.queue.JobQueue.Processing;
import dev.tallyworks.queue.JobQueue.State;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What every adapter of {@link JobQueue} promises. */
public abstract class JobQueueContract {
    protected static final long NOW = 1_700_000_000_000L;
    private static final long ANY = Long.MAX_VALUE / 4;
    private static final State EMPTY = new State(false, 0, 0, null, List.of());

    protected final JobQueue queue = fresh();

    /** A queue that nobody else uses. */
    protected abstract JobQueue fresh();

    protected static Job job(String uuid) {
        return job(uuid, 10, NOW);
    }

    private static Job job(String uuid, int sizeBytes, long enqueuedAtMillis) {
        return new Job(new EventRef("shop", 3, uuid), sizeBytes, enqueuedAtMillis, "00-ab-cd-01");
    }

    protected static List<Job> jobs(int from, int to) {
        return IntStream.range(from, to).mapToObj(i -> job("u" + i)).toList();
    }

    private List<Job> claimed(String lane, long epoch, int jobsMax) {
        return queue.claim(lane, epoch, jobsMax, ANY, NOW).jobs();
    }

    private void acknowledge(String lane, long epoch) {
        queue.acknowledge(lane, epoch, List.of(), Map.of());
    }

    @Test
    void jobsAreClaimedInTheOrderOfTheirEnqueueing() {
        assertThat(queue.state()).isEqualTo(EMPTY);
        queue.enqueue(jobs(0, 3));
        queue.enqueue(List.of());
        queue.enqueue(jobs(3, 6));
        ClaimedBatch first = queue.claim("l00", 1, 4, ANY, NOW);
        assertThat(first).isEqualTo(new ClaimedBatch(jobs(0, 4), 0, 2));
        assertThat(queue.claim("l01", 1, 4, ANY, NOW)).isEqualTo(new ClaimedBatch(jobs(4, 6), 0, 0));
        assertThat(queue.claim("l02", 1, 4, ANY, NOW)).isEqualTo(new ClaimedBatch(List.of(), 0, 0));
    }

    @Test
    void jobsMayNameAnyEvent() {
        List<Job> odd =
                List.of(job("a|b"), job("|"), job("1|2|3|4|5|6|7"), job("ä😀\n\"'\\ \u0001"), job("u".repeat(512)));
        queue.enqueue(odd);
        assertThat(claimed("l00", 1, 10)).isEqualTo(odd);
        queue.acknowledge("l00", 1, odd, Map.of());
        assertThat(claimed("l00", 1, 10)).containsExactlyInAnyOrderElementsOf(odd);
    }

    @Test
    void aClaimIsBoundedInBytes() {
        queue.enqueue(List.of(
                job("a", 60, NOW), job("b", 40, NOW), job("c", 1, NOW), job("d", 1_000, NOW), job("e", 1, NOW)));
        assertThat(queue.claim("l00", 1, 10, 100, NOW).jobs())
                .extracting(j -> j.event().uuid())
                .containsExactly("a", "b");
        assertThat(queue.claim("l00", 2, 10, 100, NOW).jobs())
                .extracting(j -> j.event().uuid())
                .containsExactly("c");
        ClaimedBatch large = queue.claim("l00", 3, 10, 100, NOW);
        assertThat(large.jobs()).extracting(j -> j.event().uuid()).containsExactly("d");
        assertThat(large.stillReady()).isEqualTo(1);
        assertThat(queue.state().processing())
                .containsExactlyInAnyOrder(
                        new Processing("l00", 1, 2), new Processing("l00", 2, 1), new Processing("l00", 3, 1));
    }

    @Test
    void whatAnOwnerStillHoldsGoesBackWhenItClaims() {
        queue.enqueue(jobs(0, 6));
        claimed("l00", 1, 4);
        claimed("l01", 1, 1);
        assertThat(queue.claim("l00", 1, 2, ANY, NOW)).isEqualTo(new ClaimedBatch(jobs(0, 2), 0, 3));
        assertThat(queue.state().processing())
                .containsExactlyInAnyOrder(new Processing("l00", 1, 2), new Processing("l01", 1, 1));
        queue.hold(true);
        assertThat(queue.claim("l00", 1, 9, ANY, NOW)).isEqualTo(new ClaimedBatch(List.of(), 0, 5));
        assertThat(queue.state().processing()).containsExactly(new Processing("l01", 1, 1));
        queue.hold(false);
        List<Job> expected = new ArrayList<>(jobs(0, 4));
        expected.add(job("u5"));
        assertThat(claimed("l00", 1, 9)).isEqualTo(expected);
        acknowledge("l00", 1);
        assertThat(claimed("l00", 1, 9)).isEmpty();
    }

    @Test
    void acknowledgingDropsTheWholeList() {
        queue.enqueue(jobs(0, 10));
        claimed("l00", 1, 6);
        claimed("l00", 2, 1);
        claimed("l01", 1, 1);
        acknowledge("l00", 1);
        State state = queue.state();
        assertThat(state.processing())
                .containsExactlyInAnyOrder(new Processing("l00", 2, 1), new Processing("l01", 1, 1));
        assertThat(state.inProcess()).isEqualTo(2);
        assertThat(state.ready()).isEqualTo(2);
        acknowledge("l00", 1);
        acknowledge("l09", 9);
        assertThat(queue.state()).isEqualTo(state);
    }

    @Test
    void jobsGoBackOrWait() {
        queue.enqueue(jobs(0, 6));
        claimed("l00", 1, 5);
        queue.acknowledge("l00", 1, jobs(0, 2), Map.of(job("u2"), NOW + 100, job("u3"), NOW + 50));
        assertThat(queue.state()).isEqualTo(new State(false, 3, 2, NOW, List.of()));
        assertThat(queue.claim("l00", 1, 10, ANY, NOW + 49).jobs())
                .as("what went back comes first, in its old order")
                .isEqualTo(List.of(job("u0"), job("u1"), job("u5")));
        assertThat(queue.claim("l01", 1, 10, ANY, NOW + 50).jobs()).containsExactly(job("u3"));
        assertThat(queue.claim("l02", 1, 10, ANY, NOW + 500).jobs()).containsExactly(job("u2"));
    }

    @Test
    void dueJobsComeFirstTheLongestDueBeforeTheOthers() {
        queue.enqueue(jobs(0, 1));
        Map<Job, Long> delayed = new HashMap<>();
        jobs(1, 9)
                .forEach(job ->
                        delayed.put(job, NOW - Long.parseLong(job.event().uuid().substring(1))));
        queue.acknowledge("l00", 1, List.of(), delayed);
        List<Job> expected = new ArrayList<>(jobs(0, 9));
        Collections.reverse(expected);
        assertThat(claimed("l00", 1, 20)).isEqualTo(expected);
    }

    @Test
    void manyDueJobsAreAllClaimedInTheEnd() {
        Map<Job, Long> delayed = new HashMap<>();
        jobs(0, 5_000).forEach(job -> delayed.put(job, NOW));
        queue.acknowledge("l00", 1, List.of(), delayed);
        assertThat(queue.state().delayed()).isEqualTo(5_000);
        Set<Job> all = new HashSet<>();
        for (int i = 0; i < 30 && all.size() < 5_000; i++) {
            all.addAll(claimed("l00", 1, 700));
            acknowledge("l00", 1);
        }
        assertThat(all).hasSize(5_000);
        assertThat(queue.state().delayed()).isZero();
    }

    @Test
    void theJobsOfAnOwnerWhoseTimeIsOverComeNextInTheirOldOrder() {
        queue.enqueue(jobs(0, 12));
        claimed("l00", 1, 9);
        claimed("l01", 1, 1);
        Processing over = new Processing("l00", 1, 9);
        assertThat(queue.giveBack(over, 4)).isEqualTo(4);
        assertThat(queue.state().processing())
                .containsExactlyInAnyOrder(new Processing("l00", 1, 5), new Processing("l01", 1, 1));
        assertThat(queue.giveBack(over, 100)).isEqualTo(5);
        assertThat(queue.giveBack(over, 100)).isZero();
        assertThat(queue.giveBack(new Processing("l77", 7, 1), 100)).isZero();
        assertThat(queue.state().processing()).containsExactly(new Processing("l01", 1, 1));
        List<Job> expected = new ArrayList<>(jobs(0, 9));
        expected.addAll(jobs(10, 12));
        assertThat(claimed("l00", 2, 100)).isEqualTo(expected);
    }

    @Test
    void aQueueThatIsHeldGivesNothing() {
        queue.enqueue(jobs(0, 3));
        claimed("l00", 1, 1);
        queue.acknowledge("l05", 1, List.of(), Map.of(job("late"), NOW - 1));
        queue.hold(true);
        assertThat(queue.claim("l01", 1, 10, ANY, NOW)).isEqualTo(new ClaimedBatch(List.of(), 0, 2));
        queue.enqueue(jobs(3, 4));
        acknowledge("l00", 1);
        assertThat(queue.state()).isEqualTo(new State(true, 3, 1, NOW, List.of()));
        queue.hold(false);
        assertThat(claimed("l00", 1, 10)).hasSize(4);
    }

    @Test
    void tellsHowLongTheNextJobHasWaited() {
        queue.enqueue(List.of(job("a", 1, NOW - 500), job("b", 1, NOW)));
        assertThat(queue.state().oldestEnqueuedAtMillis()).isEqualTo(NOW - 500);
        claimed("l00", 1, 1);
        assertThat(queue.state().oldestEnqueuedAtMillis()).isEqualTo(NOW);
        claimed("l01", 1, 1);
        assertThat(queue.state().oldestEnqueuedAtMillis()).isNull();
    }

    @Test
    void takesTheLargestBatches() {
        int most = 5_000;
        List<Job> all = new ArrayList<>();
        for (int i = 0; i < 3 * most; i++) {
            all.add(job("u".repeat(120) + i));
        }
        queue.enqueue(all);
        List<Job> first = claimed("l00", 1, most);
        assertThat(first).isEqualTo(all.subList(0, most));
        Map<Job, Long> delayed = new HashMap<>();
        first.subList(1_000, 3_000).forEach(job -> delayed.put(job, NOW + 1));
        queue.acknowledge("l00", 1, first.subList(0, 1_000), delayed);
        assertThat(queue.state()).isEqualTo(new State(false, 2L * most + 1_000, 2_000, NOW, List.of()));
        assertThat(claimed("l01", 1, most)).hasSize(most);
        assertThat(queue.giveBack(new Processing("l01", 1, most), 2 * most)).isEqualTo(most);
    }

    @Test
    void listsOfManyOwnersAreKeptApart() {
        queue.enqueue(jobs(0, 300));
        Set<Processing> expected = new HashSet<>();
        for (int epoch = 1; epoch <= 100; epoch++) {
            assertThat(claimed("l0" + epoch % 4, epoch, 3)).hasSize(3);
            expected.add(new Processing("l0" + epoch % 4, epoch, 3));
        }
        assertThat(new HashSet<>(queue.state().processing())).isEqualTo(expected);
        expected.forEach(over -> assertThat(queue.giveBack(over, 10)).isEqualTo(3));
        assertThat(queue.state().processing()).isEmpty();
        assertThat(claimed("l00", 999, 1_000)).containsExactlyInAnyOrderElementsOf(jobs(0, 300));
    }

    @Test
    void ofManyWhoClaimEachJobGoesToOne() throws Exception {
        queue.enqueue(jobs(0, 2_000));
        ExecutorService pool = Executors.newFixedThreadPool(4);
        List<Job> all = new ArrayList<>();
        try {
            List<Callable<List<Job>>> claims = new ArrayList<>();
            for (int lane = 0; lane < 4; lane++) {
                String name = "l0" + lane;
                claims.add(() -> {
                    List<Job> mine = new ArrayList<>();
                    List<Job> batch = claimed(name, 1, 70);
                    while (!batch.isEmpty()) {
                        mine.addAll(batch);
                        acknowledge(name, 1);
                        batch = claimed(name, 1, 70);
                    }
                    return mine;
                });
            }
            for (Future<List<Job>> done : pool.invokeAll(claims, 60, TimeUnit.SECONDS)) {
                all.addAll(done.get());
            }
        } finally {
            pool.shutdownNow();
        }
        assertThat(all).containsExactlyInAnyOrderElementsOf(jobs(0, 2_000));
    }

    @Test
    void queuesOfDifferentNamespacesAreApart() {
        JobQueue other = fresh();
        queue.enqueue(jobs(0, 2));
        assertThat(other.state()).isEqualTo(EMPTY);
        assertThat(other.claim("l00", 1, 10, ANY, NOW).jobs()).isEmpty();
        other.hold(true);
        assertThat(claimed("l00", 1, 10)).hasSize(2);
        other.acknowledge("l00", 1, List.of(), Map.of());
        assertThat(queue.state().inProcess()).isEqualTo(2);
    }
}
