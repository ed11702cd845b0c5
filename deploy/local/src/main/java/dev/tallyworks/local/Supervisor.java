package dev.tallyworks.local;

import dev.tallyworks.local.process.AppProcess;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Keeps processes running: one that dies is started again, at once the first time, after twice as long each time it has lived
 * only for moments. Thread-safe.
 */
final class Supervisor {
    private static final long DELAY_MILLIS_MIN = 100;
    private static final long DELAY_MILLIS_MAX = 30_000;
    /** Who has lived for so long does not keep dying. */
    private static final long HEALTHY_NANOS = Duration.ofSeconds(20).toNanos();
    /** An application drains for 30 s at most. */
    private static final Duration GRACE = Duration.ofSeconds(35);

    /** Applications end before the stores that they need to drain. */
    enum Role {
        APPLICATION,
        STORE
    }

    private final StateFolder state;
    private final Consumer<String> says;
    private final ScheduledExecutorService restarts = Executors.newSingleThreadScheduledExecutor(work -> {
        Thread thread = new Thread(work, "restarts");
        thread.setDaemon(true);
        return thread;
    });
    private final List<Slot> slots = new ArrayList<>();

    private boolean stopping;

    /** A process that is kept running. */
    private static final class Slot {
        private final AppProcess.Spec spec;
        private final Role role;
        private AppProcess process;
        private long startedNanos = System.nanoTime();
        private long delayMillis = DELAY_MILLIS_MIN;

        Slot(AppProcess.Spec spec, Role role, AppProcess process) {
            this.spec = spec;
            this.role = role;
            this.process = process;
        }
    }

    /** @param says is told of every process that died */
    Supervisor(StateFolder state, Consumer<String> says) {
        this.state = state;
        this.says = says;
    }

    synchronized AppProcess start(AppProcess.Spec spec, Role role) {
        if (stopping) {
            throw new Refusal("stopped while it was starting");
        }
        state.freshLog(spec.name());
        AppProcess process = launch(spec);
        Slot slot = new Slot(spec, role, process);
        slots.add(slot);
        watch(slot);
        return process;
    }

    private AppProcess launch(AppProcess.Spec spec) {
        AppProcess process = AppProcess.start(spec, state.log(spec.name()));
        state.writePid(spec.name(), process.pid());
        return process;
    }

    private void watch(Slot slot) {
        slot.process.onExit().thenRun(() -> died(slot));
    }

    private synchronized void died(Slot slot) {
        if (!stopping) {
            if (System.nanoTime() - slot.startedNanos > HEALTHY_NANOS) {
                slot.delayMillis = DELAY_MILLIS_MIN;
            }
            restartLater(
                    slot,
                    slot.spec.name() + " died (exit " + slot.process.exitCode() + ")",
                    "; log: " + slot.process.log());
        }
    }

    private void restartLater(Slot slot, String why, String more) {
        says.accept(why + ", starting it again in " + slot.delayMillis + " ms" + more);
        restarts.schedule(() -> restart(slot), slot.delayMillis, TimeUnit.MILLISECONDS);
        slot.delayMillis = Math.min(DELAY_MILLIS_MAX, 2 * slot.delayMillis);
    }

    private synchronized void restart(Slot slot) {
        if (stopping) {
            return;
        }
        try {
            slot.process = launch(slot.spec);
            slot.startedNanos = System.nanoTime();
            watch(slot);
        } catch (UncheckedIOException failed) {
            restartLater(slot, slot.spec.name() + " can't be started (" + failed.getMessage() + ")", "");
        }
    }

    synchronized boolean hasStarted() {
        return !slots.isEmpty();
    }

    /** Whether what was started is being stopped. */
    synchronized boolean isStopping() {
        return stopping;
    }

    /** Drains and ends all of them; only the first call does. */
    void stop() {
        synchronized (this) {
            if (stopping) {
                return;
            }
            stopping = true;
        }
        restarts.shutdownNow();
        for (Role role : Role.values()) {
            List<Slot> ending = slots.stream().filter(slot -> slot.role == role).toList();
            ending.forEach(slot -> slot.process.requestStop());
            long end = System.nanoTime() + GRACE.toNanos();
            for (Slot slot : ending) {
                slot.process.awaitStop(Duration.ofNanos(Math.max(0, end - System.nanoTime())));
                state.removePid(slot.spec.name());
            }
        }
    }
}
