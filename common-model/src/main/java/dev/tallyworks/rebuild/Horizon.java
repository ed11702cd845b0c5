package dev.tallyworks.rebuild;

import dev.tallyworks.definition.Aggregation;
import dev.tallyworks.definition.Generations;
import dev.tallyworks.definition.Snapshot;
import dev.tallyworks.definition.Source;
import dev.tallyworks.time.TimeRange;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/**
 * From when on the raw events that numbers are made of are all kept: only these numbers can be made anew.
 *
 * <pre>
 *    raw events, some expired │ raw events, all kept
 *    ├─────────┼─────────┼────│────┼─────────┼─────────▶   buckets of the coarsest width
 *                                  ├───────────────────▶   can be made anew
 * </pre>
 */
public final class Horizon {
    private Horizon() {}

    /** Before which raw events may have expired, epoch milliseconds; the smallest of all where they never do. */
    public static long millis(Snapshot newest, Aggregation.Meaning meaning, Instant now) {
        long horizon = Long.MIN_VALUE;
        List<String> named = meaning.filter().sources();
        for (Source source : newest.sources()) {
            if (source.retention() != null && (named.isEmpty() || named.contains(source.id()))) {
                Duration hot = Duration.ofDays(source.retention().hotDays());
                horizon = Math.max(horizon, now.minus(hot).toEpochMilli());
            }
        }
        return horizon;
    }

    /** The buckets of all widths of which no event can have expired. */
    public static TimeRange whole(Snapshot newest, Aggregation.Meaning meaning, Instant now) {
        long horizon = millis(newest, meaning, now);
        return horizon == Long.MIN_VALUE ? Generations.ALWAYS : new TimeRange(edge(meaning, horizon), Long.MAX_VALUE);
    }

    private static long edge(Aggregation.Meaning meaning, long millis) {
        TimeRange around = meaning.widen(new TimeRange(millis, millis + 1));
        return around.startMillis() == millis ? millis : around.endMillis();
    }
}
