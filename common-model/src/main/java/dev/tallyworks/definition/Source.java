package dev.tallyworks.definition;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A logical origin of events. Its events live in the collection {@code events_<id>}.
 *
 * @param id the name in lower case, each character outside {@code [a-z0-9_]} replaced by {@code _}
 * @param incarnation the version of the definitions that created it
 * @param openTypes whether events of types that are not defined are accepted
 * @param eventTypes by name, in order of their creation
 * @param state whether it takes events
 */
public record Source(
        String id,
        long incarnation,
        String name,
        @Nullable String description,
        List<String> owners,
        @Nullable Retention retention,
        boolean openTypes,
        Map<String, EventType> eventTypes,
        State state,
        Instant createdAt,
        Instant updatedAt)
        implements Definition {

    /** A source is deleted in two versions: the first refuses intake, the second removes it. */
    public enum State {
        OPEN,
        /** Refuses events, until it turns out whether it may be removed. */
        CLOSING,
        /** Refuses events, and everything of it is being removed. */
        PURGING
    }
}
