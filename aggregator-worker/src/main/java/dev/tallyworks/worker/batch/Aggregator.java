package dev.tallyworks.worker.batch;

import dev.tallyworks.definition.Aggregation;
import dev.tallyworks.definition.Definitions;
import dev.tallyworks.definition.Snapshot;
import dev.tallyworks.event.Claim;
import dev.tallyworks.event.Event;
import dev.tallyworks.event.EventRef;
import dev.tallyworks.event.Fault;
import dev.tallyworks.event.PendingEvents;
import dev.tallyworks.lane.Lanes;
import dev.tallyworks.lane.Manifest;
import dev.tallyworks.metric.EventMetrics;
import dev.tallyworks.metric.MetricGenerator;
import dev.tallyworks.queue.Job;
import dev.tallyworks.queue.JobQueue;
import dev.tallyworks.queue.RetryPolicy;
import dev.tallyworks.rollup.RollupDelta;
import dev.tallyworks.rollup.RollupFold;
import dev.tallyworks.rollup.Rollups;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Runs batches on a lane, as the protocol of the design says: claim, open, own, generate, seal, apply, finish, close. Each
 * step's filter makes it harmless when it is late or repeated, so every step is simply tried until the store answers; a step
 * that finds the lane in other hands ends the batch without touching anything more. Holds no state between batches and may be
 * used by many lanes at once.
 */
public final class Aggregator {
    private static final Logger LOG = Logger.getLogger(Aggregator.class);
    private static final int APPLY_DOCUMENTS_MAX = 2_000;

    private final Stores stores;
    private final MetricGenerator generator;
    private final RetryPolicy retries;
    private final BatchMeter meter;
    private final Clock clock;

    /** What a batch reads and writes. */
    public record Stores(Definitions definitions, Lanes lanes, PendingEvents events, Rollups rollups, JobQueue queue) {}

    public Aggregator(Stores stores, MetricGenerator generator, RetryPolicy retries, BatchMeter meter, Clock clock) {
        this.stores = stores;
        this.generator = generator;
        this.retries = retries;
        this.meter = meter;
        this.clock = clock;
    }

    /**
     * Runs one batch, if there are jobs.
     *
     * @return what was claimed
     * @throws LaneLost where the lane has another owner now
     */
    public JobQueue.ClaimedBatch runBatch(OwnedLane lane, int eventsMax, long bytesMax) throws LaneLost {
        JobQueue.ClaimedBatch claimed =
                stores.queue().claim(lane.id(), lane.epoch(), eventsMax, bytesMax, clock.millis());
        if (claimed.unreadable() > 0) {
            LOG.errorf(
                    "dropped %d jobs of an unknown format; the relay enqueues their events again",
                    claimed.unreadable());
        }
        if (!claimed.jobs().isEmpty()) {
            Map<EventRef, Job> jobs = new LinkedHashMap<>();
            claimed.jobs().forEach(job -> jobs.putIfAbsent(job.event(), job));
            aggregate(lane, jobs);
        } else if (claimed.unreadable() > 0) {
            acknowledge(lane, Outcome.nothing());
        }
        return claimed;
    }

    /**
     * Ends the batch that an earlier owner of the lane left behind, if there is one.
     *
     * @throws LaneLost where the lane has another owner now
     */
    public void recover(OwnedLane lane, Manifest left) throws LaneLost {
        if (left instanceof Manifest.Open open) {
            LOG.infof(
                    "lane %s: taking over batch %d, open, %d events",
                    lane.id(), open.seq(), open.candidates().size());
            meter.takenOver(false);
            recoverOpen(lane, open);
        } else if (left instanceof Manifest.Sealed sealed) {
            LOG.infof(
                    "lane %s: taking over batch %d, sealed, %d events",
                    lane.id(), sealed.seq(), sealed.events().size());
            meter.takenOver(true);
            applySealed(lane, sealed);
        }
    }

