package dev.tallyworks.realtime;

import dev.tallyworks.definition.Aggregation;
import dev.tallyworks.definition.Snapshot;
import dev.tallyworks.event.Event;
import java.time.Clock;
import java.util.Collection;

/**
 * Sees to it that no answer relies on realtime rollups that may have missed an event: moves {@link Completeness} ahead of it.
 * Only where it matters, as everything in the buckets before comes from the stored rollups anyway.
 */
public final class Gaps {
    private final Completeness completeness;
    private final RealtimeWindow window;
    private final Clock clock;

    /** At most what is stored, which only grows: so what is before it is before that. */
    private volatile long sinceMillis;

    public Gaps(Completeness completeness, RealtimeWindow window, Clock clock) {
        this.completeness = completeness;
        this.window = window;
        this.clock = clock;
    }

    /** What of an event decides where it is counted. */
    public record Place(String source, String eventType, long timestampMillis) {
        public static Place of(Event event) {
            return new Place(event.ref().source(), event.type(), event.timestampMillis());
        }
    }

    /** Whether an answer may rely on the realtime rollups to have the event: also of a report that is inactive by now. */
    public boolean matters(Snapshot definitions, Place place) {
        long now = clock.millis();
        for (Aggregation aggregation : definitions.generations()) {
            long bucket = aggregation.granularity().bucketStartMillis(place.timestampMillis);
            if (aggregation.realtime()
                    && aggregation.feedsOn(place.source, place.eventType)
                    && bucket >= Cut.up(aggregation.granularity(), sinceMillis)
                    && window.keptUntilMillis(aggregation.granularity(), bucket) > now) {
                return true;
            }
        }
        return false;
    }

    /** To be called before anybody is told of the events, or they are enqueued: one of them may be missing. */
    public void missed(Snapshot definitions, Collection<Place> places) {
        if (places.stream().anyMatch(place -> matters(definitions, place))) {
            long since = window.completeFromMillis(clock.millis());
            completeness.moveTo(since);
            sinceMillis = Math.max(sinceMillis, since);
        }
    }
}
