package dev.tallyworks.worker.lease;

import dev.tallyworks.definition.Snapshot;
import dev.tallyworks.definition.Source;
import dev.tallyworks.event.Event;
import dev.tallyworks.event.EventRef;
import dev.tallyworks.lane.Lane;
import dev.tallyworks.lane.LaneStatus;
import dev.tallyworks.metric.FieldMetrics;
import dev.tallyworks.metric.MetricGenerator;
import dev.tallyworks.queue.Job;
import dev.tallyworks.queue.RetryPolicy;
import dev.tallyworks.worker.batch.Aggregator;
import dev.tallyworks.worker.batch.OwnedLane;
import dev.tallyworks.worker.batch.SilentMeter;
import dev.tallyworks.worker.protocol.DefinitionsInMemory;
import dev.tallyworks.worker.protocol.EventsInMemory;
import dev.tallyworks.worker.protocol.LanesInMemory;
import dev.tallyworks.worker.protocol.QueueInMemory;
import dev.tallyworks.worker.protocol.RollupsInMemory;
import dev.tallyworks.worker.protocol.Turns;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;

/** A worker's parts on stores in memory, with a clock that stands until it is told to go on. */
public final class Bench implements OwnedLane.Pauses, WorkerSettings {
    public static final Duration LEASE = Duration.ofSeconds(15);

    public final LanesInMemory lanes = new LanesInMemory(Turns.NONE, Set.of());
    public final EventsInMemory events = new EventsInMemory(Turns.NONE, Set.of());
    public final QueueInMemory queue = new QueueInMemory(Turns.NONE);
    public final DefinitionsInMemory definitions =
            new DefinitionsInMemory(List.of(nothing(), source()), Turns.NONE, () -> false);
    public volatile long nowMillis = 1_000_000;
    public volatile boolean stopping;
    public int threads = 1;

    public final Clock clock = ((InstantSource) () -> Instant.ofEpochMilli(nowMillis)).withZone(ZoneOffset.UTC);

    public Bench(int pool) {
        lanes.provide(pool);
    }

    private static Snapshot nothing() {
        return new Snapshot(0, Map.of(), Map.of(), Map.of());
    }

    private static Snapshot source() {
        Instant then = Instant.EPOCH;
        Source shop =
                new Source("shop", 1, "Shop", null, List.of(), null, true, Map.of(), Source.State.OPEN, then, then);
        return new Snapshot(1, Map.of("shop", shop), Map.of(), Map.of());
    }

    public Aggregator aggregator(MetricGenerator generator) {
        Aggregator.Stores stores =
                new Aggregator.Stores(definitions, lanes, events, new RollupsInMemory(Turns.NONE, Set.of()), queue);
        return new Aggregator(stores, generator, new RetryPolicy(1, 1, 15), new SilentMeter(), clock);
    }

    public LaneOffice office(String worker) {
        return new LaneOffice(lanes, clock, LEASE, worker, new Random(1));
    }

    public LeaseKeeper keeper() {
        return new LeaseKeeper(lanes, clock, LEASE);
    }

    public LaneCrew crew() {
        return new LaneCrew(lanes, office("crew"), keeper(), aggregator(new FieldMetrics()), this, this);
    }

    public LaneStatus status(String id) {
        return lanes.all().stream()
                .filter(lane -> lane.id().equals(id))
                .findFirst()
                .orElseThrow();
    }

    public Lane take(String id) {
        return office("test").take(status(id)).orElseThrow();
    }

    /** A pending event without a job. */
    public EventRef insert(String uuid) {
        EventRef ref = new EventRef("shop", 1, uuid);
        events.insert(new Event(ref, "sale", nowMillis, nowMillis, Map.of(), List.of(), 1, 100));
        return ref;
    }

    public Job job(EventRef event) {
        return new Job(event, 100, nowMillis, "");
    }

    public void pass(Duration time) {
        nowMillis += time.toMillis();
    }

    @Override
    public void pause(long millis) {
        nowMillis += millis;
    }

    @Override
    public boolean stopping() {
        return stopping;
    }

    @Override
    public long nanoTime() {
        return nowMillis * 1_000_000;
    }

    @Override
    public int threads() {
        return threads;
    }

    @Override
    public int lanes() {
        return lanes.all().size();
    }

    @Override
    public Duration lease() {
        return LEASE;
    }

    @Override
    public int batchEventsMax() {
        return 5_000;
    }

    @Override
    public long batchBytesMax() {
        return 1 << 20;
    }

    @Override
    public Duration idlePause() {
        return Duration.ofMillis(25);
    }

    @Override
    public Duration recoveryInterval() {
        return Duration.ofSeconds(1);
    }
}
