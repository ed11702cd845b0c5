package dev.tallyworks.fresh;

import dev.tallyworks.definition.Aggregation;
import dev.tallyworks.definition.Definitions;
import dev.tallyworks.definition.Report;
import dev.tallyworks.definition.Snapshot;
import dev.tallyworks.definition.Source;
import dev.tallyworks.event.CommitId;
import dev.tallyworks.event.Event;
import dev.tallyworks.event.EventRef;
import dev.tallyworks.event.PendingEvents;
import dev.tallyworks.event.RawEvents;
import dev.tallyworks.event.RecordedEvent;
import dev.tallyworks.failure.Unavailable;
import dev.tallyworks.queue.Job;
import dev.tallyworks.queue.JobQueue;
import dev.tallyworks.realtime.Completeness;
import dev.tallyworks.realtime.RealtimeRollups;
import dev.tallyworks.realtime.RealtimeWindow;
import dev.tallyworks.rollup.RollupDelta;
import dev.tallyworks.rollup.RollupNumbers;
import dev.tallyworks.rollup.RollupScan;
import dev.tallyworks.rollup.Selection;
import dev.tallyworks.rollup.SeriesKey;
import dev.tallyworks.rollup.StoredRollup;
import dev.tallyworks.time.Granularity;
import dev.tallyworks.time.TimeRange;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * MongoDB and Redis in memory, as the ports say, without the clause that is named. All is done while everybody else stands, so
 * nothing is synchronized.
 */
final class Stores {
    static final String SOURCE = "shop";
    static final String REPORT = "r1";
    static final String FIELD = "v";

    /** The unit of time here is five minutes, what the contract allows of the future. */
    static final long UNIT = RealtimeWindow.DEFAULT.futureMillis();

    static final RealtimeWindow WINDOW = new RealtimeWindow(UNIT, 2 * UNIT, UNIT, UNIT, UNIT);

    enum State {
        PENDING,
        /** In the stored rollups, and not finished. */
        APPLIED,
        DONE
    }

    static final class Recorded {
        final Event event;
        final CommitId commit;
        State state = State.PENDING;
        private long notBeforeMillis;

        Recorded(Event event, CommitId commit) {
            this.event = event;
            this.commit = commit;
        }
    }

    /** What is asked to be done later: others come in between. */
    record Later(String what, Runnable change) {}

    private record Number(SeriesKey series, long bucketMillis, String type, BigDecimal value) {}

    private final Turns turns;
    private final Random random;
    private final @Nullable Clause missing;
    private final Granularity width;
    private final Consumer<String> trace;
    private final Snapshot definitions;

    // MongoDB
    final Map<String, Recorded> events = new TreeMap<>();
    private long completeSinceMillis;

    // Redis
    private @Nullable Long token = 0L;
    private final Map<String, Long> writers = new HashMap<>();
    private final List<Number> numbers = new ArrayList<>();
    final Map<String, Long> jobs = new TreeMap<>();

    final List<Later> later = new ArrayList<>();
    long nowMillis;
    int faults;

    Stores(
            Turns turns,
            Random random,
            @Nullable Clause missing,
            Granularity width,
            long nowMillis,
            Consumer<String> trace) {
        this.turns = turns;
        this.random = random;
        this.missing = missing;
        this.width = width;
        this.nowMillis = nowMillis;
        this.trace = trace;
        this.definitions = definitions(width);
    }

    private static Snapshot definitions(Granularity width) {
        Instant then = Instant.EPOCH;
        Source source =
                new Source(SOURCE, 1, SOURCE, null, List.of(), null, true, Map.of(), Source.State.OPEN, then, then);
        Aggregation aggregation = new Aggregation(
                "a1",
                REPORT,
                1,
                "aggr_test",
                width,
                new Aggregation.Filter(List.of(), List.of()),
                new Aggregation.Partition(false, 0),
                null,
                new Aggregation.Fields(List.of(), List.of()),
                new Aggregation.Limits(1_000, 10_000),
                true,
                List.of(),
                new Aggregation.Sketches(List.of(), List.of()),
                false,
                then,
                then);
        Report report = new Report(REPORT, "Report", null, true, then, then);
        return new Snapshot(1, Map.of(SOURCE, source), Map.of(REPORT, report), Map.of("a1", aggregation));
    }

