package dev.tallyworks.local;

import dev.tallyworks.local.process.AppProcess;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Keeps processes running: one that dies is started again, at once the first time, after twice as long each time it does not
 * live for a minute. Stops them in the reverse order of their start. Thread-safe.
 */
final class Supervisor {
    private static final long DELAY_MILLIS_MIN = 250;
    private static final long DELAY_MILLIS_MAX = 30_000;
    private static final long HEALTHY_NANOS = Duration.ofSeconds(60).toNanos();
    private static final Duration GRACE = Duration.ofSeconds(35);

    private final StateFolder state;
    private final Consumer<String> says;
    private final ScheduledExecutorService restarts = Executors.newSingleThreadScheduledExecutor(work -> {
        Thread thread = new Thread(work, "restarts");
        thread.setDaemon(true);
        return thread;
    });
    /** Newest first. */
    private final Deque<Slot> slots = new ArrayDeque<>();

    private boolean stopping;

    /** A process that is kept running. */
    private static final class Slot {
        private final AppProcess.Spec spec;
        private AppProcess process;
        private long startedNanos = System.nanoTime();
        private long delayMillis = DELAY_MILLIS_MIN;

        Slot(AppProcess.Spec spec, AppProcess process) {
            this.spec = spec;
            this.process = process;
        }
    }

    /** @param says is told of every process that died */
    Supervisor(StateFolder state, Consumer<String> says) {
        this.state = state;
        this.says = says;
    }

    synchronized AppProcess start(AppProcess.Spec spec) {
        if (stopping) {
            throw new Refusal("stopped while it was starting");
        }
        AppProcess process = launch(spec);
        Slot slot = new Slot(spec, process);
        slots.push(slot);
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
        if (stopping) {
            return;
        }
        boolean livedLong = System.nanoTime() - slot.startedNanos > HEALTHY_NANOS;
        slot.delayMillis =
                livedLong ? DELAY_MILLIS_MIN : Math.min(DELAY_MILLIS_MAX, Math.max(DELAY_MILLIS_MIN, slot.delayMillis));
        says.accept(slot.spec.name() + " died (exit " + slot.process.exitCode() + "), starting it again in "
                + slot.delayMillis + " ms; log: " + slot.process.log());
        restarts.schedule(() -> restart(slot), slot.delayMillis, TimeUnit.MILLISECONDS);
        slot.delayMillis *= 2;
    }

    private synchronized void restart(Slot slot) {
        if (!stopping) {
            slot.process = launch(slot.spec);
            slot.startedNanos = System.nanoTime();
            watch(slot);
        }
    }

    /** Drains and ends all of them; only the first call does. */
    void stop() {
        List<Slot> ending;
        synchronized (this) {
            if (stopping) {
                return;
            }
            stopping = true;
            ending = new ArrayList<>(slots);
        }
        restarts.shutdownNow();
        for (Slot slot : ending) {
            slot.process.stop(GRACE);
            state.removePid(slot.spec.name());
        }
    }
}
