package dev.tallyworks.worker.protocol;

import dev.tallyworks.failure.OutcomeUnknown;
import dev.tallyworks.failure.Unavailable;
import dev.tallyworks.worker.batch.OwnedLane;
import java.time.Clock;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Lets real code run in threads of its own, but one at a time: before each step of a store it is decided at random who goes on.
 * The same seed makes the same decisions. In between, processes die or are stopped, leases run out, answers get lost, and writes
 * land late.
 *
 * <p>A run has three parts. First anything happens, within bounds. Then those processes that are not stopped go on until nothing
 * moves any more. Then the stopped ones wake up and the last writes land, until nothing moves again.
 */
final class Schedule implements Turns {
    /** Longer than any lease and any pause. */
    private static final long ROUND_MILLIS = 20_000;

    private static final int QUIET_ROUNDS = 3;
    private static final ExecutorService THREADS = Executors.newCachedThreadPool(task -> {
        Thread thread = new Thread(task, "actor");
        thread.setDaemon(true);
        return thread;
    });

    /** Bounds of what may happen in a run. */
    static final class Weather {
        int steps;
        int crashes;
        int stops;
        int expiries;
        int lostAnswers;
        int lateWrites;
        /** How likely, in percent, somebody else goes on. */
        int switching;
        /** How likely, in percent, something happens between two steps. */
        int happening;
        /** How likely, in percent, the answer to a write is lost. */
        int losing;
        /** How the run begins; see {@link Focus}. */
        final Deque<String> script = new ArrayDeque<>();
        /** Which writes it can happen to, by the beginning of their names; empty means all. */
        String theme = "";

        private static final List<String> THEMES = List.of(
                "open",
                "on trial",
                "claim for",
                "inherit",
                "release",
                "seal",
                "apply",
                "finish",
                "close",
                "unclaim",
                "retry",
                "discard");

        static Weather of(Random random, Focus focus) {
            Weather weather = new Weather();
            weather.steps = 30 + random.nextInt(170);
            weather.crashes = random.nextInt(3);
            weather.stops = random.nextInt(3);
            weather.expiries = random.nextInt(4);
            weather.lostAnswers = random.nextInt(4);
            weather.lateWrites = random.nextInt(4);
            weather.switching = List.of(3, 10, 25, 50).get(random.nextInt(4));
            weather.happening = List.of(3, 8, 20).get(random.nextInt(3));
            weather.losing = List.of(3, 10, 30).get(random.nextInt(3));
            if (focus.lanes() > 0) {
                weather.steps = 60 + random.nextInt(100);
                weather.expiries = 2 + random.nextInt(3);
                weather.stops = 1 + random.nextInt(2);
                weather.crashes = random.nextInt(2);
                weather.switching = List.of(10, 25).get(random.nextInt(2));
                weather.happening = 15;
            }
            if (!focus.script().isEmpty()) {
                weather.script.addAll(focus.script());
                weather.steps = 0;
                weather.losing = 0;
                return weather;
            }
            boolean themed = random.nextBoolean();
            if (themed || !focus.lateWrites().isEmpty()) {
                String any = THEMES.get(random.nextInt(THEMES.size()));
                weather.theme = focus.lateWrites().isEmpty() ? any : focus.lateWrites();
                weather.losing = 50;
                weather.lateWrites = 1 + random.nextInt(2);
            }
            return weather;
        }
    }

    /** A process: dies and is stopped as one. */
    final class Process implements OwnedLane.Pauses {
        final String name;
        private boolean stopped;
        private boolean dead;
        private List<Consumer<Process>> passes = List.of();

        private Process(String name) {
            this.name = name;
        }

        /** Code that runs until the process dies. */
        void run(String what, Runnable code) {
            actors.add(new Actor(this, what, code));
        }

        /** Code that runs now and then, when the schedule says so; never twice at a time. */
        void nowAndThen(List<Consumer<Process>> duties) {
            passes = duties;
        }

        /** Begins a pass of a duty beside, unless one is under way. */
        void begin(String duty, Runnable pass) {
            boolean underWay = actors.stream().anyMatch(actor -> actor.process == this && actor.name.equals(duty));
            if (!underWay) {
                actors.add(new Actor(this, duty, () -> {
                    try {
                        pass.run();
                    } catch (Unavailable | OutcomeUnknown away) {
                        // The next pass tries again.
                    }
                }));
            }
        }

