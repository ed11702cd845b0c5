package dev.tallyworks.realtime;

import dev.tallyworks.event.CommitId;
import dev.tallyworks.queue.Job;
import dev.tallyworks.rollup.RollupDelta;
import dev.tallyworks.rollup.Selection;
import dev.tallyworks.rollup.SeriesKey;
import dev.tallyworks.rollup.StoredRollup;
import dev.tallyworks.time.TimeRange;
import java.util.Collection;
import java.util.function.Consumer;

/**
 * The rollups of events that were accepted lately, aggregated or not, in a store that may lose everything at any time and
 * knows when it did: it keeps a token with the instant from which on it has missed nothing, and whoever finds none, or that
 * of another run of the server, treats it as empty. Every method is one atomic step and throws {@link
 * dev.tallyworks.failure.Unavailable} where there is no answer in time; the step may then still happen, and a commit that is
 * sent twice counts once.
 */
public interface RealtimeRollups {
    /**
     * What one group commit adds.
     *
     * @param id a later number of the same writer vouches for all its earlier ones
     * @param deltas of its new events, at most one for each bucket, series and origin
     * @param jobs for them
     */
    record Commit(CommitId id, Collection<RollupDelta> deltas, Collection<Job> jobs) {}

    /** Adds the numbers and enqueues the jobs, unless this commit is known. To be tried once. */
    void commit(Commit commit, long nowMillis);

    /** Whether a commit is in: false too where the store lost its data since. */
    boolean knows(CommitId commit);

    /**
     * Begins anew after a loss, if there was one, as {@link #commit} does too: nothing is missing from {@link
     * RealtimeWindow#completeFromMillis} on, of the store's own clock at that step, which may come long after it was asked for.
     *
     * @return from when on nothing is missing, epoch milliseconds
     */
    long beat();

    /**
     * Says that nothing was ever missed, if the store has lost nothing since {@link #beat} gave this very instant.
     */
    void completeFromTheBeginning(long completeSinceMillis);

    /**
     * Reads a series, with just what is selected.
     *
     * @param range of whole buckets, that are all kept
     * @param to is given what each origin has added to each bucket, in no order
     * @return from which instant on nothing is missing, epoch milliseconds; {@link Long#MAX_VALUE} where the data were lost
     */
    long read(SeriesKey series, TimeRange range, Selection selection, Consumer<StoredRollup> to);

    /**
     * Reads all attributions of a type, with just what is selected.
     *
     * @param series of any attribution of the type
     * @param range of whole buckets, that are all kept
     * @param to is given what each origin has added to each bucket of each attribution, in no order
     * @return as {@link #read}
     */
    long readAttributions(SeriesKey series, TimeRange range, Selection selection, Consumer<StoredRollup> to);
}
