package dev.tallyworks.lane;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tallyworks.event.EventRef;
import dev.tallyworks.failure.OutcomeUnknown;
import dev.tallyworks.lane.Lanes.Step;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What every adapter of {@link Lanes} promises. */
public abstract class LanesContract {
    private static final long NOW = 1_700_000_000_000L;
    private static final long LEASE = 10_000;
    private static final EventRef A = new EventRef("shop", 1, "a");
    private static final EventRef B = new EventRef("shop", 1, "b");
    private static final EventRef OLDER = new EventRef("shop", 0, "a");
    private static final EventRef OTHER = new EventRef("other", 1, "a");

    private Lanes lanes = empty();

    /** Over a store without lanes. */
    protected abstract Lanes empty();

    /** Over the same store; of the next changes the answers get lost. */
    protected abstract Lanes losingAnswers(int answers);

    @BeforeEach
    void provideLanes() {
        lanes = empty();
        lanes.provide(2);
    }

    private LaneStatus status(String lane) {
        return lanes.all().stream()
                .filter(one -> one.id().equals(lane))
                .findFirst()
                .orElseThrow();
    }

    private Lane acquired(String owner, long nowMillis) {
        return lanes.acquire(status("l00"), owner, nowMillis, LEASE).orElseThrow();
    }

    private Lane acquired() {
        return acquired("me", NOW);
    }

    @Test
    void providesWhatIsMissingAndLeavesTheRest() {
        Lane lane = acquired();
        lanes.open("l00", lane.epoch(), 1, List.of(A), 3);
        lanes.provide(4);
        lanes.provide(3);
        assertThat(lanes.all()).extracting(LaneStatus::id).containsExactlyInAnyOrder("l00", "l01", "l02", "l03");
        assertThat(status("l00")).isEqualTo(new LaneStatus("l00", 1, "me", NOW + LEASE, 1, false, 3));
        assertThat(status("l03")).isEqualTo(new LaneStatus("l03", 0, "", 0, 0, true, 0));
    }

    @Test
    void isProvidedOnceHoweverManyDo() throws Exception {
        lanes = empty();
        atOnce(6, thread -> () -> {
            lanes.provide(12);
            return true;
        });
        assertThat(lanes.all()).hasSize(12).allMatch(lane -> lane.isFreeAt(NOW) && lane.done());
    }

    @Test
    void acquiresAFreeLane() {
        Lane lane = acquired();
        assertThat(lane).isEqualTo(new Lane("l00", 1, new Manifest.Done(0)));
        assertThat(status("l00")).isEqualTo(new LaneStatus("l00", 1, "me", NOW + LEASE, 0, true, 0));
        assertThat(status("l01").epoch()).isZero();
    }

    @Test
    void acquiresNoLaneThatIsHeld() {
        acquired();
        assertThat(lanes.acquire(status("l00"), "you", NOW + LEASE, LEASE)).isEmpty();
        assertThat(status("l00").owner()).isEqualTo("me");
        assertThat(acquired("you", NOW + LEASE + 1).epoch()).isEqualTo(2);
    }

    @Test
    void acquiresNoLaneThatIsNotAsItWasSeen() {
        LaneStatus seen = status("l00");
        Lane lane = acquired();
        lanes.release("l00", lane.epoch());
        assertThat(lanes.acquire(seen, "you", NOW, LEASE)).as("another epoch").isEmpty();

        LaneStatus done = status("l00");
        lanes.open("l00", lane.epoch(), 1, List.of(A), 1);
        assertThat(lanes.acquire(done, "you", NOW, LEASE)).as("another batch").isEmpty();

        LaneStatus open = status("l00");
        lanes.seal("l00", lane.epoch(), 1, List.of(A));
        lanes.close("l00", lane.epoch(), 1);
        assertThat(lanes.acquire(open, "you", NOW, LEASE)).as("over meanwhile").isEmpty();
        assertThat(lanes.acquire(status("l00"), "you", NOW, LEASE)).isPresent();
    }

    @Test
    void ofManyWhoAcquireOneWins() throws Exception {
        for (int round = 1; round <= 10; round++) {
            LaneStatus seen = status("l00");
            long now = NOW + round * (LEASE + 1);
            List<Optional<Lane>> got = atOnce(4, thread -> () -> lanes.acquire(seen, "owner" + thread, now, LEASE));
            List<Lane> winners = got.stream().flatMap(Optional::stream).toList();
            assertThat(winners).hasSize(1);
            assertThat(winners.get(0).epoch()).isEqualTo(round);
            assertThat(status("l00").owner()).isEqualTo("owner" + got.indexOf(Optional.of(winners.get(0))));
        }
    }

