package dev.tallyworks.rollup;

import dev.tallyworks.definition.Aggregation;
import dev.tallyworks.event.Attribution;
import dev.tallyworks.event.Event;
import dev.tallyworks.metric.EventMetrics;
import dev.tallyworks.metric.Leaf;
import dev.tallyworks.partition.Partition;
import dev.tallyworks.time.Granularity;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Adds up a batch in memory, so that a hot series costs one update a batch. Folding is free of order. Not thread-safe. */
public final class RollupFold {
    private record Place(
            Aggregation aggregation,
            Granularity width,
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
                    && width == place.width
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

        Place in(Granularity level, long levelBucketMillis) {
            return new Place(
                    aggregation,
                    level,
                    source,
                    incarnation,
                    eventType,
                    levelBucketMillis,
                    attributionType,
                    attributionValue);
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
        String leaf = Leaf.of(metrics.categories());
        add(event, aggregation, metrics, leaf, Attribution.TOTAL, null);
        for (Attribution attribution : metrics.attributions()) {
            add(event, aggregation, metrics, leaf, attribution.type(), attribution.value());
        }
    }

    private void add(
            Event event,
            Aggregation aggregation,
            EventMetrics metrics,
            String leaf,
            String type,
            @Nullable String value) {
        Granularity width = aggregation.granularity();
        long bucket = width.bucketStartMillis(event.timestampMillis());
        Place place = new Place(
                aggregation, width, event.ref().source(), event.ref().incarnation(), event.type(), bucket, type, value);
        deltas.computeIfAbsent(place, RollupFold::begin).add(metrics, leaf, event.timestampMillis() - bucket);
    }

    private static RollupDelta begin(Place place) {
        Aggregation aggregation = place.aggregation;
        SeriesKey series = new SeriesKey(
                aggregation.id(), aggregation.generation(), place.width, place.attributionType, place.attributionValue);
        return new RollupDelta(new RollupDelta.Target(
                partition(aggregation, place.width).collectionAt(place.bucketMillis),
                series,
                place.bucketMillis,
                place.source,
                place.incarnation,
                place.eventType,
                aggregation.limits().values(),
                aggregation.limits().leaves()));
    }

    /** Where the numbers of an aggregation lie, in its storage width. */
    public static Partition partition(Aggregation aggregation) {
        return partition(aggregation, aggregation.granularity());
    }

    /** Where the numbers of an aggregation lie, in its storage width or one of its coarser levels. */
    public static Partition partition(Aggregation aggregation, Granularity width) {
        String target = aggregation.targetCollection();
        return new Partition(
                width == aggregation.granularity() ? target : target + '.' + width.id(),
                width,
                aggregation.partition().enabled() ? aggregation.partition().length() : 0);
    }

    /** The documents of the storage widths, and of all coarser levels that their aggregations keep. */
    public List<RollupDelta> deltasOfAllLevels() {
        Map<Place, RollupDelta> levels = new LinkedHashMap<>();
        deltas.forEach((place, delta) -> {
            for (Granularity width : place.aggregation.rollupTo()) {
                long bucket = width.bucketStartMillis(place.bucketMillis);
                levels.computeIfAbsent(place.in(width, bucket), RollupFold::begin)
                        .addWithoutFlags(delta);
            }
        });
        List<RollupDelta> all = new ArrayList<>(deltas.values());
        all.addAll(levels.values());
        return all;
    }

    /** The documents of the storage widths. */
    public Collection<RollupDelta> deltas() {
        return deltas.values();
    }

    /** How many documents of the storage widths the batch touches. */
    public int size() {
        return deltas.size();
    }
}
