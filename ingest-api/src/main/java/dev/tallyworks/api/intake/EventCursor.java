package dev.tallyworks.api.intake;

import dev.tallyworks.api.http.Page;
import dev.tallyworks.event.RawEvents.Position;

/** A place in the list of events as clients hand it back: {@code millis:uuid}. */
final class EventCursor {
    private EventCursor() {}

    static String write(Position position) {
        return Page.encode(position.timestampMillis() + ":" + position.uuid());
    }

    static Position read(String cursor) {
        String text = Page.decode(cursor);
        int colon = text.indexOf(':');
        try {
            if (colon > 0) {
                return new Position(Long.parseLong(text, 0, colon, 10), text.substring(colon + 1));
            }
        } catch (NumberFormatException foreign) {
            // said below
        }
        throw Page.badCursor();
    }
}