    private void aggregate(OwnedLane lane, Map<EventRef, Job> jobs) throws LaneLost {
        try (BatchMeter.Batch times = meter.begin(lane.id(), jobs.size(), jobs.values())) {
            aggregate(lane, jobs, times);
        }
    }

    private void aggregate(OwnedLane lane, Map<EventRef, Job> jobs, BatchMeter.Batch times) throws LaneLost {
        List<EventRef> candidates = List.copyOf(jobs.keySet());
        long seq = lane.seq() + 1;
        Snapshot definitions = open(lane, seq, candidates);
        lane.opened(seq);
        times.ended(BatchMeter.Phase.OPEN);

        Claim claim = lane.claim();
        List<Event> owned = own(lane, candidates, claim, definitions.version(), false);
        times.ended(BatchMeter.Phase.OWN);
        Collection<EventRef> newer = owned.size() == candidates.size()
                ? List.of()
                : lane.insist(() -> stores.events().newerThan(candidates, definitions.version()));
        List<Job> back = newer.stream().map(jobs::get).toList();

        Generated generated = generate(lane, owned, definitions, claim);
        times.ended(BatchMeter.Phase.GENERATE);
        sealAndApply(lane, generated, definitions.version(), times);
        acknowledge(lane, generated.outcome(jobs, back));
        times.ended(BatchMeter.Phase.FINISH);
        times.done(generated.events.size(), generated.failures.size());
        LOG.debugf(
                "lane %s: batch %d, %d events, %d failed",
                lane.id(), seq, generated.events.size(), generated.failures.size());
    }

    private Snapshot open(OwnedLane lane, long seq, List<EventRef> candidates) throws LaneLost {
        while (true) {
            Snapshot definitions = lane.insist(stores.definitions()::refresh);
            Lanes.Step step = lane.insist(
                    () -> stores.lanes().open(lane.id(), lane.epoch(), seq, candidates, definitions.version()));
            if (step == Lanes.Step.LOST) {
                throw new LaneLost(lane.id());
            }
            if (step == Lanes.Step.DONE) {
                return definitions;
            }
            // OUTDATED: the lane demands a version that was committed before, so the next refresh sees it.
            lane.checkStopped();
        }
    }

    private List<Event> own(OwnedLane lane, List<EventRef> candidates, Claim claim, long version, boolean heir) {
        lane.insist(() -> {
            stores.events().claim(candidates, claim, version, heir);
            return true;
        });
        return lane.insist(() -> stores.events().owned(candidates, claim));
    }

    private void recoverOpen(OwnedLane lane, Manifest.Open open) throws LaneLost {
        Claim claim = lane.claim();
        Snapshot definitions = definitionsAsOf(lane, open.version());
        List<EventRef> candidates = open.candidates();
        Generated tried = new Generated();
        if (open.takeovers() > 1) {
            candidates = tryOneByOne(lane, open, definitions, tried);
        }
        List<Event> owned = own(lane, candidates, claim, open.version(), true);
        Generated generated = generate(lane, owned, definitions, claim);
        generated.failures.putAll(tried.failures);
        try (BatchMeter.Batch times = meter.begin(lane.id(), owned.size(), List.of())) {
            sealAndApply(lane, generated, open.version(), times);
            times.done(generated.events.size(), generated.failures.size());
        }
        // The jobs themselves are in the list of the earlier owner, which goes back to the queue; those that failed
        // wait.
        acknowledge(lane, generated.outcome(Map.of(), List.of()));
    }

