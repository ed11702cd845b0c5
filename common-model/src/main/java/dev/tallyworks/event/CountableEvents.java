package dev.tallyworks.event;

import dev.tallyworks.time.TimeRange;
import java.util.Collection;
import java.util.function.Consumer;

/**
 * The recorded events as those see them who count again what was counted: of each just what decides where it counts. Failures
 * as in {@link RawEvents}.
 */
public interface CountableEvents {
    /**
     * Reads the events of one incarnation of a source. One that becomes done meanwhile is read as pending or as done, never
     * neither.
     *
     * @param types only these; empty for all
     */
    void scan(String source, long incarnation, Collection<String> types, TimeRange range, Consumer<Countable> to);

    /** @param version of the definitions under which it was accepted */
    record Countable(String type, long timestampMillis, long receivedAtMillis, long version, State state) {}

    enum State {
        /** Every matching aggregation contains it. */
        DONE,
        /** It may be in some of its rollups. */
        PENDING,
        /** It is in no rollup, and nobody tries to aggregate it. */
        DEAD
    }
}