    private boolean on(Clause clause) {
        return missing != clause;
    }

    private void pass(Process process, String what) {
        turns.pass(process, what);
        trace.accept(process + ": " + what);
    }

    // ---- what happens to the stores ----

    private long completeFrom(long millis) {
        return on(Clause.FUTURE) ? millis : millis - WINDOW.futureMillis() - WINDOW.clockMillis();
    }

    private long shown(long sinceMillis) {
        return on(Clause.ROUND_UP) ? sinceMillis : width.bucketStartMillis(sinceMillis);
    }

    private boolean isKept(long bucketMillis) {
        long until = WINDOW.keptUntilMillis(width, bucketMillis);
        until -= on(Clause.WHOLE) ? 0 : width.widthMillis();
        until -= on(Clause.DEADLINE) ? 0 : WINDOW.queryMillis();
        return nowMillis < until;
    }

    void tick(long millis) {
        nowMillis += millis;
        numbers.removeIf(number -> !isKept(number.bucketMillis));
    }

    /** Redis loses all, or falls back to some of it under another run. */
    void lose(boolean all) {
        faults--;
        if (on(Clause.TOKEN)) {
            token = null;
            writers.clear();
            numbers.clear();
        } else {
            numbers.removeIf(number -> all || random.nextBoolean());
            writers.keySet().removeIf(writer -> all || random.nextBoolean());
            later.add(new Later("the loss is noticed", () -> moveTo(WINDOW.completeFromMillis(nowMillis))));
        }
        jobs.keySet().removeIf(job -> all || random.nextBoolean());
    }

    private void moveTo(long sinceMillis) {
        completeSinceMillis = Math.max(completeSinceMillis, completeFrom(sinceMillis));
    }

    private void beginAnew() {
        if (token == null) {
            token = completeFrom(WINDOW.completeFromMillis(nowMillis));
        }
    }

    private void script(RealtimeRollups.Commit commit) {
        beginAnew();
        CommitId id = commit.id();
        if (on(Clause.ONCE) && isKnown(id)) {
            return;
        }
        writers.merge(id.writer(), id.number(), Math::max);
        for (RollupDelta delta : commit.deltas()) {
            RollupDelta.Target target = delta.target();
            if (isKept(target.bucketMillis())) {
                BigDecimal value = delta.numbers().get(FIELD).sum().value();
                numbers.add(new Number(target.series(), target.bucketMillis(), target.eventType(), value));
            }
        }
        commit.jobs().forEach(job -> jobs.put(job.event().uuid(), job.enqueuedAtMillis()));
    }

    private boolean isKnown(CommitId id) {
        return writers.getOrDefault(id.writer(), 0L) >= id.number();
    }

    private static StoredRollup rollup(long bucketMillis, String type, BigDecimal value) {
        RollupNumbers read = new RollupNumbers();
        read.addCount(1, 0);
        read.number(FIELD).addCount(1);
        read.number(FIELD).sum().add(value);
        return new StoredRollup(bucketMillis, SOURCE, 1, type, read);
    }

    // ---- as a process sees them ----

    final class View {
        private final Process process;

        View(Process process) {
            this.process = process;
        }

        Definitions definitions() {
            return new Definitions() {
                @Override
                public Snapshot known() {
                    return definitions;
                }

                @Override
                public Snapshot refresh() {
                    return definitions;
                }

                @Override
                public Snapshot asOf(long version) {
                    return definitions;
                }
            };
        }

        RawEvents rawEvents() {
            return Partly.of(RawEvents.class, new RawEventsPart(process));
        }