    /**
     * An event whose aggregation kills its worker would kill every heir. So the candidates are generated one by one, each
     * named in the manifest before; the one found named there is charged an attempt.
     *
     * @return the candidates that did not fail
     */
    private List<EventRef> tryOneByOne(OwnedLane lane, Manifest.Open open, Snapshot definitions, Generated tried)
            throws LaneLost {
        List<EventRef> passed = new ArrayList<>();
        Claim claim = lane.claim();
        EventRef killer = open.onTrial();
        if (killer != null) {
            LOG.errorf(
                    "lane %s: the batch died while trying event %s of %s", lane.id(), killer.uuid(), killer.source());
            for (Event event : own(lane, List.of(killer), claim, open.version(), true)) {
                release(
                        lane,
                        killer,
                        claim,
                        Fault.told("the worker died while aggregating it"),
                        event.sizeBytes(),
                        tried);
            }
        }
        for (EventRef candidate : open.candidates()) {
            if (candidate.equals(killer)) {
                continue;
            }
            lane.checkStopped(); // this may take long; a lane that is given up charges nobody
            checked(lane, () -> stores.lanes().onTrial(lane.id(), lane.epoch(), open.seq(), candidate));
            List<Event> owned = own(lane, List.of(candidate), claim, open.version(), true);
            Generated alone = generate(lane, owned, definitions, claim);
            tried.failures.putAll(alone.failures);
            if (!alone.failures.containsKey(candidate)) {
                passed.add(candidate);
            }
        }
        checked(lane, () -> stores.lanes().onTrial(lane.id(), lane.epoch(), open.seq(), null));
        return passed;
    }

    private void applySealed(OwnedLane lane, Manifest.Sealed sealed) throws LaneLost {
        Snapshot definitions = definitionsAsOf(lane, sealed.version());
        // What was sealed has been generated before, so a failure now is an alarm and is tried again: never a release.
        RollupFold fold = lane.insistOnAll(() -> {
            RollupFold folded = new RollupFold();
            for (Event event : stores.events().sealed(sealed.events())) {
                lane.progress();
                for (Measured measured : measure(event, definitions)) {
                    folded.add(event, measured.aggregation, measured.metrics);
                }
            }
            return folded;
        });
        try (BatchMeter.Batch times = meter.begin(lane.id(), sealed.events().size(), List.of())) {
            applyAndFinish(lane, sealed.events(), fold, sealed.version(), times);
            times.done(sealed.events().size(), 0);
        }
    }

    private Snapshot definitionsAsOf(OwnedLane lane, long version) {
        Snapshot known = lane.insist(stores.definitions()::refresh);
        if (known.version() < version) {
            throw new IllegalStateException("the definitions end at version " + known.version()
                    + ", but a batch went by version " + version + ": the log has lost entries");
        }
        return stores.definitions().asOf(version);
    }

    private void sealAndApply(OwnedLane lane, Generated generated, long version, BatchMeter.Batch times)
            throws LaneLost {
        checked(lane, () -> stores.lanes().seal(lane.id(), lane.epoch(), lane.seq(), generated.events));
        times.ended(BatchMeter.Phase.SEAL);
        applyAndFinish(lane, generated.events, generated.fold, version, times);
    }

    private void applyAndFinish(
            OwnedLane lane, List<EventRef> events, RollupFold fold, long version, BatchMeter.Batch times)
            throws LaneLost {
        // From here on the batch counts: whatever goes wrong is tried again, by this owner or the next.
        // In parts, each of which is progress: all at once may take a slow store longer than the lease.
        List<RollupDelta> deltas = fold.deltasOfAllLevels();
        for (int from = 0; from < deltas.size(); from += APPLY_DOCUMENTS_MAX) {
            List<RollupDelta> part = deltas.subList(from, Math.min(deltas.size(), from + APPLY_DOCUMENTS_MAX));
            lane.insistOnAll(() -> {
                stores.rollups().apply(lane.id(), lane.seq(), part);
                return true;
            });
        }
        times.ended(BatchMeter.Phase.APPLY);
        lane.insistOnAll(() -> {
            stores.events().finish(events, lane.claim(), version);
            return true;
        });
        checked(lane, () -> stores.lanes().close(lane.id(), lane.epoch(), lane.seq()));
        lane.closed();
    }

