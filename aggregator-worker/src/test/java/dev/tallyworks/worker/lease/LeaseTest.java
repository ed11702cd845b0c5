package dev.tallyworks.worker.lease;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tallyworks.failure.Unavailable;
import dev.tallyworks.lane.Lane;
import dev.tallyworks.lane.LaneStatus;
import dev.tallyworks.lane.Lanes;
import dev.tallyworks.lane.Manifest;
import dev.tallyworks.metric.FieldMetrics;
import dev.tallyworks.worker.batch.LaneLost;
import dev.tallyworks.worker.batch.OwnedLane;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class LeaseTest {
    private final Bench bench = new Bench(2);

    @Test
    void aLaneWithABatchLeftBehindIsTakenFirst() {
        Lane died = bench.take("l01");
        bench.lanes.open(died.id(), died.epoch(), 1, List.of(), 1);
        bench.pass(Bench.LEASE.plusMillis(1));

        Lane taken = bench.office("w").take().orElseThrow();

        assertThat(taken.id()).isEqualTo("l01");
        assertThat(taken.manifest()).isInstanceOf(Manifest.Open.class);
        assertThat(taken.epoch()).isEqualTo(died.epoch() + 1);
    }

    @Test
    void aLiveOwnersLaneIsNotTaken() {
        bench.take("l00");
        bench.take("l01");

        assertThat(bench.office("w").take()).isEmpty();
        bench.pass(Bench.LEASE);
        assertThat(bench.office("w").take()).as("on the last millisecond").isEmpty();
        bench.pass(Duration.ofMillis(1));
        assertThat(bench.office("w").take()).isPresent();
    }

    @Test
    void whatHasChangedSinceItWasSeenIsNotTaken() {
        LaneStatus seen = bench.status("l00");
        bench.take("l00");
        bench.lanes.release("l00", 1);

        assertThat(bench.office("w").take(seen)).isEmpty();
    }

    @Test
    void onlyADeathCountsAsATakeover() {
        Lane first = bench.take("l00");
        bench.lanes.open("l00", first.epoch(), 1, List.of(bench.insert("x")), 1);
        bench.pass(Bench.LEASE.plusMillis(1));
        Lane second = bench.take("l00");
        bench.lanes.onTrial("l00", second.epoch(), 1, bench.insert("x"));
        bench.lanes.release("l00", second.epoch());

        Manifest.Open open = (Manifest.Open) bench.take("l00").manifest();

        assertThat(open.takeovers()).isEqualTo(1);
        assertThat(open.onTrial()).as("a lane that is given up charges nobody").isNull();
    }

    @Test
    void leasesAreRenewedForThoseWhoMove() throws LaneLost {
        LeaseKeeper keeper = bench.keeper();
        OwnedLane lane = new OwnedLane(bench.take("l00"), bench);

        keeper.keepWhile(lane, () -> {
            bench.pass(Duration.ofSeconds(10));
            keeper.renewAll();
            assertThat(bench.status("l00").leaseUntilMillis()).isEqualTo(bench.nowMillis + Bench.LEASE.toMillis());

            long before = bench.status("l00").leaseUntilMillis();
            bench.pass(Duration.ofSeconds(6));
            keeper.renewAll();
            assertThat(bench.status("l00").leaseUntilMillis())
                    .as("stuck for 16 s")
                    .isEqualTo(before);

            lane.progress();
            keeper.renewAll();
            assertThat(bench.status("l00").leaseUntilMillis()).isGreaterThan(before);
            assertThat(lane.isLost()).isFalse();
        });

        assertThat(bench.status("l00").wasGivenUp()).isTrue();
        assertThat(keeper.held()).isEmpty();
    }

    @Test
    void aLaneThatAnotherHasIsLost() throws LaneLost {
        LeaseKeeper keeper = bench.keeper();
        OwnedLane lane = new OwnedLane(bench.take("l00"), bench);

        keeper.keepWhile(lane, () -> {
            bench.pass(Bench.LEASE.plusMillis(1));
            lane.progress();
            bench.take("l00");
            keeper.renewAll();
            assertThat(lane.isLost()).isTrue();
        });

        assertThat(bench.status("l00").wasGivenUp()).as("it is the other's").isFalse();
    }

    @Test
    void afterAFailureTheLeaseRunsOut() {
        LeaseKeeper keeper = bench.keeper();
        for (Throwable failure : List.of(new IllegalStateException("fault"), new OutOfMemoryError("none left"))) {
            OwnedLane lane = new OwnedLane(bench.take(failure instanceof Error ? "l00" : "l01"), bench);

            assertThatThrownBy(() -> keeper.keepWhile(lane, () -> {
                        if (failure instanceof Error error) {
                            throw error;
                        }
                        throw (RuntimeException) failure;
                    }))
                    .isSameAs(failure);

            assertThat(bench.status(lane.id()).isFreeAt(bench.nowMillis)).isFalse();
            assertThat(keeper.held()).isEmpty();
        }
    }

    @Test
    void aLoopIsLiveWhileTheStoreIsAwayFromTheStart() {
        int[] looks = {0};
        LaneCrew[] crew = new LaneCrew[1];
        OwnedLane.Pauses pauses = new OwnedLane.Pauses() {
            @Override
            public void pause(long millis) {
                bench.pass(Duration.ofSeconds(10));
                assertThat(crew[0].stalledNanos())
                        .isLessThanOrEqualTo(Duration.ofSeconds(10).toNanos());
            }

            @Override
            public boolean stopping() {
                return looks[0] > 10;
            }

            @Override
            public long nanoTime() {
                return bench.nanoTime();
            }
        };
        Lanes away = (Lanes) Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {Lanes.class}, (proxy, method, arguments) -> {
                    looks[0]++;
                    throw new Unavailable("away", new IllegalStateException());
                });
        LaneOffice office = new LaneOffice(away, bench.clock, Bench.LEASE, "w", new Random(1));
        crew[0] = new LaneCrew(away, office, bench.keeper(), bench.aggregator(new FieldMetrics()), bench, pauses);

        crew[0].loops().get(0).run();

        assertThat(looks[0]).isEqualTo(11);
    }
}
