package dev.tallyworks.worker.protocol;

import dev.tallyworks.definition.Aggregation;
import dev.tallyworks.definition.Change;
import dev.tallyworks.definition.DefinitionLog;
import dev.tallyworks.definition.Definitions;
import dev.tallyworks.definition.Generations;
import dev.tallyworks.definition.Rebuild;
import dev.tallyworks.definition.RebuildChanges;
import dev.tallyworks.definition.Report;
import dev.tallyworks.definition.Retention;
import dev.tallyworks.definition.Snapshot;
import dev.tallyworks.definition.Source;
import dev.tallyworks.event.Attribution;
import dev.tallyworks.event.DoneEvents;
import dev.tallyworks.event.Event;
import dev.tallyworks.event.EventRef;
import dev.tallyworks.failure.OutcomeUnknown;
import dev.tallyworks.failure.Unavailable;
import dev.tallyworks.lane.LaneStatus;
import dev.tallyworks.lane.Lanes;
import dev.tallyworks.metric.EventMetrics;
import dev.tallyworks.metric.FieldMetrics;
import dev.tallyworks.plugin.Hooks;
import dev.tallyworks.queue.Job;
import dev.tallyworks.queue.JobQueue;
import dev.tallyworks.queue.RetryPolicy;
import dev.tallyworks.rebuild.Horizon;
import dev.tallyworks.rebuild.Rebuilds;
import dev.tallyworks.removal.Leftovers;
import dev.tallyworks.rollup.RollupDelta;
import dev.tallyworks.time.Granularity;
import dev.tallyworks.time.TimeRange;
import dev.tallyworks.worker.batch.Aggregator;
import dev.tallyworks.worker.batch.SilentMeter;
import dev.tallyworks.worker.lease.LaneCrew;
import dev.tallyworks.worker.lease.LaneOffice;
import dev.tallyworks.worker.lease.LeaseKeeper;
import dev.tallyworks.worker.lease.WorkerSettings;
import dev.tallyworks.worker.rebuild.RebuildLimits;
import dev.tallyworks.worker.rebuild.RebuildMeter;
import dev.tallyworks.worker.rebuild.Rebuilder;
import dev.tallyworks.worker.recovery.Janitor;
import dev.tallyworks.worker.recovery.OutboxRelay;
import dev.tallyworks.worker.recovery.RecoveryMeter;
import dev.tallyworks.worker.retention.Expiry;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * One run: a few events, some of them odd, a few worker processes made of the real code, and whatever the schedule does to
 * them. All of it follows from the seed.
 */
final class Run {
    static final String SOURCE = "shop";
    private static final Duration LEASE = Duration.ofSeconds(15);
    private static final int ATTEMPTS_MAX = 4;
    private static final long NOON = 1_672_574_700_000L;
    private static final Duration KEPT = Duration.ofDays(1);
    private static final Duration HOURS = Duration.ofHours(3);
    private static final long NEWER = 2;
    private static final String REBUILD = "b1";
    private static final int DEEDS_MAX = 3;

    /** What is odd about an event. */
    enum Temper {
        PLAIN,
        /** Fails once, with whoever comes first. */
        MOODY,
        /** Fails with the first two processes, which run an older plugin, say, until that is replaced. */
        UNEVEN,
        /** Fails always. */
        POISON,
        /** Kills its process, always. */
        KILLER
    }

    /** Where a run keeps its data. */
    interface Place {
        /** The ports of one process. */
        Aggregator.Stores stores(Definitions definitions);

        Lanes lanesForRelay();

        void insert(Event event);

        /** Both as an operator does with a dead event; give 1 where it was dead. */
        long retry(EventRef event);

        long discard(EventRef event);

        List<Fate> fates();

        /** How often each document contains each event. */
        Map<RollupDelta.Target, Map<String, Long>> counts();

        JobQueue.State queue();

        List<LaneStatus> lanes();

        /** What a rebuild reads. */
        DoneEvents done();

        Rebuilds rebuilds();

        /** What removes expired events. */
        Leftovers leftovers();

        /** Whether it goes without a clause. */
        default boolean lacks(Clause clause) {
            return false;
        }
    }

    @FunctionalInterface
    interface Places {
        Place make(Turns turns);
    }