    @Test
    void countsTakeoversOfABatchUnderWayOnly() {
        acquired("one", NOW);
        Lane two = acquired("two", NOW + 20_000);
        assertThat(lanes.open("l00", two.epoch(), 1, List.of(A), 5)).isEqualTo(Step.DONE);
        for (int takeover = 1; takeover <= 3; takeover++) {
            Lane heir = acquired("heir" + takeover, NOW + 20_000 + takeover * 20_000);
            assertThat(heir.manifest()).isEqualTo(new Manifest.Open(1, 5, List.of(A), takeover, null));
        }
        Lane last = acquired("last", NOW + 200_000);
        lanes.seal("l00", last.epoch(), 1, List.of(A));
        lanes.close("l00", last.epoch(), 1);
        lanes.open("l00", last.epoch(), 2, List.of(B), 6);
        Lane after = acquired("after", NOW + 300_000);
        assertThat(after.manifest()).isEqualTo(new Manifest.Open(2, 6, List.of(B), 1, null));
    }

    @Test
    void theLeaseIsItsOwnersAlone() {
        Lane old = acquired();
        assertThat(lanes.renew("l00", old.epoch(), NOW + 50_000)).isTrue();
        assertThat(status("l00").leaseUntilMillis()).isEqualTo(NOW + 50_000);
        Lane heir = acquired("heir", NOW + 60_000);
        assertThat(lanes.renew("l00", old.epoch(), NOW + 500_000)).isFalse();
        lanes.release("l00", old.epoch());
        assertThat(status("l00").leaseUntilMillis()).isEqualTo(NOW + 60_000 + LEASE);
        lanes.release("l00", heir.epoch());
        lanes.release("l00", heir.epoch());
        assertThat(status("l00").isFreeAt(1)).isTrue();
        assertThat(status("l00").epoch()).isEqualTo(heir.epoch());
    }

    @Test
    void aBatchIsOpenedSealedAndClosedInThisOrderOnly() {
        Lane lane = acquired();
        long epoch = lane.epoch();
        assertThat(lanes.seal("l00", epoch, 1, List.of(A))).isEqualTo(Step.LOST);
        assertThat(lanes.close("l00", epoch, 1)).isEqualTo(Step.LOST);
        assertThat(lanes.open("l00", epoch, 2, List.of(A), 1)).as("a gap").isEqualTo(Step.LOST);
        assertThat(lanes.onTrial("l00", epoch, 1, A)).isEqualTo(Step.LOST);

        assertThat(lanes.open("l00", epoch, 1, List.of(A, B), 4)).isEqualTo(Step.DONE);
        assertThat(lanes.open("l00", epoch, 2, List.of(B), 4)).as("not over").isEqualTo(Step.LOST);
        assertThat(lanes.close("l00", epoch, 1)).as("not sealed").isEqualTo(Step.LOST);
        assertThat(lanes.seal("l00", epoch, 2, List.of(B))).isEqualTo(Step.LOST);

        assertThat(lanes.seal("l00", epoch, 1, List.of(B))).isEqualTo(Step.DONE);
        assertThat(lanes.onTrial("l00", epoch, 1, A)).isEqualTo(Step.LOST);
        assertThat(lanes.open("l00", epoch, 1, List.of(A), 4)).as("late").isEqualTo(Step.LOST);
        assertThat(lanes.close("l00", epoch, 2)).isEqualTo(Step.LOST);

        assertThat(lanes.close("l00", epoch, 1)).isEqualTo(Step.DONE);
        assertThat(lanes.seal("l00", epoch, 1, List.of(A))).as("late").isEqualTo(Step.LOST);
        assertThat(lanes.open("l00", epoch, 1, List.of(A), 4)).as("late").isEqualTo(Step.LOST);
        assertThat(status("l00").done()).isTrue();
        assertThat(status("l00").seq()).isEqualTo(1);
        assertThat(lanes.open("l00", epoch, 2, List.of(A), 4)).isEqualTo(Step.DONE);
    }

