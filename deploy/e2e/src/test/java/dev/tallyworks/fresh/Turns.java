package dev.tallyworks.fresh;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * Stops threads before each call of a store until it is their turn, one at a time. Whoever begins something in a thread says
 * so before, and that thread says where it ends.
 */
final class Turns {
    private static final long STUCK_SECONDS = 60;

    private final List<Stopped> stopped = new ArrayList<>();
    private final List<Stopped> buried = new ArrayList<>();
    private int running;
    private boolean over;

    /** A thread before a call. */
    record Stopped(Process process, String at, Semaphore go) {}

    synchronized void begins() {
        running++;
    }

    synchronized void ends() {
        running--;
        notifyAll();
    }

    /** @throws Killed where the process has died */
    void pass(Process process, String at) {
        Stopped me = new Stopped(process, at, new Semaphore(0));
        synchronized (this) {
            requireAlive(process);
            stopped.add(me);
            running--;
            notifyAll();
        }
        me.go.acquireUninterruptibly();
        synchronized (this) {
            requireAlive(process);
        }
    }

    private void requireAlive(Process process) {
        if (over || process.isDead()) {
            throw new Killed();
        }
    }

    /** Waits until all stand before a call or have ended. */
    synchronized List<Stopped> awaitAll() {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(STUCK_SECONDS);
        try {
            while (running > 0) {
                if (System.nanoTime() > end) {
                    throw new AssertionError("somebody is stuck outside of any store");
                }
                TimeUnit.SECONDS.timedWait(this, 1);
            }
        } catch (InterruptedException interrupted) {
            throw new AssertionError(interrupted);
        }
        return List.copyOf(stopped);
    }

    void goOn(Stopped one) {
        synchronized (this) {
            stopped.remove(one);
            running++;
        }
        one.go.release();
    }

    /** What a process that has died was at never ends. */
    synchronized void bury(Process process) {
        stopped.removeIf(one -> one.process == process && buried.add(one));
    }

    /** Ends everybody. */
    synchronized void end() {
        over = true;
        buried.addAll(stopped);
        buried.forEach(one -> one.go.release());
    }
}
