package dev.tallyworks.event;

import dev.tallyworks.time.TimeRange;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The recorded events: the truth. This is the side of the intake and of the readers; {@link PendingEvents} is that of the
 * workers. Every write is acknowledged by a majority and journaled before it returns. All methods throw {@link
 * dev.tallyworks.failure.Unavailable} where the store can't be reached, and writes {@link
 * dev.tallyworks.failure.OutcomeUnknown} where it may or may not have happened.
 */
public interface RawEvents {
    /**
     * Records events, each pending and each on its own: one that can't be inserted does not keep the others from it. To be
     * repeated, with the same commit, after an unknown outcome: what the first attempt recorded is not a duplicate then.
     *
     * @param source all events are of this source, of one incarnation, no uuid twice
     * @return the originals of those events that were recorded by another commit before, by uuid; all others are recorded
     */
    Map<String, RecordedEvent> insert(String source, List<Event> events, CommitId commit);

    /** The recorded events among these uuids, of this incarnation of the source. */
    Map<String, RecordedEvent> find(String source, long incarnation, Collection<String> uuids);

    /** The commits that recorded these events, by uuid. */
    Map<String, CommitId> commits(String source, long incarnation, Collection<String> uuids);

    /** Newest timestamp first, equal ones by descending uuid. A page is bounded in bytes too, so it may end early. */
    Page list(Listing listing);

    /**
     * What a reader must know of the events that are not in the rollups yet.
     *
     * @return empty where nothing is pending
     */
    Optional<OldestPending> oldestPending(String source);

    /** Whether events of the source with a timestamp in the range are pending or dead. */
    boolean lacks(String source, TimeRange range);

    /** Whether events of the source with a timestamp in the range are dead, or were and are being tried again. */
    boolean hasDead(String source, TimeRange range);

    /** Whether events of the source with a timestamp in the range were discarded after their death. */
    boolean hasDiscarded(String source, TimeRange range);

    /** How many events of the source are dead. */
    long countDead(String source);

    /** The smallest and the largest timestamp of this incarnation's events; empty where there are none. */
    Optional<TimeSpan> timestamps(String source, long incarnation);

    /** Whether this incarnation of the source has any event. */
    boolean hasAny(String source, long incarnation);

    /**
     * @param type only events of this type
     * @param fromMillis included; null for no bound
     * @param toMillis excluded; null for no bound
     * @param after the event that ended the page before
     * @param limit events a page, at least 1
     */
    record Listing(
            String source,
            long incarnation,
            @Nullable String type,
            @Nullable Long fromMillis,
            @Nullable Long toMillis,
            @Nullable Attribution attribution,
            @Nullable Position after,
            int limit) {}

    /**
     * @param next where the following page begins; null where there is no more
     */
    record Page(List<RecordedEvent> events, @Nullable Position next) {}

    /** A place in the order of {@link #list}. */
    record Position(long timestampMillis, String uuid) {}

    /** Both included, epoch milliseconds. */
    record TimeSpan(long firstMillis, long lastMillis) {}

    /**
     * @param timestampMillis the smallest timestamp of a pending event
     * @param receivedAtMillis the smallest time of receipt of a pending event
     */
    record OldestPending(long timestampMillis, long receivedAtMillis) {}
}
