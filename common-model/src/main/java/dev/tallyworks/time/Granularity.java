package dev.tallyworks.time;

import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * A storage width: the length of the buckets in which an aggregation keeps its numbers. All widths are aligned to the
 * epoch, so a bucket's start is the floor of the timestamp to the width, also before 1970.
 */
public enum Granularity {
    MILLIS_100("100ms", 100),
    MILLIS_200("200ms", 200),
    MILLIS_250("250ms", 250),
    MILLIS_500("500ms", 500),
    SECOND("second", 1_000),
    MINUTE("minute", 60_000),
    MINUTE_5("5minute", 5 * 60_000),
    MINUTE_10("10minute", 10 * 60_000),
    MINUTE_15("15minute", 15 * 60_000),
    MINUTE_30("30minute", 30 * 60_000),
    HOUR("hour", 3_600_000),
    HOUR_2("2hour", 2 * 3_600_000L),
    HOUR_4("4hour", 4 * 3_600_000L),
    HOUR_6("6hour", 6 * 3_600_000L),
    HOUR_12("12hour", 12 * 3_600_000L),
    DAY("day", 86_400_000L),
    DAY_3("3day", 3 * 86_400_000L),
    DAY_7("7day", 7 * 86_400_000L),
    DAY_15("15day", 15 * 86_400_000L),
    DAY_30("30day", 30 * 86_400_000L),
    DAY_45("45day", 45 * 86_400_000L),
    DAY_60("60day", 60 * 86_400_000L),
    DAY_90("90day", 90 * 86_400_000L);

    private static final Map<String, Granularity> BY_ID =
            Arrays.stream(values()).collect(Collectors.toUnmodifiableMap(Granularity::id, Function.identity()));

    private final String id;
    private final long widthMillis;

    Granularity(String id, long widthMillis) {
        this.id = id;
        this.widthMillis = widthMillis;
    }

    /** The name in requests, answers and stored documents, such as {@code 5minute}. */
    public String id() {
        return id;
    }

    public long widthMillis() {
        return widthMillis;
    }

    /** The start of the bucket that holds the instant, both in epoch milliseconds. */
    public long bucketStartMillis(long epochMillis) {
        return Math.floorDiv(epochMillis, widthMillis) * widthMillis;
    }

    /** Whether each bucket of {@code coarser} is made of whole buckets of this width. */
    public boolean divides(Granularity coarser) {
        return coarser.widthMillis % widthMillis == 0;
    }

    public static Optional<Granularity> byId(String id) {
        return Optional.ofNullable(BY_ID.get(id));
    }

    @Override
    public String toString() {
        return id;
    }
}
