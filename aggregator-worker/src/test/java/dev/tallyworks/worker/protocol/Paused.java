package dev.tallyworks.worker.protocol;

import dev.tallyworks.definition.Definitions;
import dev.tallyworks.event.Claim;
import dev.tallyworks.event.DoneEvents;
import dev.tallyworks.event.Event;
import dev.tallyworks.event.EventRef;
import dev.tallyworks.event.PendingEvents;
import dev.tallyworks.failure.OutcomeUnknown;
import dev.tallyworks.failure.Unavailable;
import dev.tallyworks.lane.Lane;
import dev.tallyworks.lane.LaneStatus;
import dev.tallyworks.lane.Lanes;
import dev.tallyworks.queue.Job;
import dev.tallyworks.queue.JobQueue;
import dev.tallyworks.rebuild.Progress;
import dev.tallyworks.rebuild.Rebuilds;
import dev.tallyworks.removal.Leftovers;
import dev.tallyworks.rollup.RollupDelta;
import dev.tallyworks.rollup.Rollups;
import dev.tallyworks.worker.batch.Aggregator;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A place whose stores know nothing of turns: pauses before each call, and says what it gave. Two places that do the same give
 * the same words.
 */
final class Paused implements Run.Place {
    private final Run.Place place;
    private final Turns turns;
    private final Consumer<String> words;
    private Map<RollupDelta.Target, Map<String, Long>> counts = Map.of();

    Paused(Run.Place place, Turns turns, Consumer<String> words) {
        this.place = place;
        this.turns = turns;
        this.words = words;
    }

    private <T> T read(String what, Supplier<T> call) {
        turns.read(what);
        return call.get();
    }

    private <T> @Nullable T write(String what, Supplier<@Nullable T> call) {
        return write(what, true, call);
    }

    private <T> @Nullable T write(String what, boolean changes, Supplier<@Nullable T> call) {
        List<T> answer = new ArrayList<>();
        turns.write(what, List.of(() -> {
            T given = call.get();
            if (changes) {
                turns.changed();
            }
            words.accept(what + " -> " + given);
            if (given != null) {
                answer.add(given);
            }
        }));
        return answer.isEmpty() ? null : answer.get(0);
    }

    private void write(String what, Runnable call) {
        write(what, () -> {
            call.run();
            return null;
        });
    }

    private static <T> T given(@Nullable T answer) {
        if (answer == null) {
            throw new IllegalStateException("no answer");
        }
        return answer;
    }

    @Override
    public Aggregator.Stores stores(Definitions definitions) {
        Aggregator.Stores stores = place.stores(definitions);
        return new Aggregator.Stores(
                definitions,
                new PausedLanes(stores.lanes()),
                new PausedEvents(stores.events()),
                new PausedRollups(stores.rollups()),
                new PausedQueue(stores.queue()));
    }

    @Override
    public Lanes lanesForRelay() {
        return new PausedLanes(place.lanesForRelay());
    }

    @Override
    public void insert(Event event) {
        place.insert(event);
        turns.changed();
    }

    @Override
    public long retry(EventRef event) {
        return given(write("retry " + event.uuid(), () -> place.retry(event)));
    }

    @Override
    public long discard(EventRef event) {
        return given(write("discard " + event.uuid(), () -> place.discard(event)));
    }

    @Override
    public List<Fate> fates() {
        return place.fates();
    }

    @Override
    public Map<RollupDelta.Target, Map<String, Long>> counts() {
        return counts;
    }

    @Override
    public JobQueue.State queue() {
        return place.queue();
    }

    @Override
    public List<LaneStatus> lanes() {
        return place.lanes();
    }

    @Override
    public boolean lacks(Clause clause) {
        return place.lacks(clause);
    }

    @Override
    public DoneEvents done() {
        DoneEvents done = place.done();
        return new DoneEvents() {
            @Override
            public @Nullable Position end(Selected selected, @Nullable Position after, int eventsMax) {
                return heard(Paused.this.read("end of a window", () -> done.end(selected, after, eventsMax)));
            }

            @Override
            public long count(Selected selected, @Nullable Position after, @Nullable Position upTo) {
                return heard(Paused.this.read("count what is done", () -> done.count(selected, after, upTo)));
            }

            @Override
            public Stretch read(Selected selected, @Nullable Position after, @Nullable Position upTo, long bytesMax) {
                Stretch read = Paused.this.read("read what is done", () -> done.read(selected, after, upTo, bytesMax));
                heard(Names.of(read.events().stream().map(Event::ref).toList()));
                return read;
            }
        };
    }

