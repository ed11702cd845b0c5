package dev.tallyworks.rollup;

import dev.tallyworks.definition.Aggregation;
import dev.tallyworks.event.Attribution;
import dev.tallyworks.event.Event;
import dev.tallyworks.metric.EventMetrics;
import dev.tallyworks.partition.Partition;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Adds up a batch in memory, so that a hot series costs one update a batch. Folding is free of order. Not thread-safe. */
public final class RollupFold {
    private record Place(
            Aggregation aggregation,
            String source,
            long incarnation,
            String eventType,
            long bucketMillis,
            String attributionType,
            @Nullable String attributionValue) {
        // The aggregation is the same object for all events of a version: comparing it by its parts would be slow.
        @Override
        public boolean equals(Object other) {
            return other instanceof Place place
                    && bucketMillis == place.bucketMillis
                    && incarnation == place.incarnation
                    && aggregation.id().equals(place.aggregation.id())
                    && aggregation.generation() == place.aggregation.generation()
                    && eventType.equals(place.eventType)
                    && source.equals(place.source)
                    && attributionType.equals(place.attributionType)
                    && (attributionValue == null
                            ? place.attributionValue == null
                            : attributionValue.equals(place.attributionValue));
        }

        @Override
        public int hashCode() {
            int hash = aggregation.id().hashCode();
            hash = 31 * hash + Long.hashCode(bucketMillis);
            hash = 31 * hash + eventType.hashCode();
            hash = 31 * hash + attributionType.hashCode();
            return 31 * hash + (attributionValue == null ? 0 : attributionValue.hashCode());
        }
    }

    private final Map<Place, RollupDelta> deltas = new LinkedHashMap<>();

    /** Adds an event's numbers to the documents of an aggregation. */
    public void add(Event event, Aggregation aggregation, EventMetrics metrics) {
        delta(event, aggregation, Attribution.TOTAL, null).add(metrics);
        for (Attribution attribution : metrics.attributions()) {
            delta(event, aggregation, attribution.type(), attribution.value()).add(metrics);
        }
    }

    private RollupDelta delta(Event event, Aggregation aggregation, String type, @Nullable String value) {
        long bucket = aggregation.granularity().bucketStartMillis(event.timestampMillis());
        Place place = new Place(
                aggregation, event.ref().source(), event.ref().incarnation(), event.type(), bucket, type, value);
        return deltas.computeIfAbsent(place, RollupFold::begin);
    }

    private static RollupDelta begin(Place place) {
        Aggregation aggregation = place.aggregation;
        SeriesKey series = new SeriesKey(
                aggregation.id(),
                aggregation.generation(),
                aggregation.granularity(),
                place.attributionType,
                place.attributionValue);
        return new RollupDelta(new RollupDelta.Target(
                partition(aggregation).collectionAt(place.bucketMillis),
                series,
                place.bucketMillis,
                place.source,
                place.incarnation,
                place.eventType,
                aggregation.limits().values()));
    }

    /** Where the numbers of an aggregation lie, in its storage width. */
    public static Partition partition(Aggregation aggregation) {
        return new Partition(
                aggregation.targetCollection(),
                aggregation.granularity(),
                aggregation.partition().enabled() ? aggregation.partition().length() : 0);
    }

    public Collection<RollupDelta> deltas() {
        return deltas.values();
    }

    /** How many documents the batch touches. */
    public int size() {
        return deltas.size();
    }
}
