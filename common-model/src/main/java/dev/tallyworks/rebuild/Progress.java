package dev.tallyworks.rebuild;

import dev.tallyworks.event.DoneEvents;
import org.jspecify.annotations.Nullable;

/**
 * How far a rebuild is. A window is written down before it is applied, so that whoever goes on applies the very same events under
 * the same number again:
 *
 * <pre>
 * … ──▶ counted so far ──▶ window n written ──▶ its numbers applied ──▶ window n ended, done + its events ──▶ …
 * </pre>
 *
 * @param startedAtMillis when it was first taken, epoch milliseconds; 0 before
 * @param total events that it will read; null until they are counted
 * @param done events of the windows that have ended
 * @param seq number of the newest window, 0 before the first
 * @param window that may have been applied in part; null between two
 * @param place where the next window begins; null at the very beginning
 */
public record Progress(
        long startedAtMillis,
        @Nullable Long total,
        long done,
        long seq,
        @Nullable Window window,
        @Nullable Place place) {
    public static final Progress NONE = new Progress(0, null, 0, 0, null, null);

    /** The events of a source after a position, null for its beginning, up to a position, null for its end. */
    public record Window(String source, DoneEvents.@Nullable Position after, DoneEvents.@Nullable Position upTo) {
        /** Where the next one begins. */
        Place next() {
            return new Place(source, upTo, upTo == null);
        }
    }

    /**
     * @param after a position in the source
     * @param ended whether the source is read to its end
     */
    public record Place(String source, DoneEvents.@Nullable Position after, boolean ended) {}

    public Progress begun(long nowMillis) {
        return startedAtMillis == 0 ? new Progress(nowMillis, total, done, seq, window, place) : this;
    }

    public Progress counted(long events) {
        return new Progress(startedAtMillis, events, done, seq, window, place);
    }

    public Progress opened(Window next) {
        return new Progress(startedAtMillis, total, done, seq + 1, next, place);
    }

    /** @param events of the window that was open */
    public Progress closed(long events) {
        if (window == null) {
            throw new IllegalStateException("no window is open");
        }
        return new Progress(startedAtMillis, total, done + events, seq, null, window.next());
    }
}
