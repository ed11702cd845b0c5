package dev.tallyworks.definition;

import dev.tallyworks.time.Granularity;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Says which events are counted, in which buckets, where, and which of their fields become metrics.
 *
 * @param report the id of the report that it belongs to
 * @param generation of its stored numbers: a rebuild makes the next one, the meaning of a generation never changes
 * @param targetCollection {@code aggr_[a-z0-9_]{1,80}}
 * @param granularity the storage width
 * @param rollupTo coarser widths kept beside it
 * @param realtime whether it has realtime rollups
 * @param realtimeSince when these were last switched on; null where they always were, or never
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
        @Nullable Instant realtimeSince)
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
                null);
    }

    /** Whether events of this source and type are counted here. */
    public boolean feedsOn(String source, String eventType) {
        boolean sourceFits =
                filter.sources.isEmpty() ? !source.equals(BUILT_IN_SOURCE) : filter.sources.contains(source);
        return sourceFits && (filter.eventTypes.isEmpty() || filter.eventTypes.contains(eventType));
    }

    /** The aggregation with what a patch or a rebuild may change about it. */
    public Aggregation with(
            Granularity newGranularity,
            Filter newFilter,
            Partition newPartition,
            @Nullable Retention newRetention,
            Fields newFields,
            Limits newLimits,
            boolean newRealtime,
            List<Granularity> newRollupTo,
            Sketches newSketches,
            Instant now) {
        return new Aggregation(
                id,
                report,
                generation,
                targetCollection,
                newGranularity,
                newFilter,
                newPartition,
                newRetention,
                newFields,
                newLimits,
                newRealtime,
                newRollupTo,
                newSketches,
                backfill,
                createdAt,
                now,
                newRealtime && !realtime ? now : realtimeSince);
    }

    /** Without a source that is gone, and so could feed it no more. */
    Aggregation withSources(List<String> sources, Instant now) {
        return with(
                granularity,
                new Filter(sources, filter.eventTypes),
                partition,
                retention,
                fields,
                limits,
                realtime,
                rollupTo,
                sketches,
                now);
    }

    /** Whether stored numbers of the one are right for the other. */
    public boolean meansTheSameAs(Aggregation other) {
        return granularity == other.granularity
                && filter.equals(other.filter)
                && partition.equals(other.partition)
                && fields.equals(other.fields)
                && limits.equals(other.limits)
                && rollupTo.equals(other.rollupTo)
                && sketches.equals(other.sketches);
    }

    /** Whether some event could be counted by both. */
    public boolean sharesEventsWith(Aggregation other) {
        boolean sources = filter.sources.isEmpty()
                ? other.filter.sources.isEmpty()
                        || other.filter.sources.stream().anyMatch(source -> !source.equals(BUILT_IN_SOURCE))
                : other.filter.sources.isEmpty()
                        ? other.sharesEventsWith(this)
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

    /** Fields for which approximate metrics are kept: distinct values, percentiles. */
    public record Sketches(List<String> unique, List<String> percentiles) {}
}
