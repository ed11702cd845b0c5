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

    public Source withEventTypes(Map<String, EventType> types, Instant now) {
        return new Source(
                id, incarnation, name, description, owners, retention, openTypes, types, state, createdAt, now);
    }

    public Source withState(State next, Instant now) {
        return new Source(
                id, incarnation, name, description, owners, retention, openTypes, eventTypes, next, createdAt, now);
    }

    /** The source with what may be changed about it. */
    public Source with(
            @Nullable String newDescription,
            List<String> newOwners,
            @Nullable Retention newRetention,
            boolean newOpenTypes,
            Instant now) {
        return new Source(
                id,
                incarnation,
                name,
                newDescription,
                newOwners,
                newRetention,
                newOpenTypes,
                eventTypes,
                state,
                createdAt,
                now);
    }

    /** Whether only the time of the last change differs. */
    public boolean sameAs(Source other) {
        return equals(other.withState(other.state, updatedAt));
    }

    /** A source is deleted in two versions: the first refuses intake, the second removes it. */
    public enum State {
        OPEN,
        /** Refuses events, until it turns out whether it may be removed. */
        CLOSING,
        /** Refuses events, and everything of it is being removed. */
        PURGING
    }
}
