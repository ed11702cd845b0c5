package dev.tallyworks.fresh;

import dev.tallyworks.api.intake.Intake;
import dev.tallyworks.api.intake.IntakeProcess;
import dev.tallyworks.api.query.QueryProcess;
import dev.tallyworks.event.EventDraft;
import dev.tallyworks.failure.Unavailable;
import dev.tallyworks.lane.Lanes;
import dev.tallyworks.metadata.Metadata;
import dev.tallyworks.metadata.MetadataNotes;
import dev.tallyworks.realtime.Gaps;
import dev.tallyworks.realtime.Heartbeat;
import dev.tallyworks.time.Granularity;
import dev.tallyworks.worker.recovery.OutboxRelay;
import dev.tallyworks.worker.recovery.RealtimeGaps;
import dev.tallyworks.worker.recovery.RecoveryMeter;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;

/**
 * A few events, posted to two processes, relayed, aggregated and asked for, in an order that a seed decides: intake, relay,
 * heartbeat and questions are the real code, stopped before each call of a store. In between time passes, scripts get no answer
 * or run late or twice, Redis loses what it has, and processes die.
 *
 * <p>What an answer may say: each event at most once; and unless it is partial, each event whose POST had returned when it was
 * asked, or that an answer had before.
 */
final class Run {
    private static final long START = 5_666_667 * Stores.UNIT;
    private static final long SMALL_TICK = 3_000;
    private static final int STEPS_END = 100_000;
    private static final ExecutorService THREADS = Executors.newCachedThreadPool(task -> {
        Thread thread = new Thread(task, "schedule");
        thread.setDaemon(true);
        return thread;
    });

    private final Random random;
    private final Turns turns = new Turns();
    private final List<String> trace = new ArrayList<>();
    private final Stores stores;
    private final List<Process> processes = new ArrayList<>();
    private final Map<Process, IntakeProcess> intakes = new HashMap<>();
    private final Map<String, EventDraft> drafts = new HashMap<>();
    private final List<String> unposted = new ArrayList<>();
    private final List<String> posted = new ArrayList<>();
    private final Set<String> returned = new TreeSet<>();
    private final Set<String> answered = new TreeSet<>();
    private final Process relaying;
    private final OutboxRelay relay;
    private final Heartbeat heartbeat;
    private final int deaths;
    private final int losses;
    private final boolean relayed;
    private int steps;
    private int bigTicks;
    private int repeats;
    private int questions;
    private int born;
    private boolean asking;
    private @Nullable String fault;
    private @Nullable Throwable thrown;

    private record Choice(int weight, Runnable action) {}

    /** @param focus where it would seldom be found by chance what the clause is for */
    Run(long seed, @Nullable Clause missing, @Nullable Clause focus) {
        relayed = focus == Clause.RELAY;
        deaths = focus == Clause.ABANDON ? 0 : 1;
        losses = focus == Clause.ABANDON ? 0 : 1;
        random = new Random(seed);
        Granularity width = random.nextInt(3) == 0 ? Granularity.MINUTE_15 : Granularity.MINUTE_5;
        stores = new Stores(turns, random, missing, width, START, trace::add);
        stores.faults = relayed ? 0 : focus == Clause.ABANDON ? 2 : random.nextInt(4);
        steps = 40 + random.nextInt(120);
        bigTicks = 2 + random.nextInt(7);
        repeats = random.nextInt(3);
        int count = relayed ? 1 : 2 + random.nextInt(2);
        for (int i = 0; i < count; i++) {
            String uuid = "e" + i;
            long timestamp =
                    START + (random.nextInt(6) - (relayed ? 4 : 2)) * Stores.UNIT + random.nextInt((int) Stores.UNIT);
            BigDecimal value = new BigDecimal(BigInteger.valueOf(100).pow(i));
            drafts.put(uuid, new EventDraft(uuid, "sale", timestamp, Map.of(Stores.FIELD, value), List.of(), 50));
            unposted.add(uuid);
            trace.add(uuid + " lies at " + (timestamp - START) / (double) Stores.UNIT + " units, buckets of "
                    + width.id());
        }
        relaying = new Process("relay", () -> stores.nowMillis, 0);
        Stores.View view = stores.new View(relaying);
        Gaps gaps = new Gaps(view.completeness(Clause.RELAY), Stores.WINDOW, relaying);
        relay = new OutboxRelay(
                view.definitions(),
                view.pendingEvents(),
                Partly.of(Lanes.class, new Object()),
                view.queue(),
                new RealtimeGaps(view.definitions(), view.realtime(), gaps),
                RecoveryMeter.NONE,
                relaying);
        Process beating = new Process("heartbeat", () -> stores.nowMillis, 0);
        Stores.View beats = stores.new View(beating);
        heartbeat = new Heartbeat(beats.realtime(), beats.definitions());
        processes.add(beating);
        newIntake();
        newIntake();
    }