        @Override
        public void pause(long millis) {
            Actor actor = me();
            actor.idle = true;
            pass("pauses");
            actor.idle = false;
        }

        @Override
        public boolean stopping() {
            return false;
        }

        @Override
        public long nanoTime() {
            return now * 1_000_000;
        }
    }

    private final class Actor {
        final Process process;
        final String name;
        final Runnable code;
        final Semaphore go = new Semaphore(0);
        final Semaphore ended = new Semaphore(0);
        /** The step before which it stands. */
        String at = "";

        boolean started;
        boolean idle;
        boolean killed;
        boolean unwinding;
        boolean done;

        Actor(Process process, String name, Runnable code) {
            this.process = process;
            this.name = name;
            this.code = code;
        }

        void goOn() {
            if (started) {
                go.release();
            } else {
                started = true;
                THREADS.execute(this::live);
            }
        }

        private void live() {
            CURRENT.set(this);
            try {
                code.run();
            } catch (Killed end) {
                // As it was to be.
            } catch (Throwable unexpected) {
                if (!over) {
                    fault(this + " died of " + unexpected, unexpected);
                }
            }
            CURRENT.remove();
            done = true;
            actors.remove(this);
            if (unwinding) {
                ended.release();
            } else {
                handOver(null);
            }
        }

        @Override
        public String toString() {
            return process.name + ' ' + name;
        }
    }

    private record Late(String what, Deque<Runnable> changes) {}

    private static final ThreadLocal<Object> CURRENT = new ThreadLocal<>();

    final Random random;
    private final Weather weather;
    private final Consumer<Schedule> births;
    private final Runnable check;
    private final int roundsMax;
    private final @Nullable List<String> trace;
    private final List<Actor> actors = new ArrayList<>();
    private final List<Process> processes = new ArrayList<>();
    private final List<Late> late = new ArrayList<>();
    private final Semaphore finished = new Semaphore(0);
    private long now = 1_000_000;
    final Clock clock = ((InstantSource) () -> Instant.ofEpochMilli(now)).withZone(ZoneOffset.UTC);
    private int steps;
    private int born;
    private boolean anything = true;
    private boolean troubled;
    private boolean lastPart;
    private int rounds;
    private int quiet;
    private long changes;
    private long changesBefore = -1;
    private boolean passesBegun;
    private volatile boolean over;
    private @Nullable String fault;

    /**
     * @param births makes a process, at the start and wherever one has died
     * @param check is asked before each step; throws an {@link AssertionError} where something is wrong
     * @param trace takes a line for each step, or null
     */
    Schedule(
            Random random,
            Weather weather,
            Consumer<Schedule> births,
            Runnable check,
            int roundsMax,
            @Nullable List<String> trace) {
        this.random = random;
        this.weather = weather;
        this.births = births;
        this.check = check;
        this.roundsMax = roundsMax;
        this.trace = trace;
    }

    Process process(String prefix) {
        Process process = new Process(prefix + ++born);
        processes.add(process);
        return process;
    }

    /** Who neither dies nor is ever stopped. */
    Process outsider(String name) {
        return new Process(name);
    }

    /** Runs until nothing moves any more. Gives what went wrong, or null. */
    @Nullable
    String run(int processesAtStart) {
        for (int i = 0; i < processesAtStart; i++) {
            births.accept(this);
        }
        handOver(null);
        finished.acquireUninterruptibly();
        for (Actor actor : List.copyOf(actors)) {
            unwind(actor);
        }
        return fault;
    }

    int steps() {
        return steps;
    }

    private void say(String line) {
        if (trace != null) {
            trace.add(line);
        }
    }

    void fault(String what, Throwable cause) {
        if (fault == null) {
            fault = what;
            say("FAULT: " + what);
            if (trace != null && cause instanceof Exception) {
                for (StackTraceElement element : cause.getStackTrace()) {
                    say("    at " + element);
                }
            }
        }
        over = true;
    }

    private Actor me() {
        return (Actor) CURRENT.get();
    }