    private final Random random;
    private final Schedule schedule;
    private final Place place;
    private final List<Snapshot> log = new ArrayList<>();
    private final Map<String, Temper> tempers = new HashMap<>();
    private final Set<String> moodsOver = new HashSet<>();
    private final boolean rebuilding;
    private boolean hoursPassed;
    private boolean begunAfterHours;
    private final int batchEventsMax;
    private final int lanes;
    private final int jobsMin;
    private final int workers;

    /** @param trace takes a line for each step, or null */
    Run(long seed, Focus focus, Places places, @Nullable List<String> trace) {
        random = new Random(seed);
        workers = focus.lanes() > 0 ? 3 : 2 + random.nextInt(2);
        lanes = focus.lanes() > 0 ? focus.lanes() : 1 + random.nextInt(3);
        batchEventsMax = List.of(1, 2, 5).get(focus.lanes() > 1 ? 0 : random.nextInt(3));
        jobsMin = focus.lanes();
        boolean killing = random.nextInt(12) == 0;
        Schedule.Weather weather = Schedule.Weather.of(random, focus);
        schedule = new Schedule(random, weather, this::bear, this::checkCounts, killing ? 300 : 100, trace);
        place = places.make(schedule);
        place.lanesForRelay().provide(lanes);
        log.add(new Snapshot(0, Map.of(), Map.of(), Map.of()));
        log.add(snapshot(1, "a1"));
        boolean versions = focus.versions() || focus.lanes() == 0 && random.nextInt(3) == 0;
        rebuilding = focus.rebuild() || versions && random.nextBoolean();
        List<Event> events = new ArrayList<>();
        int count = focus.lanes() > 0 ? 1 : 1 + random.nextInt(3);
        for (int i = 0; i < count; i++) {
            Temper temper = killing && i == 0 ? Temper.KILLER : focus.lanes() > 0 ? Temper.UNEVEN : temper();
            events.add(event("x" + i, 1, temper));
        }
        Schedule.Process intake = schedule.outsider("intake");
        intake.run("posts", () -> post(intake, events, versions));
        if (focus.lanes() == 0) {
            Schedule.Process operator = schedule.outsider("operator");
            operator.run("decides", () -> operate(operator));
        }
        if (rebuilding) {
            Schedule.Process time = schedule.outsider("time");
            time.run("passes", () -> {
                time.pause(1);
                schedule.read("hours pass");
                hoursPassed = true;
            });
        }
    }

    /** The time of day, which leases do not go by here. */
    private Instant time() {
        return Instant.ofEpochMilli(NOON).plus(KEPT).plus(hoursPassed ? HOURS : Duration.ZERO);
    }

    private Temper temper() {
        return switch (random.nextInt(10)) {
            case 0 -> Temper.POISON;
            case 1, 2 -> Temper.MOODY;
            case 3, 4 -> Temper.UNEVEN;
            default -> Temper.PLAIN;
        };
    }

    private Event event(String uuid, long version, Temper temper) {
        tempers.put(uuid, temper);
        // One that has been kept long enough, another that will have been in some hours.
        boolean old = rebuilding && random.nextInt(3) == 0;
        return new Event(
                new EventRef(SOURCE, 1, uuid),
                "sale",
                old ? NOON - HOURS.toMillis() : NOON,
                schedule.clock.millis(),
                Map.of(uuid, BigDecimal.ONE),
                List.of(new Attribution("customer", "c")),
                version,
                100);
    }

    /** Runs. Gives what went wrong, or null. */
    @Nullable
    String run() {
        String fault = schedule.run(workers);
        return fault != null ? fault : whatIsWrongAtTheEnd();
    }

    int steps() {
        return schedule.steps();
    }

    // ---- who acts ----

    private void post(Schedule.Process intake, List<Event> events, boolean versions) {
        JobQueue queue = place.stores(new DefinitionsInMemory(log, schedule, schedule::readsOld))
                .queue();
        for (Event event : events) {
            insertAndEnqueue(event, queue);
            if (random.nextBoolean()) {
                intake.pause(1);
            }
        }
        if (versions) {
            schedule.read("define a2");
            log.add(rebuilding ? begun() : snapshot(NEWER, "a1", "a2"));
            insertAndEnqueue(event("y", NEWER, Temper.PLAIN), queue);
            insertAndEnqueue(event("late", 1, Temper.PLAIN), queue);
        }
    }