    /** @return what went wrong, with all that happened; null where nothing did */
    @Nullable
    String go() {
        try {
            while (fault == null && steps-- > 0) {
                step(turns.awaitAll(), true);
            }
            settle();
        } finally {
            turns.end();
            intakes.values().forEach(IntakeProcess::close);
        }
        if (thrown != null) {
            throw new AssertionError(String.join("\n", trace), thrown);
        }
        return fault == null ? null : String.join("\n", trace) + "\n" + fault;
    }

    /** Everybody goes on, until all is aggregated; then all of it is in an answer that is not partial. */
    private void settle() {
        stores.faults = 0;
        bigTicks = 0;
        steps = STEPS_END;
        unposted.clear();
        repeats = 0;
        questions = Integer.MAX_VALUE;
        while (fault == null && steps-- > 0 && !isSettled()) {
            step(turns.awaitAll(), false);
        }
        if (fault != null) {
            return;
        }
        if (!isSettled()) {
            fault = "NEVER AGGREGATED";
            return;
        }
        returned.addAll(stores.events.keySet());
        stores.tick(10 * Stores.UNIT);
        ask(true);
        while (fault == null && asking) {
            turns.awaitAll().stream()
                    .filter(one -> one.process().name().startsWith("question"))
                    .findFirst()
                    .ifPresent(turns::goOn);
        }
    }

    private boolean isSettled() {
        return turns.awaitAll().isEmpty()
                && stores.later.isEmpty()
                && stores.events.values().stream().allMatch(recorded -> recorded.state == Stores.State.DONE);
    }

    private void step(Collection<Turns.Stopped> stopped, boolean anything) {
        List<Choice> choices = new ArrayList<>();
        boolean relayed = this.relayed && anything;
        stopped.forEach(one -> choices.add(new Choice(relayed ? haste(one) : 6, () -> turns.goOn(one))));
        List<Process> idle = processes.stream()
                .filter(one -> intakes.containsKey(one) && !one.isBusy())
                .toList();
        for (Process process : idle) {
            for (String uuid : List.copyOf(unposted)) {
                if (drafts.get(uuid).timestampMillis() <= process.millis() + Stores.WINDOW.futureMillis()) {
                    choices.add(new Choice(3, () -> post(process, uuid)));
                }
            }
            if (repeats > 0 && !posted.isEmpty()) {
                choices.add(new Choice(3, () -> {
                    repeats--;
                    post(process, posted.get(random.nextInt(posted.size())));
                }));
            }
        }
        if (anything && !asking) {
            choices.add(new Choice(5, () -> ask(false)));
        }
        if (!relaying.isBusy()) {
            choices.add(new Choice(2, () -> inThread(relaying, relay::run)));
        }
        Process beating = processes.get(0);
        if (!beating.isBusy()) {
            choices.add(new Choice(1, () -> inThread(beating, heartbeat)));
        }
        stores.events.forEach((uuid, recorded) -> {
            if (recorded.state == Stores.State.APPLIED) {
                choices.add(new Choice(
                        relayed ? 0 : 3, () -> say(uuid + " is finished", () -> recorded.state = Stores.State.DONE)));
            } else if (recorded.state == Stores.State.PENDING && stores.jobs.containsKey(uuid)) {
                choices.add(new Choice(
                        3,
                        () -> say(uuid + " is applied", () -> {
                            recorded.state = Stores.State.APPLIED;
                            stores.jobs.remove(uuid);
                        })));
            }
        });
        // Jobs of events that are finished, or of none, are acknowledged.
        stores.jobs
                .keySet()
                .removeIf(
                        uuid -> !stores.events.containsKey(uuid) || stores.events.get(uuid).state == Stores.State.DONE);
        List.copyOf(stores.later)
                .forEach(one -> choices.add(new Choice(
                        2,
                        () -> say(one.what(), () -> {
                            stores.later.remove(one);
                            one.change().run();
                        }))));
        choices.add(new Choice(1, () -> tick(SMALL_TICK)));
        if (bigTicks > 0) {
            choices.add(new Choice(2, () -> {
                bigTicks--;
                tick(Stores.UNIT);
            }));
        }
        if (stores.faults > 0) {
            choices.add(new Choice(losses, () -> say("Redis is flushed", () -> stores.lose(true))));
            choices.add(new Choice(losses, () -> say("Redis falls back", () -> stores.lose(false))));
            processes.stream()
                    .filter(one -> one.isBusy() && intakes.containsKey(one))
                    .forEach(one -> choices.add(new Choice(deaths, () -> die(one))));
        }
        int at = random.nextInt(choices.stream().mapToInt(Choice::weight).sum());
        for (Choice choice : choices) {
            at -= choice.weight;
            if (at < 0) {
                choice.action.run();
                return;
            }
        }
    }