    // ---- what the stores say ----

    @Override
    public void read(String what) {
        pass(what);
    }

    @Override
    public void changed() {
        changes++;
    }

    @Override
    public void write(String what, List<Runnable> parts) {
        pass(what);
        boolean answered = true;
        if (anything && what.startsWith(weather.theme) && random.nextInt(100) < weather.losing) {
            if (weather.lateWrites > 0 && random.nextInt(3) > 0) {
                weather.lateWrites--;
                say("    ... no answer, and it is still on its way");
                late.add(new Late(what, new ArrayDeque<>(parts)));
                throw new OutcomeUnknown("late", new IllegalStateException());
            }
            if (weather.lostAnswers > 0) {
                weather.lostAnswers--;
                if (random.nextBoolean()) {
                    say("    ... no answer, it never arrived");
                    throw new OutcomeUnknown("lost", new IllegalStateException());
                }
                answered = false;
            }
        }
        for (int i = 0; i < parts.size(); i++) {
            if (i > 0) {
                pass(what + ", part " + (i + 1));
            }
            parts.get(i).run();
        }
        if (!answered) {
            say("    ... no answer, though it is done");
            throw new OutcomeUnknown("done", new IllegalStateException());
        }
    }

    /** What kills its process. */
    void die() {
        Actor me = me();
        crash(me.process);
        throw new Killed();
    }

    /** Whether the first part, in which anything happens, is going on. */
    boolean isUnsettled() {
        return anything;
    }

    /** Whether a read of the definitions is answered by a server that does not know of its successor yet. */
    boolean readsOld() {
        return anything && random.nextInt(3) == 0;
    }

    // ---- who goes on ----

    private void pass(String what) {
        Actor me = me();
        if (me == null) {
            return; // before the run or after it
        }
        if (over || me.killed) {
            throw new Killed();
        }
        me.at = what;
        handOver(me);
        if (over || me.killed) {
            throw new Killed();
        }
        if (trace != null) {
            say(me + ": " + what);
        }
    }

    private void handOver(@Nullable Actor me) {
        Actor next = null;
        try {
            next = over ? null : decide(me);
        } catch (AssertionError wrong) {
            fault(String.valueOf(wrong.getMessage()), wrong);
        }
        if (me != null && me.killed) {
            return; // it ends first, and then it is decided again
        }
        if (next == me && me != null && !over) {
            return;
        }
        if (over || next == null) {
            over = true;
            finished.release();
        } else {
            next.goOn();
        }
        if (me != null) {
            me.go.acquireUninterruptibly();
        }
    }

    private void crash(Process process) {
        say("---- " + process.name + " dies");
        process.dead = true;
        processes.remove(process);
        Actor me = me();
        for (Actor actor : List.copyOf(actors)) {
            if (actor.process == process) {
                if (actor == me) {
                    actor.killed = true;
                } else {
                    unwind(actor);
                }
            }
        }
        births.accept(this);
    }

    private void unwind(Actor actor) {
        actor.killed = true;
        actors.remove(actor);
        if (actor.started && !actor.done) {
            actor.unwinding = true;
            actor.go.release();
            actor.ended.acquireUninterruptibly();
        }
    }

    private @Nullable Actor decide(@Nullable Actor me) {
        check.run();
        if (++steps > 20_000) {
            throw new AssertionError("it never ends");
        }
        Actor told = scripted();
        if (told != null) {
            return told;
        }
        if (anything && steps > weather.steps) {
            anything = false;
            say("---- nothing more happens");
        }
        return anything ? anyOf(me) : next(me);
    }

    private @Nullable Actor scripted() {
        while (!weather.script.isEmpty()) {
            String line = weather.script.element();
            int colon = line.indexOf(": ");
            if (colon < 0) {
                tick();
            } else {
                for (Actor actor : actors) {
                    if (actor.toString().equals(line.substring(0, colon))
                            && !actor.idle
                            && !actor.at.startsWith(line.substring(colon + 2))) {
                        return actor;
                    }
                }
            }
            weather.script.remove();
        }
        return null;
    }

