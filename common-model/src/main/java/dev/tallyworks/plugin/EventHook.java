package dev.tallyworks.plugin;

import dev.tallyworks.event.Event;
import dev.tallyworks.event.EventDraft;

/** Is called for each event that is posted. */
public interface EventHook extends Plugin {
    /**
     * Waterfall, before the event is held against its source's definitions, schemas too. A duplicate is answered as it was
     * first recorded, whatever this makes of it.
     *
     * @param source id
     * @return the event with its payload and attributions changed or not; what else is changed is not looked at. Numbers of the
     *     payload may be of any Java type, of at most 34 digits
     * @throws Refusal to refuse this one event, with a code of its own
     */
    default EventDraft beforeEventRecord(String source, EventDraft event) {
        return event;
    }

    /**
     * Action, for each event that was recorded and is no duplicate, soon after. A process that dies or has too much to tell
     * leaves some out.
     */
    default void afterEventRecord(Event event) {}
}