    /**
     * Where an event is to be counted before its script has run: intakes stop there, and a question that has found nothing
     * pending waits until the relay has brought an event in and it is counted. The next question finds it pending.
     */
    private int haste(Turns.Stopped one) {
        String name = one.process().name();
        if (name.startsWith("intake")) {
            return one.at().startsWith("script of") ? 0 : 6;
        }
        boolean counted = stores.events.values().stream().anyMatch(recorded -> recorded.state == Stores.State.APPLIED);
        return !name.startsWith("question") || counted || one.at().startsWith("look for the oldest") ? 6 : 0;
    }

    private void say(String what, Runnable change) {
        trace.add(what);
        change.run();
    }

    private void tick(long millis) {
        stores.tick(millis);
        trace.add("it is " + (stores.nowMillis - START) / (double) Stores.UNIT + " units later");
    }

    private void newIntake() {
        Process process =
                new Process("intake" + ++born, () -> stores.nowMillis, random.nextBoolean() ? 0 : -Stores.UNIT);
        Stores.View view = stores.new View(process);
        Gaps gaps = new Gaps(view.completeness(Clause.BEFORE), Stores.WINDOW, process);
        Intake.Stores its = new Intake.Stores(
                view.definitions(),
                view.rawEvents(),
                new MetadataNotes(Partly.of(Metadata.class, new NoNames())),
                view.realtime(),
                gaps,
                recorded -> {});
        processes.add(process);
        intakes.put(process, new IntakeProcess(its, process));
    }

    /** Nobody asks for names. */
    public static final class NoNames {
        public Map<?, ?> find(Collection<?> subjects) {
            return Map.of();
        }

        public void add(Map<?, ?> news) {
            // nobody asks
        }
    }

    private void die(Process process) {
        trace.add(process + " dies");
        stores.faults--;
        process.die();
        turns.bury(process);
        processes.remove(process);
        newIntake();
    }

    private void post(Process process, String uuid) {
        trace.add(process + ": " + uuid + " is posted");
        unposted.remove(uuid);
        posted.add(uuid);
        process.busy(true);
        turns.begins();
        intakes.get(process).post(Stores.SOURCE, drafts.get(uuid)).whenComplete((recorded, failed) -> {
            if (failed == null && recorded) {
                trace.add(process + ": the POST of " + uuid + " returns");
                returned.add(uuid);
            }
            process.busy(false);
            turns.ends();
        });
    }

    private void ask(boolean last) {
        if (!last && questions++ > 12) {
            return;
        }
        Process process = new Process(
                "question" + ++born, () -> stores.nowMillis, last || random.nextBoolean() ? 0 : -Stores.UNIT);
        Stores.View view = stores.new View(process);
        QueryProcess queries = new QueryProcess(
                view.definitions(),
                view.rawEvents(),
                view.realtime(),
                view.completeness(null),
                Stores.WINDOW,
                view.stored(),
                process,
                () -> stores.nowMillis * 1_000_000);
        Set<String> must = new TreeSet<>(returned);
        must.addAll(answered);
        asking = true;
        inThread(process, () -> {
            try {
                QueryProcess.Total total = queries.sum(
                        Stores.REPORT,
                        Stores.FIELD,
                        Instant.ofEpochMilli(START - 100 * Stores.UNIT).toString(),
                        Instant.ofEpochMilli(START + 100 * Stores.UNIT).toString());
                judge(total, must, last);
            } catch (Unavailable away) {
                trace.add(process + " is answered with a 503");
            } finally {
                asking = false;
            }
        });
    }

    private void judge(QueryProcess.Total total, Set<String> must, boolean last) {
        trace.add("the answer: " + total);
        Set<String> seen = new TreeSet<>();
        for (String uuid : drafts.keySet()) {
            BigInteger value = ((BigDecimal) drafts.get(uuid).payload().get(Stores.FIELD)).toBigInteger();
            int times = total.sum()
                    .toBigInteger()
                    .divide(value)
                    .mod(BigInteger.valueOf(100))
                    .intValue();
            if (times > 1) {
                fault = uuid + " COUNTED " + times + " TIMES";
            } else if (times == 1) {
                seen.add(uuid);
            } else if (must.contains(uuid) && !total.partial()) {
                fault = uuid + " MISSED, though its POST had returned or an answer had it";
            }
        }
        if (last && total.partial()) {
            fault = "PARTIAL, though all is aggregated";
        }
        answered.addAll(seen);
    }

    private void inThread(Process process, Runnable code) {
        process.busy(true);
        turns.begins();
        THREADS.execute(() -> {
            try {
                code.run();
            } catch (Killed end) {
                // as it was to be
            } catch (Unavailable away) {
                trace.add(process + " gives up");
            } catch (Throwable unexpected) {
                thrown = unexpected;
                fault = process + " died of " + unexpected;
            } finally {
                process.busy(false);
                turns.ends();
            }
        });
    }
}