    private @Nullable Actor anyOf(@Nullable Actor me) {
        // Misfortunes seldom come singly.
        troubled = random.nextInt(100) < (troubled ? 40 : weather.happening);
        if (troubled) {
            happen();
        }
        boolean mayGoOn = me != null && !me.done && !me.killed && !me.process.stopped && !me.idle;
        if (mayGoOn && random.nextInt(100) >= weather.switching) {
            return me;
        }
        List<Actor> able = actors.stream()
                .filter(actor -> !actor.process.stopped && !actor.killed)
                .toList();
        return able.isEmpty() ? next(me) : able.get(random.nextInt(able.size()));
    }

    private void happen() {
        List<Process> running =
                processes.stream().filter(process -> !process.stopped).toList();
        List<Process> asleep =
                processes.stream().filter(process -> process.stopped).toList();
        List<Runnable> possible = new ArrayList<>();
        if (weather.expiries > 0) {
            possible.add(() -> {
                weather.expiries--;
                tick();
            });
        }
        if (weather.crashes > 0) {
            possible.add(() -> {
                weather.crashes--;
                crash(processes.get(random.nextInt(processes.size())));
            });
            Actor me = me();
            if (me != null && processes.contains(me.process)) {
                possible.add(() -> {
                    weather.crashes--;
                    crash(me.process);
                });
            }
        }
        if (weather.stops > 0 && running.size() > 1) {
            possible.add(() -> {
                weather.stops--;
                Process stopped = running.get(random.nextInt(running.size()));
                stopped.stopped = true;
                say("---- " + stopped.name + " is stopped");
            });
        }
        if (!asleep.isEmpty()) {
            possible.add(() -> wake(asleep.get(random.nextInt(asleep.size()))));
        }
        for (int i = 0; i < Math.min(3, 2 * late.size()); i++) {
            possible.add(this::land);
        }
        if (!running.isEmpty()) {
            Process process = running.get(random.nextInt(running.size()));
            process.passes.forEach(duty -> possible.add(() -> duty.accept(process)));
        }
        if (!possible.isEmpty()) {
            possible.get(random.nextInt(possible.size())).run();
        }
    }

    private void tick() {
        now += ROUND_MILLIS;
        say("---- " + ROUND_MILLIS + " ms later");
    }

    private void wake(Process process) {
        process.stopped = false;
        say("---- " + process.name + " wakes up");
    }

    /** One change of one of the writes that are still on their way. */
    private void land() {
        if (!late.isEmpty()) {
            Late write = late.get(random.nextInt(late.size()));
            say("---- lands: " + write.what);
            Runnable change = write.changes.poll();
            if (change != null) {
                change.run();
            }
            if (write.changes.isEmpty()) {
                late.remove(write);
            }
        }
    }

    private @Nullable Actor next(@Nullable Actor me) {
        while (true) {
            if (lastPart && !late.isEmpty() && random.nextInt(4) == 0) {
                land();
            }
            List<Actor> able = actors.stream()
                    .filter(actor -> !actor.process.stopped && !actor.idle && !actor.killed)
                    .toList();
            if (!able.isEmpty()) {
                return able.contains(me) && random.nextInt(5) > 0 ? me : able.get(random.nextInt(able.size()));
            }
            if (!passesBegun) {
                passesBegun = true;
                List<Process> running =
                        processes.stream().filter(process -> !process.stopped).toList();
                if (!running.isEmpty()) {
                    Process process = running.get(random.nextInt(running.size()));
                    process.passes.forEach(duty -> duty.accept(process));
                    continue;
                }
            }
            if (endRound()) {
                return null;
            }
        }
    }

    /** Whether nothing moves any more. */
    private boolean endRound() {
        passesBegun = false;
        quiet = changes == changesBefore ? quiet + 1 : 0;
        changesBefore = changes;
        if (quiet >= QUIET_ROUNDS) {
            if (lastPart && late.isEmpty()) {
                return true;
            }
            say("---- nothing moves any more; what was stopped or late follows");
            lastPart = true;
            quiet = 0;
            List.copyOf(processes).stream().filter(process -> process.stopped).forEach(this::wake);
        }
        if (++rounds > roundsMax) {
            throw new AssertionError("it does not come to rest");
        }
        tick();
        actors.forEach(actor -> actor.idle = false);
        return false;
    }
}
