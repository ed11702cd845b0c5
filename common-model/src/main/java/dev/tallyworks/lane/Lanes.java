package dev.tallyworks.lane;

import dev.tallyworks.event.EventRef;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The pool of lanes. Each method is one atomic change of one lane (but {@link #fence}); a change says by its filter what must
 * stand there, so that one that lands late or twice changes nothing. All throw {@link dev.tallyworks.failure.Unavailable}, and
 * changes {@link dev.tallyworks.failure.OutcomeUnknown}; after either, the same call may be repeated: a change of the manifest
 * that finds its own result standing answers {@link Step#DONE}.
 */
public interface Lanes {
    /** Adds what is missing of a pool of so many lanes, behind the same fence as the others. */
    void provide(int lanes);

    List<LaneStatus> all();

    /**
     * Takes a free lane over: epoch + 1, and one more takeover of a batch under way. A lane that its owner gave up did not
     * kill it: that is no takeover, and no event is on trial any more.
     *
     * @param seen the lane as it was read; where it has changed since, nothing happens
     * @param owner unique to this lease
     */
    Optional<Lane> acquire(LaneStatus seen, String owner, long nowMillis, long leaseMillis);

    /** Prolongs the lease. False: the lane has another owner. */
    boolean renew(String lane, long epoch, long leaseUntilMillis);

    /** Gives the lane up, for anybody to take. */
    void release(String lane, long epoch);

    /** From done with {@code seq − 1} to open with {@code seq}. */
    Step open(String lane, long epoch, long seq, List<EventRef> candidates, long version);

    /** Names the one event that is tried alone, or none, while the batch is open. */
    Step onTrial(String lane, long epoch, long seq, @Nullable EventRef event);

    /** From open to sealed with exactly these events. */
    Step seal(String lane, long epoch, long seq, List<EventRef> events);

    /** From sealed to done. */
    Step close(String lane, long epoch, long seq);

    /** From now on no batch opens under definitions older than this version. */
    void fence(long version);

    /** Fences, and tells whether no older batch is under way either: then none will ever be. */
    default boolean isDrained(long version) {
        fence(version);
        return all().stream().allMatch(lane -> lane.done() || lane.version() >= version);
    }

    /** What became of a change of the manifest. */
    enum Step {
        DONE,
        /** The lane has another owner now: stop, and touch nothing. */
        LOST,
        /** The definitions that the batch would go by are older than the lane demands: roll forward. */
        OUTDATED
    }
}
