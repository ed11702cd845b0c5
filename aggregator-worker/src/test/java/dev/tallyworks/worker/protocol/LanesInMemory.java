package dev.tallyworks.worker.protocol;

import dev.tallyworks.event.EventRef;
import dev.tallyworks.lane.Lane;
import dev.tallyworks.lane.LaneStatus;
import dev.tallyworks.lane.Lanes;
import dev.tallyworks.lane.Manifest;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Lanes as the port says, step by step as the adapter goes, without those clauses that are named. */
public final class LanesInMemory implements Lanes {
    private enum State {
        DONE,
        OPEN,
        SEALED
    }

    private static final class Document {
        String owner = "";
        long epoch;
        long leaseUntil;
        long seq;
        State state = State.DONE;
        long version;
        long minVersion;
        int takeovers;

        @Nullable
        EventRef trial;

        List<EventRef> events = List.of();
    }

    private final Map<String, Document> lanes;
    private final Set<Clause> missing;
    private final Turns turns;
    private final boolean forRelay;

    public LanesInMemory(Turns turns, Set<Clause> missing) {
        this(new TreeMap<>(), turns, missing, false);
    }

    private LanesInMemory(Map<String, Document> lanes, Turns turns, Set<Clause> missing, boolean forRelay) {
        this.lanes = lanes;
        this.turns = turns;
        this.missing = missing;
        this.forRelay = forRelay;
    }

    /** The same lanes as the relay sees them, who tells from their state which claims are stale. */
    Lanes forRelay() {
        return new LanesInMemory(lanes, turns, missing, true);
    }

    private boolean holds(Clause clause, boolean condition) {
        return condition || missing.contains(clause);
    }

    @Override
    public void provide(int count) {
        long minVersion =
                lanes.values().stream().mapToLong(lane -> lane.minVersion).max().orElse(0);
        for (int number = 0; number < count; number++) {
            Document lane = new Document();
            lane.minVersion = minVersion;
            lanes.putIfAbsent(String.format("l%02d", number), lane);
        }
    }

    @Override
    public List<LaneStatus> all() {
        turns.read("read lanes");
        return look();
    }

    /** All lanes, without a turn. */
    List<LaneStatus> look() {
        List<LaneStatus> all = new ArrayList<>();
        lanes.forEach((id, lane) -> {
            boolean done = lane.state == State.DONE || forRelay && missing.contains(Clause.STALE_DONE);
            long seq = forRelay && missing.contains(Clause.STALE_SEQ) ? Long.MAX_VALUE : lane.seq;
            all.add(new LaneStatus(id, lane.epoch, lane.owner, lane.leaseUntil, seq, done, lane.version));
        });
        return all;
    }

    @Override
    public Optional<Lane> acquire(LaneStatus seen, String owner, long nowMillis, long leaseMillis) {
        if (!seen.isFreeAt(nowMillis)) {
            return Optional.empty();
        }
        Document lane = document(seen.id());
        List<Lane> taken = new ArrayList<>();
        turns.change("acquire " + seen.id(), () -> {
            if (lane.epoch != seen.epoch()
                    || lane.seq != seen.seq()
                    || (lane.state == State.DONE) != seen.done()
                    || lane.leaseUntil != seen.leaseUntilMillis()) {
                return false;
            }
            lane.epoch++;
            lane.owner = owner;
            lane.leaseUntil = nowMillis + leaseMillis;
            if (seen.wasGivenUp()) {
                lane.trial = null;
            } else if (!seen.done()) {
                lane.takeovers++;
            }
            taken.add(new Lane(seen.id(), lane.epoch, manifest(lane)));
            return true;
        });
        return taken.stream().findFirst();
    }

    private static Manifest manifest(Document lane) {
        return switch (lane.state) {
            case DONE -> new Manifest.Done(lane.seq);
            case OPEN -> new Manifest.Open(lane.seq, lane.version, lane.events, lane.takeovers, lane.trial);
            case SEALED -> new Manifest.Sealed(lane.seq, lane.version, lane.events);
        };
    }

    @Override
    public boolean renew(String id, long epoch, long leaseUntilMillis) {
        Document lane = document(id);
        return turns.change("renew " + id, () -> {
            boolean held = lane.epoch == epoch;
            lane.leaseUntil = held ? leaseUntilMillis : lane.leaseUntil;
            return held;
        });
    }

