package dev.tallyworks.rollup;

import dev.tallyworks.partition.Partition;
import dev.tallyworks.time.TimeRange;
import java.util.function.Consumer;

/** The stored numbers of all attributions of a type. Throws {@link dev.tallyworks.failure.Unavailable}. */
public interface AttributionScan {
    /**
     * Reads the documents of all attributions of one type, in no order, with just what is selected.
     *
     * @param series of any attribution of the type
     * @param range of whole buckets
     */
    void scan(Partition partition, SeriesKey series, TimeRange range, Selection selection, Consumer<StoredRollup> to);
}
