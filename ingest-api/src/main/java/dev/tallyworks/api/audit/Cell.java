package dev.tallyworks.api.audit;

import dev.tallyworks.time.Granularity;
import java.util.Comparator;

/**
 * What is compared: the events that are counted in one bucket, in total or for the attributions of one type, where an event counts
 * once for each of its attributions.
 *
 * @param attributionType {@link dev.tallyworks.event.Attribution#TOTAL} for the total
 */
record Cell(long bucketMillis, Granularity width, String attributionType) implements Comparable<Cell> {
    private static final Comparator<Cell> ORDER = Comparator.comparingLong(Cell::bucketMillis)
            .thenComparing(Cell::width)
            .thenComparing(Cell::attributionType);

    @Override
    public int compareTo(Cell other) {
        return ORDER.compare(this, other);
    }
}
