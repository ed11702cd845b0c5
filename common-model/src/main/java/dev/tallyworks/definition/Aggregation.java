package dev.tallyworks.definition;

import dev.tallyworks.time.Granularity;
import dev.tallyworks.time.TimeRange;
import java.math.BigInteger;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Says which events are counted, in which buckets, where, and which of their fields become metrics.
 *
 * @param report the id of the report that it belongs to
 * @param generation of the stored numbers that this is about; of the definition itself, the one that is in force at the end of
 *     time
 * @param targetCollection {@code aggr_[a-z0-9_]{1,80}}
 * @param granularity the storage width
 * @param rollupTo coarser widths kept beside it
 * @param realtime whether it has realtime rollups
 * @param realtimeSince when these were last switched on; null where they always were, or never
 * @param generations all that its stored numbers are of
 * @param closedBeforeMillis buckets before are dropped and never counted in again: an edge of a partition, epoch milliseconds;
 *     {@link Long#MIN_VALUE} where none are
 */
public record Aggregation(
        String id,
        String report,
        int generation,
        String targetCollection,
        Granularity granularity,
        Filter filter,
        Partition partition,
        @Nullable Retention retention,
        Fields fields,
        Limits limits,
        boolean realtime,
        List<Granularity> rollupTo,
        Sketches sketches,
        boolean backfill,
        Instant createdAt,
        Instant updatedAt,
        @Nullable Instant realtimeSince,
        Generations generations,
        long closedBeforeMillis)
        implements Definition {

    /** The built-in source of usage figures, which only aggregations that name it count. */
    public static final String BUILT_IN_SOURCE = "tallyworks_usage";

    /** One that was never changed. */
    public Aggregation(
            String id,
            String report,
            int generation,
            String targetCollection,
            Granularity granularity,
            Filter filter,
            Partition partition,
            @Nullable Retention retention,
            Fields fields,
            Limits limits,
            boolean realtime,
            List<Granularity> rollupTo,
            Sketches sketches,
            boolean backfill,
            Instant createdAt,
            Instant updatedAt) {
        this(
                id,
                report,
                generation,
                targetCollection,
                granularity,
                filter,
                partition,
                retention,
                fields,
                limits,
                realtime,
                rollupTo,
                sketches,
                backfill,
                createdAt,
                updatedAt,
                null,
                Generations.first(generation),
                Long.MIN_VALUE);
    }

    /** Whether events of this source and type are counted here. */
    public boolean feedsOn(String source, String eventType) {
        boolean sourceFits =
                filter.sources.isEmpty() ? !source.equals(BUILT_IN_SOURCE) : filter.sources.contains(source);
        return sourceFits && (filter.eventTypes.isEmpty() || filter.eventTypes.contains(eventType));
    }

    /** The aggregation with what may be changed about it without a rebuild. */
    public Aggregation with(@Nullable Retention newRetention, boolean newRealtime, Instant now) {
        return new Aggregation(
                id,
                report,
                generation,
                targetCollection,
                granularity,
                filter,
                partition,
                newRetention,
                fields,
                limits,
                newRealtime,
                rollupTo,
                sketches,
                backfill,
                createdAt,
                now,
                newRealtime && !realtime ? now : realtimeSince,
                generations,
                closedBeforeMillis);
    }

    /** The same meaning, and the same numbers but for these generations. */
    public Aggregation with(Generations newGenerations) {
        return copy(newGenerations.newest().number(), meaning(), realtimeSince, updatedAt, newGenerations);
    }

    /** With what is being built in force. */
    public Aggregation switched(Instant now) {
        Generations.Building building = generations.building();
        if (building == null) {
            throw new IllegalStateException("nothing is being built of aggregation " + id);
        }
        Generations inForce = generations.switched();
        boolean changes = !building.meaning().equals(meaning());
        return copy(inForce.newest().number(), building.meaning(), realtimeSince, changes ? now : updatedAt, inForce);
    }

    private Aggregation copy(
            int newGeneration,
            Meaning meaning,
            @Nullable Instant newRealtimeSince,
            Instant newUpdatedAt,
            Generations newGenerations) {
        return new Aggregation(
                id,
                report,
                newGeneration,
                targetCollection,
                meaning.granularity,
                meaning.filter,
                meaning.partition,
                retention,
                meaning.fields,
                meaning.limits,
                realtime,
                meaning.rollupTo,
                meaning.sketches,
                backfill,
                createdAt,
                newUpdatedAt,
                newRealtimeSince,
                newGenerations,
                closedBeforeMillis(meaning.granularity));
    }

    /** No bucket of a width is closed in part. */
    private long closedBeforeMillis(Granularity width) {
        return closedBeforeMillis == Long.MIN_VALUE
                ? Long.MIN_VALUE
                : width.bucketStartMillis(closedBeforeMillis + width.widthMillis() - 1);
    }

    /** With its partitions before an instant closed, epoch milliseconds. */
    public Aggregation closedBefore(long millis) {
        return new Aggregation(
                id,
                report,
                generation,
                targetCollection,
                granularity,
                filter,
                partition,
                retention,
                fields,
                limits,
                realtime,
                rollupTo,
                sketches,
                backfill,
                createdAt,
                updatedAt,
                realtimeSince,
                generations,
                Math.max(millis, closedBeforeMillis));
    }

    /** Where the partition begins that holds an instant; the smallest instant where it has none. Epoch milliseconds. */
    public long partitionStartMillis(long epochMillis) {
        if (!partition.enabled()) {
            return Long.MIN_VALUE;
        }
        // Floors nest; the product of width and length may be beyond int64.
        long number = Math.floorDiv(Math.floorDiv(epochMillis, granularity.widthMillis()), partition.length());
        BigInteger start = BigInteger.valueOf(number)
                .multiply(BigInteger.valueOf(partition.length()))
                .multiply(BigInteger.valueOf(granularity.widthMillis()));
        return start.bitLength() < Long.SIZE ? start.longValueExact() : Long.MIN_VALUE;
    }

    /** What its stored numbers mean. */
    public Meaning meaning() {
        return new Meaning(granularity, filter, partition, fields, limits, rollupTo, sketches);
    }

    /** The aggregation as one of its generations in force has it. */
    Aggregation as(Generation one) {
        return copy(one.number(), meaning(), later(realtimeSince, one.realtimeSince()), updatedAt, generations);
    }

    /** The aggregation as what is being built has it; null where nothing is. */
    public @Nullable Aggregation asBuilt() {
        Generations.Building building = generations.building();
        return building == null
                ? null
                : copy(
                        building.generation().number(),
                        building.meaning(),
                        later(realtimeSince, building.generation().realtimeSince()),
                        updatedAt,
                        generations);
    }

    private static @Nullable Instant later(@Nullable Instant one, @Nullable Instant other) {
        if (one == null || other == null) {
            return one == null ? other : one;
        }
        return one.isBefore(other) ? other : one;
    }

    /** The generations in force in a range of whole buckets, in the order of time; none where they are closed. */
    public List<Portion> portions(TimeRange range) {
        List<Portion> portions = new ArrayList<>();
        for (Generations.Era era : generations.eras()) {
            long start = Math.max(Math.max(era.startMillis(), closedBeforeMillis), range.startMillis());
            long end = Math.min(era.endMillis(), range.endMillis());
            if (start < end) {
                portions.add(new Portion(as(era.generation()), new TimeRange(start, end)));
            }
        }
        return portions;
    }

    /**
     * A range of time in which one generation is in force.
     *
     * @param aggregation as that generation has it
     */
    public record Portion(Aggregation aggregation, TimeRange range) {}

    /** Without a source that is gone, and so could feed it no more; there must be another beside it. */
    Aggregation withoutSource(String source, Instant now) {
        return copy(generation, meaning().withoutSource(source), realtimeSince, now, generations.withoutSource(source));
    }

    /** Whether some event could be counted by both, now or by what is being built. */
    public boolean sharesEventsWith(Aggregation other) {
        Aggregation built = asBuilt();
        Aggregation otherBuilt = other.asBuilt();
        return overlaps(other)
                || built != null && built.overlaps(other)
                || otherBuilt != null && (overlaps(otherBuilt) || built != null && built.overlaps(otherBuilt));
    }

    private boolean overlaps(Aggregation other) {
        boolean sources = filter.sources.isEmpty()
                ? other.filter.sources.isEmpty()
                        || other.filter.sources.stream().anyMatch(source -> !source.equals(BUILT_IN_SOURCE))
                : other.filter.sources.isEmpty()
                        ? other.overlaps(this)
                        : filter.sources.stream().anyMatch(other.filter.sources::contains);
        boolean types = filter.eventTypes.isEmpty()
                || other.filter.eventTypes.isEmpty()
                || filter.eventTypes.stream().anyMatch(other.filter.eventTypes::contains);
        return sources && types;
    }

    /** Whether a target collection could be taken for a partition or the view of the other, or is the same. */
    public static boolean targetsClash(String one, String other) {
        return one.equals(other) || isPartOf(one, other) || isPartOf(other, one);
    }

    private static boolean isPartOf(String name, String target) {
        if (!name.startsWith(target + '_')) {
            return false;
        }
        String rest = name.substring(target.length() + 1);
        return rest.equals("metrics") || !rest.isEmpty() && rest.chars().allMatch(c -> c >= '0' && c <= '9');
    }

    /**
     * @param sources ids; empty means every source but the built-in one
     * @param eventTypes names; empty means every type
     */
    public record Filter(List<String> sources, List<String> eventTypes) {}

    /**
     * @param enabled whether numbers are spread over collections by time
     * @param length buckets a partition, at least 1; 0 where not enabled
     */
    public record Partition(boolean enabled, long length) {}

    /**
     * Which fields of the payload become metrics, by dotted path.
     *
     * @param include only these; empty means all
     * @param exclude but these
     */
    public record Fields(List<String> include, List<String> exclude) {
        public boolean accept(String path) {
            return (include.isEmpty() || include.contains(path)) && !exclude.contains(path);
        }
    }

    /**
     * @param values distinct values kept per field and bucket; more are counted under {@code __other__}
     * @param leaves distinct tuples of values kept per field and bucket
     */
    public record Limits(int values, int leaves) {}

    /**
     * What stored numbers mean. Numbers of one meaning are right for no other.
     *
     * @param granularity the storage width
     * @param rollupTo coarser widths kept beside it
     */
    public record Meaning(
            Granularity granularity,
            Filter filter,
            Partition partition,
            Fields fields,
            Limits limits,
            List<Granularity> rollupTo,
            Sketches sketches) {
        Meaning withoutSource(String source) {
            List<String> others =
                    filter.sources.stream().filter(one -> !one.equals(source)).toList();
            return new Meaning(
                    granularity, new Filter(others, filter.eventTypes), partition, fields, limits, rollupTo, sketches);
        }

        /** Widens a range to buckets of the storage width and of all coarser ones. */
        public TimeRange widen(TimeRange range) {
            long step = granularity.widthMillis();
            for (Granularity coarser : rollupTo) {
                step = lcm(step, coarser.widthMillis());
            }
            return new TimeRange(
                    Math.floorDiv(range.startMillis(), step) * step,
                    Math.floorDiv(range.endMillis() + step - 1, step) * step);
        }

        private static long lcm(long one, long other) {
            return one / BigInteger.valueOf(one).gcd(BigInteger.valueOf(other)).longValueExact() * other;
        }
    }

    /** Fields for which approximate metrics are kept: distinct values, percentiles. */
    public record Sketches(List<String> unique, List<String> percentiles) {}
}
