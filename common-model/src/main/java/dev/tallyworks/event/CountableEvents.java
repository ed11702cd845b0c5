package dev.tallyworks.event;

import dev.tallyworks.time.TimeRange;
import java.util.Collection;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The recorded events as those see them who count again what was counted. Failures as in {@link RawEvents}. */
public interface CountableEvents {
    /**
     * Which events of one incarnation of a source.
     *
     * @param types only these; empty for all
     */
    record Asked(String source, long incarnation, Collection<String> types, TimeRange range) {}

    /** Reads events in the order of time. One that becomes done meanwhile is read as pending or as done, never neither. */
    void scan(Asked asked, Consumer<Countable> to);

    /** The timestamp of the n-th recorded event of a source in a range, of whatever kind; null where there are fewer. */
    @Nullable
    Long timestampOfNth(String source, TimeRange range, int n);

    record Countable(Event event, State state) {}

    enum State {
        /** Every matching aggregation contains it. */
        DONE,
        /** It may be in some of its rollups. */
        PENDING,
        /** It is in no rollup, and nobody tries to aggregate it. */
        DEAD
    }
}
