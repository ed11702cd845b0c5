package dev.tallyworks.api.deadletters;

import dev.tallyworks.api.http.Page;
import dev.tallyworks.event.DeadLetters.Letter;
import dev.tallyworks.event.DeadLetters.Position;
import java.util.Comparator;
import org.jspecify.annotations.Nullable;

/**
 * The place of a letter in the list over all sources, as clients hand it back: {@code millis:source:uuid}. Who died last comes
 * first; at the same time sources in their order, and in each the largest uuid first.
 */
record LetterCursor(long diedAtMillis, String source, String uuid) {
    static final Comparator<Letter> ORDER = Comparator.comparing(Letter::diedAtMillis)
            .reversed()
            .thenComparing(letter -> letter.event().source())
            .thenComparing(letter -> letter.event().uuid(), Comparator.reverseOrder());

    static String write(Letter letter) {
        return Page.encode(letter.diedAtMillis() + ":" + letter.id());
    }

    static LetterCursor read(String cursor) {
        String[] parts = Page.decode(cursor).split(":", 3);
        if (parts.length == 3) {
            try {
                return new LetterCursor(Long.parseLong(parts[0]), parts[1], parts[2]);
            } catch (NumberFormatException foreign) {
                // said below
            }
        }
        throw Page.badCursor();
    }

    /** Where the letters of a source go on; null where they go on at {@link #untilMillis}. */
    @Nullable
    Position position(String of) {
        return of.equals(source) ? new Position(diedAtMillis, uuid) : null;
    }

    /** Until when the letters of a source that go on died, excluded. */
    long untilMillis(String of) {
        return of.compareTo(source) >= 0 ? diedAtMillis + 1 : diedAtMillis;
    }
}