    /** A job that is lost is found by the relay, one too many does no harm. */
    private void insertAndEnqueue(Event event, JobQueue queue) {
        schedule.read("post " + event.ref().uuid());
        place.insert(event);
        int jobs = Math.max(jobsMin, List.of(0, 1, 1, 1, 2, 2).get(random.nextInt(6)));
        for (int i = 0; i < jobs; i++) {
            try {
                queue.enqueue(List.of(new Job(event.ref(), 100, schedule.clock.millis(), "")));
            } catch (RuntimeException lost) {
                // The relay finds it.
            }
        }
    }

    /** Retries and discards what is dead or was a moment ago, again where no answer comes; at times nothing is enqueued. */
    private void operate(Schedule.Process operator) {
        JobQueue queue = place.stores(new DefinitionsInMemory(log, schedule, schedule::readsOld))
                .queue();
        for (int deeds = 0; deeds < DEEDS_MAX; ) {
            List<EventRef> dead = place.fates().stream()
                    .filter(fate -> fate.died() != null)
                    .map(fate -> fate.event().ref())
                    .toList();
            if (dead.isEmpty() || random.nextBoolean()) {
                operator.pause(1);
            }
            if (!dead.isEmpty()) {
                deeds++;
                EventRef chosen = dead.get(random.nextInt(dead.size()));
                decide(chosen, random.nextInt(4) == 0, queue);
            }
        }
    }

    private void decide(EventRef dead, boolean discard, JobQueue queue) {
        for (int tries = 0; tries < 3; tries++) {
            try {
                if (discard) {
                    place.discard(dead);
                    return;
                }
                place.retry(dead);
                if (random.nextInt(3) > 0) {
                    queue.enqueue(List.of(new Job(dead, 100, schedule.clock.millis(), "")));
                }
                return;
            } catch (OutcomeUnknown | Unavailable again) {
                // As a client does.
            }
        }
    }

    /** The next version, with another aggregation, and with numbers of the first that are to be made anew. */
    private Snapshot begun() {
        Snapshot newest = snapshot(NEWER, "a1", "a2");
        begunAfterHours = hoursPassed;
        Instant now = time();
        Rebuild rebuild = new Rebuild(REBUILD, "r1", List.of("a1"), null, false, Rebuild.State.RUNNING, null, now, now);
        Aggregation first = newest.aggregation("a1").orElseThrow();
        TimeRange range =
                place.lacks(Clause.REBUILD_HORIZON) ? Generations.ALWAYS : Horizon.whole(newest, first.meaning(), now);
        RebuildChanges.Target target = new RebuildChanges.Target(first, range, first.meaning());
        return DefinitionsInMemory.next(newest, NEWER, RebuildChanges.begin(rebuild, List.of(target), NEWER, now));
    }

    private void bear(Schedule born) {
        Schedule.Process process = born.process("w");
        DefinitionLog definitions = new DefinitionsInMemory(log, schedule, schedule::readsOld);
        Aggregator.Stores stores = place.stores(definitions);
        WorkerSettings settings = new Settings();
        LeaseKeeper keeper = new LeaseKeeper(stores.lanes(), schedule.clock, LEASE);
        LaneOffice office = new LaneOffice(stores.lanes(), schedule.clock, LEASE, process.name, random);
        Aggregator aggregator = new Aggregator(
                stores,
                (event, aggregation) -> measure(process, event, aggregation),
                new RetryPolicy(1, 1, ATTEMPTS_MAX),
                new SilentMeter(),
                schedule.clock);
        LaneCrew crew = new LaneCrew(stores.lanes(), office, keeper, aggregator, settings, process);
        Janitor janitor = new Janitor(stores.lanes(), stores.queue(), crew, RecoveryMeter.NONE, schedule.clock);
        OutboxRelay relay = new OutboxRelay(
                definitions,
                stores.events(),
                place.lanesForRelay(),
                stores.queue(),
                lost -> {},
                RecoveryMeter.NONE,
                schedule.clock);
        crew.loops().forEach(loop -> process.run("loop", loop));
        List<Consumer<Schedule.Process>> duties = new ArrayList<>(List.of(
                alive -> alive.begin("janitor", janitor::run),
                alive -> alive.begin("relay", relay::run),
                alive -> alive.begin("leases", keeper::renewAll)));
        if (rebuilding) {
            Rebuilder rebuilder = rebuilder(process, definitions, stores);
            // No server is behind for hours.
            BooleanSupplier readsOld = () -> hoursPassed == begunAfterHours && schedule.readsOld();
            DefinitionLog known = new DefinitionsInMemory(log, schedule, readsOld) {
                @Override
                public Snapshot refresh() {
                    Snapshot newest = super.refresh();
                    return place.lacks(Clause.REBUILD_KEPT) ? withoutBuildings(newest) : newest;
                }
            };
            Expiry expiry = new Expiry(
                    known,
                    stores.lanes(),
                    place.leftovers(),
                    Hooks.none(),
                    Duration.ofMinutes(1),
                    ((InstantSource) this::time).withZone(ZoneOffset.UTC));
            duties.add(alive -> alive.begin("rebuild", rebuilder));
            duties.add(alive -> alive.begin("expiry", expiry));
        }
        process.nowAndThen(duties);
    }

