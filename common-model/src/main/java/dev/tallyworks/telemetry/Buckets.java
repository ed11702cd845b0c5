package dev.tallyworks.telemetry;

import java.time.Duration;
import java.util.Arrays;

/** Bounds of the buckets of histograms: few, as each is a series for each combination of labels. */
public final class Buckets {
    private static final long[] MILLIS = {1, 5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000};
    private static final double[] EVENTS = {1, 10, 50, 100, 500, 1_000, 2_500, 5_000, 10_000};

    private Buckets() {}

    public static Duration[] durations() {
        return Arrays.stream(MILLIS).mapToObj(Duration::ofMillis).toArray(Duration[]::new);
    }

    public static double[] events() {
        return EVENTS.clone();
    }
}
