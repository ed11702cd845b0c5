package dev.tallyworks.rollup;

import dev.tallyworks.partition.Partition;
import dev.tallyworks.time.TimeRange;
import java.util.function.Consumer;

/** The stored numbers, as the questions read them. Throws {@link dev.tallyworks.failure.Unavailable}. */
public interface RollupScan {
    /**
     * Reads the documents of a series, bucket by bucket in the order of time, with just what is selected. Its cost grows
     * with the documents in the range, not with the events in them.
     *
     * @param range of whole buckets
     */
    void scan(Partition partition, SeriesKey series, TimeRange range, Selection selection, Consumer<StoredRollup> to);
}
