package dev.tallyworks.api.intake;

import dev.tallyworks.event.Event;
import dev.tallyworks.event.RecordedEvent;
import org.jspecify.annotations.Nullable;

/** What became of one posted event. */
sealed interface Outcome {
    /** Recorded, durably. */
    record Accepted(Event event) implements Outcome {}

    /** Its uuid was known: nothing was done. */
    record Duplicate(RecordedEvent original) implements Outcome {}

    record Rejected(@Nullable String uuid, Rejection rejection) implements Outcome {}
}
