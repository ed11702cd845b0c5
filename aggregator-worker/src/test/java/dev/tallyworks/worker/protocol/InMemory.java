package dev.tallyworks.worker.protocol;

import dev.tallyworks.definition.Definitions;
import dev.tallyworks.event.DoneEvents;
import dev.tallyworks.event.Event;
import dev.tallyworks.event.EventRef;
import dev.tallyworks.lane.LaneStatus;
import dev.tallyworks.lane.Lanes;
import dev.tallyworks.queue.JobQueue;
import dev.tallyworks.rebuild.Rebuilds;
import dev.tallyworks.removal.Leftovers;
import dev.tallyworks.rollup.RollupDelta;
import dev.tallyworks.worker.batch.Aggregator;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Everything in memory, without those clauses that are named. */
final class InMemory implements Run.Place {
    private final LanesInMemory lanes;
    private final EventsInMemory events;
    private final RollupsInMemory rollups;
    private final QueueInMemory queue;
    private final RebuildsInMemory rebuilds;
    private final Set<Clause> missing;

    InMemory(Turns turns, Set<Clause> missing) {
        lanes = new LanesInMemory(turns, missing);
        events = new EventsInMemory(turns, missing);
        rollups = new RollupsInMemory(turns, missing);
        queue = new QueueInMemory(turns);
        rebuilds = new RebuildsInMemory(turns);
        this.missing = missing;
    }

    @Override
    public Aggregator.Stores stores(Definitions definitions) {
        return new Aggregator.Stores(definitions, lanes, events, rollups, queue);
    }

    @Override
    public Lanes lanesForRelay() {
        return lanes.forRelay();
    }

    @Override
    public void insert(Event event) {
        events.insert(event);
    }

    @Override
    public long retry(EventRef event) {
        return events.retry(event);
    }

    @Override
    public long discard(EventRef event) {
        return events.discard(event);
    }

    @Override
    public List<Fate> fates() {
        return events.fates();
    }

    @Override
    public Map<RollupDelta.Target, Map<String, Long>> counts() {
        return rollups.counts();
    }

    @Override
    public JobQueue.State queue() {
        return queue.look();
    }

    @Override
    public List<LaneStatus> lanes() {
        return lanes.look();
    }

    @Override
    public DoneEvents done() {
        return events.done();
    }

    @Override
    public Rebuilds rebuilds() {
        return rebuilds;
    }

    @Override
    public Leftovers leftovers() {
        return (Expired) events::removeExpired;
    }

    @Override
    public boolean lacks(Clause clause) {
        return missing.contains(clause);
    }
}
