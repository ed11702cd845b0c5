package dev.tallyworks.worker.recovery;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tallyworks.event.EventRef;
import dev.tallyworks.lane.Lane;
import dev.tallyworks.worker.lease.Bench;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class JanitorTest {
    private final Bench bench = new Bench(3);
    private final Janitor janitor =
            new Janitor(bench.lanes, bench.queue, bench.crew(), RecoveryMeter.NONE, bench.clock);

    private EventRef claimJob(Lane owner, String uuid) {
        EventRef event = bench.insert(uuid);
        bench.queue.enqueue(List.of(bench.job(event)));
        bench.queue.claim(owner.id(), owner.epoch(), 1, 1_000, bench.nowMillis);
        return event;
    }

    @Test
    void aLiveOwnersJobsAndLaneAreNeverTaken() {
        Lane owner = bench.take("l00");
        bench.lanes.open("l00", owner.epoch(), 1, List.of(claimJob(owner, "x")), 1);

        janitor.run();

        assertThat(bench.queue.state().inProcess()).isEqualTo(1);
        assertThat(bench.status("l00").epoch()).isEqualTo(owner.epoch());
        assertThat(bench.status("l00").done()).isFalse();
    }

    @Test
    void endsTheBatchOfOneThatIsGoneAndThenGivesItsJobsBack() {
        Lane owner = bench.take("l00");
        bench.lanes.open("l00", owner.epoch(), 1, List.of(claimJob(owner, "x")), 1);
        bench.pass(Bench.LEASE.plusMillis(1));

        janitor.run();

        assertThat(bench.status("l00").done()).isTrue();
        assertThat(bench.status("l00").wasGivenUp()).isTrue();
        assertThat(bench.events.fates()).noneMatch(fate -> fate.pending());
        janitor.run();
        assertThat(bench.queue.state().inProcess()).isZero();
        assertThat(bench.queue.state().ready()).as("one too many, harmless").isEqualTo(1);
    }

    @Test
    void jobsThatWereClaimedForNoBatchComeBackToo() {
        claimJob(bench.take("l01"), "x");
        bench.pass(Bench.LEASE.plusMillis(1));

        janitor.run();
        janitor.run();

        assertThat(bench.queue.state().inProcess()).isZero();
        assertThat(bench.queue.state().ready()).isEqualTo(1);
    }

    @Test
    void oneLaneThatCantBeHelpedKeepsItFromNoOther() {
        for (String id : List.of("l00", "l01", "l02")) {
            Lane owner = bench.take(id);
            // Two of them went by definitions that the log does not have.
            bench.lanes.open(id, owner.epoch(), 1, List.of(bench.insert(id)), id.equals("l01") ? 1 : 7);
        }
        bench.pass(Bench.LEASE.plus(Duration.ofMillis(1)));

        janitor.run();

        assertThat(bench.status("l01").done()).isTrue();
        assertThat(bench.status("l00").done()).isFalse();
        assertThat(bench.status("l00").isFreeAt(bench.nowMillis))
                .as("tried again when its lease has run out, not at once")
                .isFalse();
    }
}
