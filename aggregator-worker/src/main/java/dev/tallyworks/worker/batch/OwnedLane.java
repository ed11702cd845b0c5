package dev.tallyworks.worker.batch;

import dev.tallyworks.event.Claim;
import dev.tallyworks.failure.OutcomeUnknown;
import dev.tallyworks.failure.Unavailable;
import dev.tallyworks.lane.Lane;
import dev.tallyworks.lane.Manifest;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * A lane as its owner sees it: used by one thread, but for the heartbeat, which looks when it last made progress and tells where
 * it was lost. Also keeps trying what a store did not answer, since infrastructure failures spend no event's attempts.
 */
public final class OwnedLane {
    private static final Logger LOG = Logger.getLogger(OwnedLane.class);
    private static final long PAUSE_FIRST_MILLIS = 20;
    private static final long PAUSE_MAX_MILLIS = 1_000;
    private static final long QUIET_NANOS = TimeUnit.SECONDS.toNanos(10);
    private static final long REPORT_NANOS = TimeUnit.MINUTES.toNanos(1);

    private final String id;
    private final long epoch;
    private final Pauses pauses;
    private long seq;
    private volatile boolean underWay;
    private volatile long progressNanos;
    private volatile boolean lost;

    /** How to wait, and whether to go on. */
    public interface Pauses {
        /** Waits, or returns earlier when the process is to stop. */
        void pause(long millis);

        boolean stopping();

        /** As {@link System#nanoTime()}. */
        default long nanoTime() {
            return System.nanoTime();
        }
    }

    public OwnedLane(Lane lane, Pauses pauses) {
        this.id = lane.id();
        this.epoch = lane.epoch();
        this.seq = lane.manifest().seq();
        this.underWay = !(lane.manifest() instanceof Manifest.Done);
        this.pauses = pauses;
        this.progressNanos = pauses.nanoTime();
    }

    public String id() {
        return id;
    }

    public long epoch() {
        return epoch;
    }

    /** The number of the newest batch. */
    public long seq() {
        return seq;
    }

    /** Whether a batch is open or sealed. */
    public boolean batchUnderWay() {
        return underWay;
    }

    /** For how long the owner has done nothing. */
    public long idleNanos() {
        return pauses.nanoTime() - progressNanos;
    }

    /** Another owner was seen to have the lane: what is under way is left to it. */
    public void lose() {
        lost = true;
    }

    public boolean isLost() {
        return lost;
    }

    public void progress() {
        progressNanos = pauses.nanoTime();
    }

    Claim claim() {
        return new Claim(id, epoch, seq);
    }

    void opened(long openedSeq) {
        seq = openedSeq;
        underWay = true;
    }

    void closed() {
        underWay = false;
    }

    void checkStopped() {
        progress();
        if (pauses.stopping()) {
            throw new Stopped();
        }
    }

    /** Repeats a step until the store answers. */
    <T> T insist(Supplier<T> step) {
        T answer = insist(step, false);
        if (answer == null) {
            throw new IllegalStateException("no answer");
        }
        return answer;
    }

    /** Repeats a step until the store answers, maybe with nothing. */
    <T> @Nullable T insistOrNull(Supplier<@Nullable T> step) {
        return insist(step, false);
    }

    /** Repeats a step until it succeeds, whatever it throws: there is no way back from it. */
    <T> T insistOnAll(Supplier<T> step) {
        T answer = insist(step, true);
        if (answer == null) {
            throw new IllegalStateException("no answer");
        }
        return answer;
    }

    private <T> @Nullable T insist(Supplier<@Nullable T> step, boolean whatever) {
        long pause = PAUSE_FIRST_MILLIS;
        long begun = pauses.nanoTime();
        long report = begun + QUIET_NANOS;
        while (true) {
            progress();
            try {
                T answer = step.get();
                progress();
                return answer;
            } catch (Unavailable | OutcomeUnknown away) {
                long now = pauses.nanoTime();
                if (now - report >= 0) {
                    LOG.warnf(
                            away,
                            "lane %s: a step at batch %d has had no answer for %d s and is tried again",
                            id,
                            seq,
                            TimeUnit.NANOSECONDS.toSeconds(now - begun));
                    report = now + REPORT_NANOS;
                }
            } catch (RuntimeException | StackOverflowError fault) {
                if (!whatever) {
                    throw fault;
                }
                LOG.errorf(fault, "lane %s: batch %d can't be written and is tried again", id, seq);
            }
            if (lost || pauses.stopping()) {
                throw new Stopped();
            }
            pauses.pause(pause);
            pause = Math.min(PAUSE_MAX_MILLIS, 2 * pause);
        }
    }
}