    @Override
    public void release(String id, long epoch) {
        Document lane = document(id);
        turns.change("give up " + id + ":" + epoch, () -> {
            boolean held = lane.epoch == epoch;
            lane.leaseUntil = held ? 0 : lane.leaseUntil;
            return held;
        });
    }

    @Override
    public Step open(String id, long epoch, long seq, List<EventRef> candidates, long version) {
        Document lane = document(id);
        boolean opened = turns.change("open " + batch(id, epoch, seq) + Names.of(candidates), () -> {
            boolean matches = holds(Clause.OPEN_EPOCH, lane.epoch == epoch)
                    && holds(Clause.OPEN_SEQ, lane.seq == seq - 1)
                    && holds(Clause.OPEN_DONE, lane.state == State.DONE)
                    && holds(Clause.OPEN_MIN_VERSION, lane.minVersion <= version);
            if (matches) {
                lane.seq = seq;
                lane.state = State.OPEN;
                lane.version = version;
                lane.takeovers = 0;
                lane.trial = null;
                lane.events = List.copyOf(candidates);
                turns.changed();
            }
            return matches;
        });
        if (opened) {
            return Step.DONE;
        }
        turns.read("read " + id);
        if (lane.epoch != epoch) {
            return Step.LOST;
        }
        if (lane.seq == seq && lane.state == State.OPEN) {
            return Step.DONE;
        }
        return lane.minVersion > version ? Step.OUTDATED : Step.LOST;
    }

    @Override
    public Step onTrial(String id, long epoch, long seq, @Nullable EventRef event) {
        Document lane = document(id);
        String what = "on trial " + batch(id, epoch, seq) + (event == null ? "nobody" : event.uuid());
        boolean named = turns.change(what, () -> {
            boolean matches = lane.epoch == epoch && lane.seq == seq && lane.state == State.OPEN;
            lane.trial = matches ? event : lane.trial;
            return matches;
        });
        return named ? Step.DONE : Step.LOST;
    }

    @Override
    public Step seal(String id, long epoch, long seq, List<EventRef> events) {
        Document lane = document(id);
        boolean sealed = turns.change("seal " + batch(id, epoch, seq) + Names.of(events), () -> {
            boolean matches = holds(Clause.SEAL_EPOCH, lane.epoch == epoch)
                    && holds(Clause.SEAL_SEQ, lane.seq == seq)
                    && holds(Clause.SEAL_OPEN, lane.state == State.OPEN);
            if (matches) {
                lane.state = State.SEALED;
                lane.trial = null;
                lane.events = List.copyOf(events);
                turns.changed();
            }
            return matches;
        });
        return sealed ? Step.DONE : own(id, epoch, seq, State.SEALED);
    }

    @Override
    public Step close(String id, long epoch, long seq) {
        Document lane = document(id);
        boolean closed = turns.change("close " + batch(id, epoch, seq), () -> {
            boolean matches = holds(Clause.CLOSE_EPOCH, lane.epoch == epoch)
                    && holds(Clause.CLOSE_SEQ, lane.seq == seq)
                    && holds(Clause.CLOSE_SEALED, lane.state == State.SEALED);
            if (matches) {
                lane.state = State.DONE;
                lane.events = List.of();
                turns.changed();
            }
            return matches;
        });
        return closed ? Step.DONE : own(id, epoch, seq, State.DONE);
    }

    private Step own(String id, long epoch, long seq, State state) {
        turns.read("read " + id);
        Document lane = document(id);
        return lane.epoch == epoch && lane.seq == seq && lane.state == state ? Step.DONE : Step.LOST;
    }

    @Override
    public void fence(long version) {
        turns.each("fence " + version, lanes.values(), lane -> {
            if (!missing.contains(Clause.REBUILD_FENCE)) {
                lane.minVersion = Math.max(lane.minVersion, version);
            }
        });
    }

    @Override
    public boolean isDrained(long version) {
        return Lanes.super.isDrained(version) || missing.contains(Clause.REBUILD_DRAIN);
    }

    private Document document(String id) {
        Document lane = lanes.get(id);
        if (lane == null) {
            throw new IllegalStateException("lane " + id + " is gone from the pool");
        }
        return lane;
    }

    private static String batch(String lane, long epoch, long seq) {
        return lane + ":" + epoch + " batch " + seq + ' ';
    }
}