    private Generated generate(OwnedLane lane, List<Event> owned, Snapshot definitions, Claim claim) {
        Generated generated = new Generated();
        for (Event event : owned) {
            lane.progress();
            List<Measured> measured;
            try {
                measured = measure(event, definitions);
            } catch (RuntimeException | Error poison) {
                if (poison instanceof VirtualMachineError && !(poison instanceof StackOverflowError)) {
                    throw poison; // out of memory and the like: not the event's fault alone, and this process is done
                    // for
                }
                LOG.debugf(
                        poison,
                        "event %s of %s can't be aggregated",
                        event.ref().uuid(),
                        event.ref().source());
                release(lane, event.ref(), claim, Fault.of(poison), event.sizeBytes(), generated);
                continue;
            }
            for (Measured each : measured) {
                generated.fold.add(event, each.aggregation, each.metrics);
            }
            generated.events.add(event.ref());
        }
        return generated;
    }

    private record Measured(Aggregation aggregation, EventMetrics metrics) {}

    /** A pure function of the event and the definitions as of the batch, so that a batch that is applied again is the same. */
    private List<Measured> measure(Event event, Snapshot batch) {
        List<Measured> measured = new ArrayList<>();
        if (!batch.counts(event.ref().source(), event.ref().incarnation())) {
            return measured; // its source is being purged, or gone
        }
        Snapshot accepted = stores.definitions().asOf(event.version());
        String source = event.ref().source();
        // What was deleted since has no numbers any more; of what a rebuild makes, the batch decides.
        for (Aggregation aggregation : batch.fedBy(source, event.type(), event.timestampMillis(), accepted)) {
            measured.add(new Measured(aggregation, generator.generate(event, aggregation)));
        }
        return measured;
    }

    private void release(OwnedLane lane, EventRef event, Claim claim, Fault fault, int sizeBytes, Generated into) {
        long now = clock.millis();
        PendingEvents.Failed failed = new PendingEvents.Failed(
                fault,
                retries.attemptsMax(),
                now,
                attempts -> now + retries.pauseMillis(attempts, ThreadLocalRandom.current()));
        PendingEvents.Release released = lane.insistOrNull(() -> stores.events().release(event, claim, failed));
        if (released != null) {
            into.failures.put(event, new Failure(released, sizeBytes, now));
        }
    }

    private void acknowledge(OwnedLane lane, Outcome outcome) {
        try {
            stores.queue().acknowledge(lane.id(), lane.epoch(), outcome.back, outcome.delayed);
        } catch (RuntimeException failed) {
            // MongoDB has the truth: what was lost here is found by the relay, what is left over goes back with the
            // next claim.
            LOG.debugf(failed, "lane %s: jobs not acknowledged", lane.id());
        }
    }

    private void checked(OwnedLane lane, java.util.function.Supplier<Lanes.Step> change) throws LaneLost {
        if (lane.insist(change) != Lanes.Step.DONE) {
            throw new LaneLost(lane.id());
        }
    }

    private record Failure(PendingEvents.Release release, int sizeBytes, long atMillis) {}

    private record Outcome(List<Job> back, Map<Job, Long> delayed) {
        static Outcome nothing() {
            return new Outcome(List.of(), Map.of());
        }
    }

    /** What became of the owned events: those that were folded, and those that failed. */
    private static final class Generated {
        private final List<EventRef> events = new ArrayList<>();
        private final RollupFold fold = new RollupFold();
        private final Map<EventRef, Failure> failures = new HashMap<>();

        Outcome outcome(Map<EventRef, Job> jobs, List<Job> back) {
            Map<Job, Long> delayed = new HashMap<>();
            failures.forEach((event, failure) -> {
                @Nullable Job claimed = jobs.get(event);
                Job job = claimed != null ? claimed : new Job(event, failure.sizeBytes, failure.atMillis, "");
                Long due = failure.release.dueMillis();
                if (due != null) {
                    delayed.put(job, due);
                } // else it is dead: MongoDB keeps it, and no job stands for it any more
            });
            return new Outcome(back, delayed);
        }
    }
}
