package dev.tallyworks.realtime;

import dev.tallyworks.time.Granularity;

/**
 * For how long realtime rollups stand in for stored ones. All in milliseconds; the same in every process.
 *
 * @param bufferAgeMillis answers take what is younger than this from the realtime rollups, whatever is aggregated
 * @param retentionMillis how far back realtime rollups reach
 * @param futureMillis how far ahead of its receipt an event's timestamp may lie
 * @param clockMillis how far the clocks of two processes may be apart
 * @param queryMillis after this a query is given up
 */
public record RealtimeWindow(
        long bufferAgeMillis, long retentionMillis, long futureMillis, long clockMillis, long queryMillis) {
    /** Five minutes, three times that, and what the contract says of the future. */
    public static final RealtimeWindow DEFAULT = new RealtimeWindow(300_000, 900_000, 300_000, 60_000, 30_000);

    public RealtimeWindow {
        if (retentionMillis < bufferAgeMillis) {
            throw new IllegalArgumentException(
                    "retentionMillis " + retentionMillis + " must not be less than bufferAgeMillis " + bufferAgeMillis);
        }
    }

    /**
     * From which instant on nothing is missing, where something may have been lost until now: events that were accepted before
     * may lie that far ahead.
     */
    public long completeFromMillis(long nowMillis) {
        return nowMillis + aheadMillis();
    }

    /** Until when a bucket is kept, whole: as long as any query may still ask for it. */
    public long keptUntilMillis(Granularity width, long bucketMillis) {
        return bucketMillis + width.widthMillis() + retentionMillis + clockMillis + queryMillis;
    }

    /** No event lies at or after this instant. */
    public long endMillis(long nowMillis) {
        return nowMillis + aheadMillis();
    }

    /** How far ahead of now, by anybody's clock, an event may lie. */
    public long aheadMillis() {
        return futureMillis + clockMillis;
    }
}
