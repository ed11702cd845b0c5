package dev.tallyworks.worker.recovery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tallyworks.event.Claim;
import dev.tallyworks.event.EventRef;
import dev.tallyworks.event.PendingEvents;
import dev.tallyworks.failure.OutcomeUnknown;
import dev.tallyworks.failure.Unavailable;
import dev.tallyworks.lane.Lane;
import dev.tallyworks.worker.lease.Bench;
import dev.tallyworks.worker.protocol.QueueInMemory;
import dev.tallyworks.worker.protocol.Turns;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class OutboxRelayTest {
    private static final Duration GRACE = Duration.ofSeconds(2);
    private static final Duration POSTPONED = Duration.ofSeconds(10);

    private final Bench bench = new Bench(1);
    private final OutboxRelay relay = new OutboxRelay(
            bench.definitions, bench.events, bench.lanes, bench.queue, lost -> {}, RecoveryMeter.NONE, bench.clock);

    private long ready() {
        return bench.queue.state().ready();
    }

    private List<PendingEvents.Pending> pending() {
        return bench.events.scan("shop", null, Long.MAX_VALUE, 10_000).events();
    }

    @Test
    void enqueuesWhatNoJobStandsForAndThenLeavesItAlone() {
        bench.insert("x");
        bench.pass(GRACE);
        relay.run();
        assertThat(ready()).as("its commit may be under way").isZero();

        bench.pass(Duration.ofMillis(1));
        relay.run();
        assertThat(ready()).isEqualTo(1);

        bench.queue.claim("l00", 9, 10, 10_000, bench.nowMillis);
        bench.queue.acknowledge("l00", 9, List.of(), Map.of());
        bench.pass(POSTPONED.plus(GRACE));
        relay.run();
        assertThat(ready()).isZero();
        bench.pass(Duration.ofMillis(1));
        relay.run();
        assertThat(ready()).as("the job was lost as well").isEqualTo(1);
    }

    @Test
    void leavesAloneWhatMayStillBeQueued() {
        EventRef first = bench.insert("a");
        bench.pass(Duration.ofMillis(1));
        EventRef second = bench.insert("b");
        bench.queue.enqueue(List.of(bench.job(second)));
        bench.pass(Duration.ofMinutes(5));
        bench.insert("c");
        bench.pass(Duration.ofMinutes(5));

        relay.run();

        assertThat(ready())
                .as("a is older than all that is queued; b and c are not")
                .isEqualTo(2);
        assertThat(pending().get(0).ref()).isEqualTo(first);
        assertThat(pending().get(0).notBeforeMillis()).isEqualTo(bench.nowMillis + POSTPONED.toMillis());
        assertThat(pending().get(1).notBeforeMillis()).isZero();
    }

    @Test
    void postponesBeforeItEnqueuesSoThatAFailureInBetweenFloodsNothing() {
        bench.insert("x");
        bench.pass(GRACE.plusMillis(1));
        QueueInMemory refusing = new QueueInMemory(new Turns() {
            @Override
            public void read(String what) {}

            @Override
            public void write(String what, List<Runnable> changes) {
                throw new OutcomeUnknown("refused", new IllegalStateException());
            }

            @Override
            public void changed() {}
        });
        OutboxRelay failing = new OutboxRelay(
                bench.definitions, bench.events, bench.lanes, refusing, lost -> {}, RecoveryMeter.NONE, bench.clock);

        assertThatThrownBy(failing::run).isInstanceOf(Unavailable.class);

        assertThat(pending().get(0).notBeforeMillis()).isEqualTo(bench.nowMillis + POSTPONED.toMillis());
    }

    @Test
    void freesAClaimOnlyWhenItsBatchIsOver() {
        EventRef event = bench.insert("x");
        Lane owner = bench.take("l00");
        bench.lanes.open("l00", owner.epoch(), 1, List.of(event), 1);
        bench.events.claim(List.of(event), new Claim("l00", owner.epoch(), 1), 1, false);
        bench.pass(Duration.ofMinutes(1));
        relay.run();
        assertThat(pending().get(0).claim()).as("open").isNotNull();

        bench.lanes.seal("l00", owner.epoch(), 1, List.of());
        relay.run();
        assertThat(pending().get(0).claim()).as("sealed").isNotNull();
        assertThat(ready()).isZero();

        bench.lanes.close("l00", owner.epoch(), 1);
        relay.run();
        assertThat(pending().get(0).claim()).as("done").isNull();
        assertThat(ready()).isEqualTo(1);
    }

    @Test
    void aPassIsBoundedAndTheNextReadsOn() {
        int all = 25_000;
        for (int i = 0; i < all; i++) {
            bench.insert(String.format("x%05d", i));
        }
        bench.pass(GRACE.plusMillis(1));

        relay.run();
        assertThat(ready()).isEqualTo(20_000);
        bench.queue.claim("l00", 9, all, Long.MAX_VALUE, bench.nowMillis);
        relay.run();
        assertThat(ready()).isEqualTo(all - 20_000);
    }
}