    private <T> T heard(T answer) {
        words.accept("-> " + answer);
        return answer;
    }

    @Override
    public Rebuilds rebuilds() {
        Rebuilds rebuilds = place.rebuilds();
        return new Rebuilds() {
            @Override
            public Optional<Lease> take(String rebuild, String owner, long nowMillis, long leaseMillis) {
                return given(Paused.this.write(
                        "take rebuild", false, () -> rebuilds.take(rebuild, owner, nowMillis, leaseMillis)));
            }

            @Override
            public boolean write(Lease lease, Progress progress, long leaseUntilMillis) {
                String what = "write progress " + progress;
                return given(Paused.this.write(what, false, () -> rebuilds.write(lease, progress, leaseUntilMillis)));
            }

            @Override
            public void release(Lease lease) {
                Paused.this.write("give the rebuild up", false, () -> {
                    rebuilds.release(lease);
                    return null;
                });
            }

            @Override
            public Map<String, Progress> progress(Collection<String> ids) {
                return rebuilds.progress(ids);
            }
        };
    }

    @Override
    public Leftovers leftovers() {
        Leftovers leftovers = place.leftovers();
        return (Expired) (source, beforeMillis, eventsMax) ->
                given(write("expire", false, () -> leftovers.removeExpired(source, 1, beforeMillis, eventsMax, null)));
    }

    private final class PausedLanes implements Lanes {
        private final Lanes lanes;

        PausedLanes(Lanes lanes) {
            this.lanes = lanes;
        }

        @Override
        public void provide(int count) {
            lanes.provide(count);
        }

        @Override
        public List<LaneStatus> all() {
            return read("read lanes", lanes::all).stream()
                    .sorted(Comparator.comparing(LaneStatus::id))
                    .toList();
        }

        @Override
        public Optional<Lane> acquire(LaneStatus seen, String owner, long nowMillis, long leaseMillis) {
            Optional<Lane> taken =
                    write("acquire " + seen.id(), false, () -> lanes.acquire(seen, owner, nowMillis, leaseMillis));
            return given(taken);
        }

        @Override
        public boolean renew(String lane, long epoch, long leaseUntilMillis) {
            return given(write("renew " + lane, false, () -> lanes.renew(lane, epoch, leaseUntilMillis)));
        }

        @Override
        public void release(String lane, long epoch) {
            write("give up " + lane + ":" + epoch, false, () -> {
                lanes.release(lane, epoch);
                return null;
            });
        }

        @Override
        public Step open(String lane, long epoch, long seq, List<EventRef> candidates, long version) {
            String what = "open " + lane + ":" + epoch + "/" + seq + Names.of(candidates) + version;
            return given(write(what, () -> lanes.open(lane, epoch, seq, candidates, version)));
        }

        @Override
        public Step onTrial(String lane, long epoch, long seq, @Nullable EventRef event) {
            String what = "on trial " + lane + ":" + epoch + "/" + seq + (event == null ? "" : event.uuid());
            return given(write(what, () -> lanes.onTrial(lane, epoch, seq, event)));
        }

        @Override
        public Step seal(String lane, long epoch, long seq, List<EventRef> events) {
            String what = "seal " + lane + ":" + epoch + "/" + seq + Names.of(events);
            return given(write(what, () -> lanes.seal(lane, epoch, seq, events)));
        }

        @Override
        public Step close(String lane, long epoch, long seq) {
            return given(write("close " + lane + ":" + epoch + "/" + seq, () -> lanes.close(lane, epoch, seq)));
        }

        @Override
        public void fence(long version) {
            write("fence " + version, () -> lanes.fence(version));
        }
    }

    private final class PausedEvents implements PendingEvents {
        private final PendingEvents events;

        PausedEvents(PendingEvents events) {
            this.events = events;
        }

        @Override
        public void claim(Collection<EventRef> candidates, Claim claim, long version, boolean heir) {
            String what = (heir ? "inherit for " : "claim for ") + Names.of(claim) + Names.of(candidates) + version;
            write(what, () -> events.claim(candidates, claim, version, heir));
        }

        @Override
        public List<Event> owned(Collection<EventRef> candidates, Claim claim) {
            return found("owned by " + Names.of(claim), () -> events.owned(candidates, claim));
        }

        @Override
        public List<Event> sealed(Collection<EventRef> sealed) {
            return found("sealed " + Names.of(sealed), () -> events.sealed(sealed));
        }

        private List<Event> found(String what, Supplier<List<Event>> call) {
            List<Event> found = read(what, call).stream()
                    .sorted(Comparator.comparing(event -> event.ref().uuid()))
                    .toList();
            words.accept(what + " -> " + Names.of(found.stream().map(Event::ref).toList()));
            return found;
        }