    private Rebuilder rebuilder(Schedule.Process process, DefinitionLog definitions, Aggregator.Stores stores) {
        return new Rebuilder(
                new Rebuilder.Stores(
                        definitions,
                        stores.lanes(),
                        place.done(),
                        stores.rollups(),
                        place.rebuilds(),
                        RebuildMeter.NONE),
                new FieldMetrics(),
                new RebuildLimits(1 + random.nextInt(2), 1_000),
                process,
                schedule.clock,
                process.name,
                LEASE);
    }

    /** Definitions without what is being built. */
    private static Snapshot withoutBuildings(Snapshot known) {
        return DefinitionsInMemory.next(
                known,
                known.version(),
                known.aggregations().stream()
                        .map(one -> Change.set(one.with(one.generations().abandoned())))
                        .toList());
    }

    private EventMetrics measure(Schedule.Process process, Event event, Aggregation aggregation) {
        String uuid = event.ref().uuid();
        switch (tempers.get(uuid)) {
            case POISON -> throw new IllegalStateException("poison");
            case KILLER -> schedule.die();
            case MOODY -> {
                if (moodsOver.add(uuid)) {
                    throw new IllegalStateException("not in the mood");
                }
            }
            case UNEVEN -> {
                boolean older = process.name.equals("w1") || process.name.equals("w2");
                if (older && schedule.isUnsettled()) {
                    throw new IllegalStateException("poison to " + process.name);
                }
            }
            default -> {}
        }
        return new FieldMetrics().generate(event, aggregation);
    }

    private final class Settings implements WorkerSettings {
        @Override
        public int threads() {
            return 1;
        }

        @Override
        public int lanes() {
            return lanes;
        }

        @Override
        public Duration lease() {
            return LEASE;
        }

        @Override
        public int batchEventsMax() {
            return batchEventsMax;
        }