        PendingEvents pendingEvents() {
            return Partly.of(PendingEvents.class, new PendingEventsPart(process));
        }

        JobQueue queue() {
            return Partly.of(JobQueue.class, new QueuePart(process));
        }

        RealtimeRollups realtime() {
            return Partly.of(RealtimeRollups.class, new RealtimePart(process));
        }

        /** @param moves the clause by which this process moves it in time */
        Completeness completeness(@Nullable Clause moves) {
            return new Completeness() {
                @Override
                public long sinceMillis() {
                    pass(process, "read complete since");
                    return shown(completeSinceMillis);
                }

                @Override
                public void moveTo(long sinceMillis) {
                    if (moves != null && !on(moves)) {
                        later.add(new Later(process + " moves complete since", () -> Stores.this.moveTo(sinceMillis)));
                        return;
                    }
                    pass(process, "move complete since");
                    if (faults > 0 && random.nextInt(3) == 0) {
                        faults--;
                        trace.accept("    ... MongoDB does not answer");
                        throw new Unavailable("MongoDB: no answer", new IllegalStateException());
                    }
                    Stores.this.moveTo(sinceMillis);
                }
            };
        }

        RollupScan stored() {
            return (partition, series, range, selection, to) -> {
                pass(process, "read the stored rollups of " + range);
                for (Recorded recorded : events.values()) {
                    long bucket = width.bucketStartMillis(recorded.event.timestampMillis());
                    if (recorded.state != State.PENDING && contains(range, bucket)) {
                        BigDecimal value = (BigDecimal) recorded.event.payload().get(FIELD);
                        to.accept(rollup(bucket, recorded.event.type(), value));
                    }
                }
            };
        }
    }

    private static boolean contains(TimeRange range, long millis) {
        return millis >= range.startMillis() && millis < range.endMillis();
    }

    public final class RawEventsPart {
        private final Process process;

        RawEventsPart(Process process) {
            this.process = process;
        }

        public Map<String, RecordedEvent> insert(String source, List<Event> inserted, CommitId commit) {
            pass(
                    process,
                    "insert "
                            + inserted.stream().map(event -> event.ref().uuid()).toList());
            CommitId id = on(Clause.ABANDON) ? commit : process.underOneName(commit);
            Map<String, RecordedEvent> originals = new HashMap<>();
            for (Event event : inserted) {
                Recorded there = events.putIfAbsent(event.ref().uuid(), new Recorded(event, id));
                if (there != null) {
                    boolean aggregated = there.state == State.DONE;
                    originals.put(event.ref().uuid(), new RecordedEvent(there.event, aggregated, null));
                }
            }
            return originals;
        }

        public Map<String, RecordedEvent> find(String source, long incarnation, Collection<String> uuids) {
            return Map.of();
        }

        public Map<String, CommitId> commits(String source, long incarnation, Collection<String> uuids) {
            pass(process, "read the commits of " + uuids);
            Map<String, CommitId> found = new HashMap<>();
            uuids.forEach(uuid -> found.put(uuid, events.get(uuid).commit));
            return found;
        }

        public Optional<RawEvents.OldestPending> oldestPending(String source) {
            pass(process, "look for the oldest pending event");
            List<Event> pending = events.values().stream()
                    .filter(recorded -> recorded.state != State.DONE)
                    .map(recorded -> recorded.event)
                    .toList();
            return pending.stream()
                    .min(Comparator.comparing(Event::timestampMillis))
                    .map(oldest -> new RawEvents.OldestPending(
                            oldest.timestampMillis(),
                            pending.stream()
                                    .mapToLong(Event::receivedAtMillis)
                                    .min()
                                    .orElseThrow()));
        }

        public boolean lacks(String source, TimeRange range) {
            pass(process, "look for pending events in " + range);
            return events.values().stream()
                    .anyMatch(recorded ->
                            recorded.state != State.DONE && contains(range, recorded.event.timestampMillis()));
        }

