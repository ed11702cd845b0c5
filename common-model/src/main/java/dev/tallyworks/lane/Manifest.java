package dev.tallyworks.lane;

import dev.tallyworks.event.EventRef;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a lane is doing: the state of its newest batch. The numbers of batches only grow. */
public sealed interface Manifest {
    /** The number of the lane's newest batch; 0 where there was none. */
    long seq();

    /** The batch is over: all its events are finished. */
    record Done(long seq) implements Manifest {}

    /**
     * The batch may claim these events, and has applied nothing yet.
     *
     * @param version of the definitions that the batch goes by
     * @param takeovers how often the lane changed hands while the batch was open
     * @param onTrial the event that the owner is trying alone, as the batch has killed an owner before
     */
    record Open(
            long seq,
            long version,
            List<EventRef> candidates,
            int takeovers,
            @Nullable EventRef onTrial) implements Manifest {}

    /** The batch is these events and no others, and may have been applied in part. */
    record Sealed(long seq, long version, List<EventRef> events) implements Manifest {}
}
