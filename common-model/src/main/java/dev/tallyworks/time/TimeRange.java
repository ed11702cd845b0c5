package dev.tallyworks.time;

/**
 * @param startMillis epoch milliseconds, included
 * @param endMillis epoch milliseconds, excluded; not before the start
 */
public record TimeRange(long startMillis, long endMillis) {
    public TimeRange {
        if (endMillis < startMillis) {
            throw new IllegalArgumentException("end " + endMillis + " must not be before start " + startMillis);
        }
    }
}
