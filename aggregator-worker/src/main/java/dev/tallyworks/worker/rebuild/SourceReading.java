package dev.tallyworks.worker.rebuild;

import dev.tallyworks.definition.Aggregation;
import dev.tallyworks.definition.Generations;
import dev.tallyworks.definition.Snapshot;
import dev.tallyworks.definition.Source;
import dev.tallyworks.event.DoneEvents;
import dev.tallyworks.rebuild.Progress;
import dev.tallyworks.time.TimeRange;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The events that a rebuild reads: source by source in the order of their ids, as the definitions had them when it began, each in
 * the order of time. What came later is fed by the batches.
 */
record SourceReading(List<DoneEvents.Selected> sources) {
    /** @param built the aggregations of which numbers are built */
    static SourceReading of(List<Aggregation> built, long version, Snapshot begun, Snapshot newest) {
        List<DoneEvents.Selected> sources = new ArrayList<>();
        for (Source source : begun.sources().stream()
                .sorted(Comparator.comparing(Source::id))
                .toList()) {
            List<Aggregation> fed =
                    built.stream().filter(one -> takes(one, source.id())).toList();
            if (!fed.isEmpty() && newest.counts(source.id(), source.incarnation())) {
                sources.add(
                        new DoneEvents.Selected(source.id(), source.incarnation(), types(fed), range(fed), version));
            }
        }
        return new SourceReading(sources);
    }

    private static boolean takes(Aggregation aggregation, String source) {
        Aggregation built = aggregation.asBuilt();
        if (built == null) {
            return false;
        }
        List<String> named = built.filter().sources();
        return named.isEmpty() ? !source.equals(Aggregation.BUILT_IN_SOURCE) : named.contains(source);
    }

    /** Empty for all. */
    private static Set<String> types(List<Aggregation> fed) {
        Set<String> types = new TreeSet<>();
        for (Aggregation aggregation : fed) {
            List<String> named = building(aggregation).meaning().filter().eventTypes();
            if (named.isEmpty()) {
                return Set.of();
            }
            types.addAll(named);
        }
        return types;
    }

    private static TimeRange range(List<Aggregation> fed) {
        long start = Long.MAX_VALUE;
        long end = Long.MIN_VALUE;
        for (Aggregation aggregation : fed) {
            TimeRange range = building(aggregation).range();
            start = Math.min(start, range.startMillis());
            end = Math.max(end, range.endMillis());
        }
        return new TimeRange(start, end);
    }

    static Generations.Building building(Aggregation aggregation) {
        Generations.Building building = aggregation.generations().building();
        if (building == null) {
            throw new IllegalStateException("nothing is being built of aggregation " + aggregation.id());
        }
        return building;
    }

    Optional<DoneEvents.Selected> source(String id) {
        return sources.stream().filter(one -> one.source().equals(id)).findFirst();
    }

    /** The source to go on with. */
    Optional<DoneEvents.Selected> next(Progress.@Nullable Place place) {
        return sources.stream()
                .filter(one -> place == null
                        || one.source().compareTo(place.source()) > 0
                        || one.source().equals(place.source()) && !place.ended())
                .findFirst();
    }
}
