package dev.tallyworks.api.query;

import dev.tallyworks.telemetry.Buckets;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Times questions by what is asked. */
final class QueryMetrics {
    private final Map<Asked, Timer> timers = new EnumMap<>(Asked.class);

    /** The kinds of questions. */
    enum Asked {
        METRIC,
        BOOLEAN,
        DATASET,
        GROUPS,
        FLAT_GROUPS,
        TOP
    }

    QueryMetrics(MeterRegistry registry) {
        for (Asked asked : Asked.values()) {
            timers.put(
                    asked,
                    Timer.builder("tallyworks.query")
                            .description("Time that questions take to read and to fold, without writing the answer")
                            .tag("type", asked.name().toLowerCase(Locale.ROOT))
                            .serviceLevelObjectives(Buckets.durations())
                            .register(registry));
        }
    }

    void answered(Asked asked, long nanos) {
        Timer timer = timers.get(asked);
        if (timer != null) {
            timer.record(nanos, TimeUnit.NANOSECONDS);
        }
    }
}