    @Test
    void aChangeThatIsRepeatedIsDone() {
        long epoch = acquired().epoch();
        for (int i = 0; i < 2; i++) {
            assertThat(lanes.open("l00", epoch, 1, List.of(A, B), 4)).isEqualTo(Step.DONE);
        }
        for (int i = 0; i < 2; i++) {
            assertThat(lanes.onTrial("l00", epoch, 1, B)).isEqualTo(Step.DONE);
        }
        for (int i = 0; i < 2; i++) {
            assertThat(lanes.seal("l00", epoch, 1, List.of(B))).isEqualTo(Step.DONE);
        }
        for (int i = 0; i < 2; i++) {
            assertThat(lanes.close("l00", epoch, 1)).isEqualTo(Step.DONE);
        }
        assertThat(acquired("heir", NOW + 20_000).manifest()).isEqualTo(new Manifest.Done(1));
    }

    @Test
    void aChangeOfUnknownOutcomeIsRepeated() {
        long epoch = acquired().epoch();
        Lanes losing = losingAnswers(1);
        assertThatThrownBy(() -> losing.open("l00", epoch, 1, List.of(A, B), 4)).isInstanceOf(OutcomeUnknown.class);
        assertThat(losing.open("l00", epoch, 1, List.of(A, B), 4)).isEqualTo(Step.DONE);
        Lanes losingSeal = losingAnswers(1);
        assertThatThrownBy(() -> losingSeal.seal("l00", epoch, 1, List.of(B))).isInstanceOf(OutcomeUnknown.class);
        assertThat(losingSeal.seal("l00", epoch, 1, List.of(B))).isEqualTo(Step.DONE);
        Lanes losingClose = losingAnswers(1);
        assertThatThrownBy(() -> losingClose.close("l00", epoch, 1)).isInstanceOf(OutcomeUnknown.class);
        assertThat(losingClose.close("l00", epoch, 1)).isEqualTo(Step.DONE);
        assertThat(status("l00").seq()).isEqualTo(1);
    }

    @Test
    void anEarlierOwnerChangesNothing() {
        long old = acquired().epoch();
        lanes.open("l00", old, 1, List.of(A, B), 4);
        Lane heir = acquired("heir", NOW + 20_000);
        assertThat(lanes.open("l00", old, 1, List.of(A), 4)).isEqualTo(Step.LOST);
        assertThat(lanes.onTrial("l00", old, 1, A)).isEqualTo(Step.LOST);
        assertThat(lanes.seal("l00", old, 1, List.of(A))).isEqualTo(Step.LOST);
        assertThat(lanes.seal("l00", heir.epoch(), 1, List.of(B))).isEqualTo(Step.DONE);
        assertThat(lanes.seal("l00", old, 1, List.of(A))).isEqualTo(Step.LOST);
        assertThat(lanes.close("l00", old, 1)).isEqualTo(Step.LOST);
        Lane next = acquired("next", NOW + 40_000);
        assertThat(next.manifest()).isEqualTo(new Manifest.Sealed(1, 4, List.of(B)));
        assertThat(lanes.close("l00", heir.epoch(), 1)).isEqualTo(Step.LOST);
        assertThat(lanes.close("l00", next.epoch(), 1)).isEqualTo(Step.DONE);
        assertThat(lanes.close("l00", heir.epoch(), 1)).as("another's result").isEqualTo(Step.LOST);
    }

    @Test
    void anEventOnTrialIsNamedUntilAnotherOrNoneIs() {
        long epoch = acquired().epoch();
        lanes.open("l00", epoch, 1, List.of(A, OTHER), 4);
        assertThat(lanes.onTrial("l00", epoch, 1, A)).isEqualTo(Step.DONE);
        assertThat(lanes.onTrial("l00", epoch, 1, OTHER)).isEqualTo(Step.DONE);
        Lane heir = acquired("heir", NOW + 20_000);
        assertThat(heir.manifest()).isEqualTo(new Manifest.Open(1, 4, List.of(A, OTHER), 1, OTHER));
        lanes.onTrial("l00", heir.epoch(), 1, null);
        Lane next = acquired("next", NOW + 40_000);
        assertThat(((Manifest.Open) next.manifest()).onTrial()).isNull();
        lanes.onTrial("l00", next.epoch(), 1, A);
        lanes.seal("l00", next.epoch(), 1, List.of(OTHER));
        lanes.close("l00", next.epoch(), 1);
        lanes.open("l00", next.epoch(), 2, List.of(B), 4);
        Manifest.Open second = (Manifest.Open) acquired("last", NOW + 60_000).manifest();
        assertThat(second.onTrial()).as("of an earlier batch").isNull();
    }