        @Override
        public List<EventRef> newerThan(Collection<EventRef> candidates, long version) {
            String what = "newer than " + version + Names.of(candidates);
            List<EventRef> newer = read(what, () -> events.newerThan(candidates, version)).stream()
                    .sorted(Comparator.comparing(EventRef::uuid))
                    .toList();
            words.accept(what + " -> " + newer);
            return newer;
        }

        @Override
        public @Nullable Release release(EventRef event, Claim claim, Failed failed) {
            return write("release " + event.uuid() + Names.of(claim), () -> events.release(event, claim, failed));
        }

        @Override
        public void finish(Collection<EventRef> finished, Claim claim, long version) {
            String what = "finish " + Names.of(claim) + Names.of(finished) + version;
            write(what, () -> events.finish(finished, claim, version));
        }

        @Override
        public Scan scan(String source, @Nullable ScanPosition from, long receivedBeforeMillis, int limit) {
            Scan scan = read("scan", () -> events.scan(source, from, receivedBeforeMillis, limit));
            words.accept("scan -> " + scan);
            return scan;
        }

        @Override
        public boolean unclaim(EventRef event, Claim claim) {
            return given(write("unclaim " + event.uuid() + Names.of(claim), () -> events.unclaim(event, claim)));
        }

        @Override
        public void postpone(Collection<EventRef> postponed, long notBeforeMillis) {
            write("postpone " + Names.of(postponed), () -> events.postpone(postponed, notBeforeMillis));
        }
    }

    private final class PausedRollups implements Rollups {
        private final Rollups rollups;

        PausedRollups(Rollups rollups) {
            this.rollups = rollups;
        }

        @Override
        public void apply(String lane, long seq, Collection<RollupDelta> deltas) {
            write("apply " + lane + "/" + seq, () -> {
                rollups.apply(lane, seq, deltas);
                counts = place.counts();
                words.accept("counts " + sorted(counts));
            });
        }

        private static List<String> sorted(Map<RollupDelta.Target, Map<String, Long>> counts) {
            return counts.entrySet().stream()
                    .map(document -> document.getKey().series().aggregation()
                            + document.getKey().series().attributionType()
                            + document.getValue())
                    .sorted()
                    .toList();
        }
    }

    private final class PausedQueue implements JobQueue {
        private final JobQueue queue;

        PausedQueue(JobQueue queue) {
            this.queue = queue;
        }

        private <T> @Nullable T script(String what, Supplier<@Nullable T> call) {
            try {
                return write(what, call);
            } catch (OutcomeUnknown unknown) {
                throw new Unavailable("no answer", unknown);
            }
        }

        @Override
        public void enqueue(Collection<Job> jobs) {
            script("enqueue " + jobs.size(), () -> {
                queue.enqueue(jobs);
                return null;
            });
        }

        @Override
        public ClaimedBatch claim(String lane, long epoch, int jobsMax, long bytesMax, long nowMillis) {
            List<ClaimedBatch> claimed = new ArrayList<>();
            try {
                turns.write("claim jobs " + lane + ":" + epoch, List.of(() -> {
                    ClaimedBatch batch = queue.claim(lane, epoch, jobsMax, bytesMax, nowMillis);
                    words.accept("jobs -> " + batch);
                    if (!batch.jobs().isEmpty()) {
                        turns.changed();
                    }
                    claimed.add(batch);
                }));
            } catch (OutcomeUnknown unknown) {
                throw new Unavailable("no answer", unknown);
            }
            return claimed.get(0);
        }

        @Override
        public void acknowledge(String lane, long epoch, Collection<Job> back, Map<Job, Long> delayed) {
            script("acknowledge " + lane + ":" + epoch, () -> {
                queue.acknowledge(lane, epoch, back, delayed);
                return null;
            });
        }

        @Override
        public int giveBack(Processing processing, int jobsMax) {
            String what = "give back " + processing.lane() + ":" + processing.epoch();
            return given(script(what, () -> queue.giveBack(processing, jobsMax)));
        }

        @Override
        public void hold(boolean held) {
            queue.hold(held);
        }

        @Override
        public State state() {
            State state = read("look at the queue", queue::state);
            List<Processing> lists = state.processing().stream()
                    .sorted(Comparator.comparing(Processing::lane).thenComparing(Processing::epoch))
                    .toList();
            State sorted =
                    new State(state.held(), state.ready(), state.delayed(), state.oldestEnqueuedAtMillis(), lists);
            words.accept("queue -> " + sorted);
            return sorted;
        }
    }
}
