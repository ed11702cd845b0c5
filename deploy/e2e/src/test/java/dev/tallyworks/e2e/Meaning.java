package dev.tallyworks.e2e;

import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What an aggregation counts, and in which buckets, as the test asks for it.
 *
 * @param sources ids; empty for all
 * @param types empty for all
 * @param level a coarser width beside it; null for none
 * @param values the limit of distinct values, which is never reached
 * @param partitionLength buckets a partition; 0 for none
 */
record Meaning(
        Width width,
        List<String> sources,
        List<String> types,
        @Nullable Width level,
        int values,
        int partitionLength) {
    enum Width {
        SECOND("second", 1_000),
        MINUTE("minute", 60_000),
        QUARTER("15minute", 900_000),
        HOUR("hour", 3_600_000),
        DAY("day", 86_400_000);

        private final String id;
        private final long millis;

        Width(String id, long millis) {
            this.id = id;
            this.millis = millis;
        }

        String id() {
            return id;
        }

        long bucket(long epochMillis) {
            return Math.floorDiv(epochMillis, millis) * millis;
        }
    }

    boolean takes(LoadEvent event) {
        return (sources.isEmpty() || sources.contains(event.source()))
                && (types.isEmpty() || types.contains(event.type()));
    }

    /** The bucket's start, of the coarsest width; each finer one divides it. */
    long widestBucket(long epochMillis) {
        return (level == null ? width : level).bucket(epochMillis);
    }

    /** Where the bucket ends, or began where that is this very moment, of the coarsest width. */
    long widestBucketEnd(long epochMillis) {
        Width widest = level == null ? width : level;
        return widest.bucket(epochMillis + widest.millis - 1);
    }

    /** The members of a definition, without braces. */
    String members() {
        return "\"granularity\": \"" + width.id + "\", \"filter\": {\"sources\": " + array(sources)
                + ", \"eventTypes\": " + array(types) + "}, \"rollupTo\": ["
                + (level == null ? "" : "\"" + level.id + "\"") + "], \"limits\": {\"values\": " + values
                + "}, \"partition\": {\"enabled\": " + (partitionLength > 0) + ", \"length\": " + partitionLength + "}";
    }

    private static String array(List<String> texts) {
        return texts.stream().map(text -> "\"" + text + "\"").collect(Collectors.joining(", ", "[", "]"));
    }
}