        public boolean hasDead(String source, TimeRange range) {
            return false;
        }

        public boolean hasDiscarded(String source, TimeRange range) {
            return false;
        }
    }

    public final class PendingEventsPart {
        private final Process process;

        PendingEventsPart(Process process) {
            this.process = process;
        }

        public PendingEvents.Scan scan(
                String source, PendingEvents.@Nullable ScanPosition from, long receivedBeforeMillis, int limit) {
            pass(process, "scan pending events");
            List<PendingEvents.Pending> found = events.values().stream()
                    .filter(recorded ->
                            recorded.state == State.PENDING && recorded.event.receivedAtMillis() < receivedBeforeMillis)
                    .map(recorded -> new PendingEvents.Pending(
                            recorded.event.ref(),
                            recorded.event.type(),
                            recorded.event.timestampMillis(),
                            recorded.commit,
                            recorded.event.receivedAtMillis(),
                            recorded.event.sizeBytes(),
                            null,
                            recorded.notBeforeMillis))
                    .toList();
            return new PendingEvents.Scan(found, null);
        }

        public void postpone(Collection<EventRef> postponed, long notBeforeMillis) {
            pass(process, "postpone");
            postponed.forEach(ref -> events.get(ref.uuid()).notBeforeMillis = notBeforeMillis);
        }
    }

    public final class QueuePart {
        private final Process process;

        QueuePart(Process process) {
            this.process = process;
        }

        public JobQueue.State state() {
            pass(process, "look at the queue");
            Long oldest = jobs.values().stream().min(Comparator.naturalOrder()).orElse(null);
            return new JobQueue.State(false, jobs.size(), 0, oldest, List.of());
        }

        public void enqueue(Collection<Job> more) {
            pass(
                    process,
                    "enqueue " + more.stream().map(job -> job.event().uuid()).toList());
            more.forEach(job -> jobs.put(job.event().uuid(), job.enqueuedAtMillis()));
        }
    }

    public final class RealtimePart {
        private final Process process;

        RealtimePart(Process process) {
            this.process = process;
        }

        public void commit(RealtimeRollups.Commit given, long processMillis) {
            pass(
                    process,
                    "script of "
                            + given.jobs().stream()
                                    .map(job -> job.event().uuid())
                                    .toList());
            RealtimeRollups.Commit commit = on(Clause.ABANDON)
                    ? given
                    : new RealtimeRollups.Commit(process.underOneName(given.id()), given.deltas(), given.jobs());
            Later again = new Later("a script runs late", () -> script(commit));
            int fate = faults > 0 ? random.nextInt(8) : 7;
            faults -= fate < 4 ? 1 : 0;
            if (fate == 2) {
                later.add(again);
            }
            if (fate == 1 || fate > 2) {
                script(commit);
            }
            if (fate == 3) {
                later.add(again); // the driver sends it twice
            }
            if (fate < 3) {
                trace.accept("    ... no answer; "
                        + List.of("it never arrives", "it is done", "it is on its way")
                                .get(fate));
                throw new Unavailable("Redis: no answer", new IllegalStateException());
            }
        }

        public boolean knows(CommitId commit) {
            pass(process, "ask for a commit");
            boolean asked = !on(Clause.DUPLICATE) && process.name().startsWith("intake");
            return asked || isKnown(commit);
        }

        public long beat() {
            pass(process, "beat");
            beginAnew();
            return token;
        }

        public long read(SeriesKey series, TimeRange range, Selection selection, Consumer<StoredRollup> to) {
            pass(process, "read the realtime rollups of " + range);
            if (token == null) {
                return Long.MAX_VALUE;
            }
            for (Number number : numbers) {
                if (number.series.equals(series) && contains(range, number.bucketMillis)) {
                    to.accept(rollup(number.bucketMillis, number.type, number.value));
                }
            }
            return shown(token);
        }
    }
}
