package dev.tallyworks.realtime;

import dev.tallyworks.time.Granularity;

/**
 * Where an answer passes from stored to realtime rollups: what lies before the cut comes from the one, from it on from the
 * other, never both. It lies on the edge of a storage bucket.
 *
 * <pre>
 * max( down(min(now − bufferAge, oldest pending timestamp)), up(complete since), down(now − retention) )
 * </pre>
 *
 * So an event is either pending, then the cut reaches back to its bucket and the realtime rollups have it, or it is aggregated.
 */
public final class Cut {
    /** Everything comes from the stored rollups. */
    public static final long NONE = Long.MAX_VALUE;

    private Cut() {}

    /**
     * @param oldestPendingMillis the smallest timestamp of a pending event, {@link Long#MAX_VALUE} where none is
     * @param completeSinceMillis from which instant on the realtime rollups have missed nothing
     */
    public static long at(
            Granularity width,
            RealtimeWindow window,
            long nowMillis,
            long oldestPendingMillis,
            long completeSinceMillis) {
        long young = width.bucketStartMillis(Math.min(nowMillis - window.bufferAgeMillis(), oldestPendingMillis));
        return Math.max(young, realtimeFrom(width, window, nowMillis, completeSinceMillis));
    }

    /** From where on the realtime rollups have everything. */
    public static long realtimeFrom(
            Granularity width, RealtimeWindow window, long nowMillis, long completeSinceMillis) {
        long kept = width.bucketStartMillis(nowMillis - window.retentionMillis());
        return Math.max(kept, up(width, completeSinceMillis));
    }

    /** The first edge of a bucket at or after an instant. */
    static long up(Granularity width, long epochMillis) {
        if (epochMillis > Long.MAX_VALUE - width.widthMillis()) {
            return NONE;
        }
        long down = width.bucketStartMillis(epochMillis);
        return down == epochMillis ? down : down + width.widthMillis();
    }
}