    @Test
    void noBatchOpensUnderDefinitionsBeforeTheFence() {
        long epoch = acquired().epoch();
        lanes.open("l00", epoch, 1, List.of(A), 4);
        lanes.fence(6);
        assertThat(lanes.open("l00", epoch, 1, List.of(A), 4))
                .as("opened before")
                .isEqualTo(Step.DONE);
        assertThat(lanes.seal("l00", epoch, 1, List.of(A))).as("goes on").isEqualTo(Step.DONE);
        lanes.close("l00", epoch, 1);
        assertThat(lanes.open("l00", epoch, 2, List.of(A), 5)).isEqualTo(Step.OUTDATED);
        assertThat(status("l00").seq()).isEqualTo(1);
        lanes.fence(3);
        assertThat(lanes.open("l00", epoch, 2, List.of(A), 5))
                .as("never lowered")
                .isEqualTo(Step.OUTDATED);
        assertThat(lanes.open("l00", epoch, 2, List.of(A), 6)).isEqualTo(Step.DONE);
        Lane other = lanes.acquire(status("l01"), "me", NOW, LEASE).orElseThrow();
        assertThat(lanes.open("l01", other.epoch(), 1, List.of(B), 5)).isEqualTo(Step.OUTDATED);
        lanes.release("l00", epoch);
        Lane heir = acquired("heir", NOW);
        assertThat(lanes.open("l00", epoch, 3, List.of(A), 5)).as("lost first").isEqualTo(Step.LOST);
        assertThat(heir.epoch()).isEqualTo(epoch + 1);
    }

    @Test
    void lanesThatAreAddedLaterStandBehindTheFenceToo() {
        lanes.fence(6);
        lanes.provide(3);
        Lane added = lanes.acquire(status("l02"), "me", NOW, LEASE).orElseThrow();
        assertThat(lanes.open("l02", added.epoch(), 1, List.of(A), 5)).isEqualTo(Step.OUTDATED);
        assertThat(lanes.open("l02", added.epoch(), 1, List.of(A), 6)).isEqualTo(Step.DONE);
    }

    @Test
    void aManifestHoldsManyEventsOfManySourcesAndIncarnations() {
        long epoch = acquired().epoch();
        List<EventRef> events = new ArrayList<>(List.of(A, OLDER, OTHER));
        String padding = "ä$.%😀".repeat(20);
        IntStream.range(0, 5_000)
                .mapToObj(i -> new EventRef("s" + i % 7, i % 3, padding + i))
                .forEach(events::add);
        lanes.open("l00", epoch, 1, events, 4);
        Manifest.Open open = (Manifest.Open) acquired("heir", NOW + 20_000).manifest();
        assertThat(open.candidates()).hasSize(events.size()).containsExactlyInAnyOrderElementsOf(events);
        lanes.seal("l00", epoch + 1, 1, events.subList(0, 2_000));
        Manifest.Sealed sealed =
                (Manifest.Sealed) acquired("next", NOW + 40_000).manifest();
        assertThat(sealed.events()).containsExactlyInAnyOrderElementsOf(events.subList(0, 2_000));
        lanes.close("l00", epoch + 2, 1);
        assertThat(lanes.open("l00", epoch + 2, 2, List.of(), 4)).isEqualTo(Step.DONE);
        assertThat(((Manifest.Open) acquired("last", NOW + 60_000).manifest()).candidates())
                .isEmpty();
    }

    private static <T> List<T> atOnce(int threads, IntFunction<Callable<T>> work) throws Exception {
        ExecutorService pool = Executors.newFixedThreadPool(threads);
        try {
            CyclicBarrier start = new CyclicBarrier(threads);
            List<Future<T>> running = new ArrayList<>();
            for (int t = 0; t < threads; t++) {
                Callable<T> one = work.apply(t);
                running.add(pool.submit(() -> {
                    start.await(30, TimeUnit.SECONDS);
                    return one.call();
                }));
            }
            List<T> results = new ArrayList<>();
            for (Future<T> future : running) {
                results.add(future.get(60, TimeUnit.SECONDS));
            }
            return results;
        } finally {
            pool.shutdownNow();
        }
    }
}
