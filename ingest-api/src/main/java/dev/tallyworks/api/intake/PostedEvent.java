package dev.tallyworks.api.intake;

import dev.tallyworks.event.EventDraft;
import org.jspecify.annotations.Nullable;

/** One event of a body. */
sealed interface PostedEvent {
    /** The event's uuid, where it has a valid one. */
    @Nullable
    String uuid();

    /** Well-formed; what the definitions say of it turns out at the commit. */
    record Draft(EventDraft event) implements PostedEvent {
        @Override
        public String uuid() {
            return event.uuid();
        }
    }

    /** Can't be recorded, whatever the definitions say. */
    record Refused(@Nullable String uuid, Rejection rejection) implements PostedEvent {}
}