        @Override
        public long batchBytesMax() {
            return 1_000;
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

    // ---- what must hold ----

    /** At any time: no document contains an event twice, and what is finished is in the numbers that are in force. */
    private void checkCounts() {
        place.counts()
                .forEach((target, counts) -> counts.forEach((uuid, count) -> {
                    if (count > 1) {
                        throw new AssertionError("counted twice: " + uuid + " in "
                                + target.series().aggregation() + " of "
                                + target.series().attributionType());
                    }
                }));
        if (rebuilding && log.size() > NEWER) {
            for (Fate fate : place.fates()) {
                boolean finished =
                        !fate.pending() && fate.died() == null && !fate.discarded() && fate.batchVersion() != null;
                String lacks = finished ? whatAnswersLack(fate) : null;
                if (lacks != null) {
                    throw new AssertionError(lacks + ": " + fate.event().ref().uuid());
                }
            }
        }
    }

    /** When nothing moves any more: every event was counted once, or is dead, and nothing is left anywhere. */
    private @Nullable String whatIsWrongAtTheEnd() {
        for (Fate fate : place.fates()) {
            String wrong = whatIsWrongWith(fate);
            if (wrong != null) {
                return wrong + ": " + fate.event().ref().uuid();
            }
        }
        JobQueue.State queue = place.queue();
        if (queue.ready() + queue.delayed() + queue.inProcess() > 0) {
            return "jobs are left: " + queue;
        }
        for (LaneStatus lane : place.lanes()) {
            if (!lane.done()) {
                return "a batch is left: " + lane;
            }
        }
        for (Rebuild rebuild : log.get(log.size() - 1).rebuilds()) {
            if (rebuild.state() != Rebuild.State.DONE) {
                return "a rebuild is left: " + rebuild;
            }
        }
        return null;
    }

    private @Nullable String whatIsWrongWith(Fate fate) {
        String uuid = fate.event().ref().uuid();
        Temper temper = tempers.get(uuid);
        if (fate.pending()) {
            return "lost, pending for ever";
        }
        Set<String> documents = documentsOf(uuid, target -> true);
        if (fate.discarded()) {
            return documents.isEmpty() ? null : "discarded and counted";
        }
        if (fate.died() != null) {
            if (temper == Temper.PLAIN || temper == Temper.MOODY) {
                return "dead, though it never fails for long (" + fate.died() + ")";
            }
            // A process that is killed while it tries poison leaves that reason as well.
            boolean told = fate.died().contains("the worker died")
                    || temper != Temper.KILLER && fate.died().contains("poison");
            if (!told || fate.attempts() != ATTEMPTS_MAX) {
                return "dead after " + fate.attempts() + " attempts because " + fate.died();
            }
            if (fate.claimed()) {
                return "dead and claimed, so that a retry would find it taken";
            }
            return documents.isEmpty() ? null : "dead and counted";
        }
        if (temper == Temper.POISON || temper == Temper.KILLER) {
            return "finished, though it can't be counted";
        }
        return whatAnswersLack(fate);
    }

    /** Numbers in force lack an event that is finished. */
    private @Nullable String whatAnswersLack(Fate fate) {
        Snapshot newest = log.get(log.size() - 1);
        long timestamp = fate.event().timestampMillis();
        Set<String> expected = new HashSet<>();
        for (Aggregation aggregation : log.get((int) fate.event().version()).fedBy(SOURCE, "sale")) {
            expected.add(aggregation.id() + ' ' + Attribution.TOTAL);
            expected.add(aggregation.id() + " customer");
        }
        Set<String> documents = documentsOf(fate.event().ref().uuid(), target -> {
            Aggregation aggregation =
                    newest.aggregation(target.series().aggregation()).orElseThrow();
            return aggregation
                            .portions(new TimeRange(timestamp, timestamp + 1))
                            .get(0)
                            .aggregation()
                            .generation()
                    == target.series().generation();
        });
        return documents.equals(expected)
                ? null
                : "lost, counted only in " + documents + " and not in all of " + expected + " as of version "
                        + newest.version();
    }

    private Set<String> documentsOf(String uuid, Predicate<RollupDelta.Target> which) {
        return place.counts().entrySet().stream()
                .filter(document ->
                        which.test(document.getKey()) && document.getValue().getOrDefault(uuid, 0L) == 1)
                .map(document -> document.getKey().series().aggregation()
                        + ' '
                        + document.getKey().series().attributionType())
                .collect(Collectors.toSet());
    }

    private static Snapshot snapshot(long version, String... aggregations) {
        Instant then = Instant.EPOCH;
        Map<String, Aggregation> all = new HashMap<>();
        for (String id : aggregations) {
            all.put(
                    id,
                    new Aggregation(
                            id,
                            "r1",
                            1,
                            "aggr_" + id,
                            Granularity.MINUTE,
                            new Aggregation.Filter(List.of(), List.of()),
                            new Aggregation.Partition(false, 0),
                            null,
                            new Aggregation.Fields(List.of(), List.of()),
                            new Aggregation.Limits(1000, 10000),
                            true,
                            List.of(),
                            new Aggregation.Sketches(List.of(), List.of()),
                            false,
                            then,
                            then));
        }
        Source source = new Source(
                SOURCE,
                1,
                "Shop",
                null,
                List.of(),
                new Retention((int) KEPT.toDays(), null),
                true,
                Map.of(),
                Source.State.OPEN,
                then,
                then);
        return new Snapshot(
                version, Map.of(SOURCE, source), Map.of("r1", new Report("r1", "R", null, true, then, then)), all);
    }
}
