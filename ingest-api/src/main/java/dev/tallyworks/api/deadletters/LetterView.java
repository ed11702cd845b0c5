package dev.tallyworks.api.deadletters;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonInclude.Include;
import dev.tallyworks.api.http.Times;
import dev.tallyworks.api.intake.EventView;
import dev.tallyworks.event.DeadLetters.Letter;
import dev.tallyworks.event.DeadLetters.Opened;
import dev.tallyworks.event.RecordedEvent;
import org.jspecify.annotations.Nullable;

/** A dead letter as it is answered in a list. */
record LetterView(String id, String source, String uuid, String type, String reason, int attempts, String diedAt) {
    static LetterView of(Letter letter) {
        return new LetterView(
                letter.id(),
                letter.event().source(),
                letter.event().uuid(),
                letter.type(),
                letter.reason(),
                letter.attempts(),
                Times.format(letter.diedAtMillis()));
    }

    /**
     * One dead letter with all that is known.
     *
     * @param error what was thrown, with the whole name of its class
     * @param stack null where nothing was thrown
     */
    @JsonInclude(Include.ALWAYS)
    record OpenedView(
            String id,
            String source,
            String uuid,
            String type,
            String reason,
            int attempts,
            String diedAt,
            EventView event,
            String error,
            @Nullable String stack) {
        static OpenedView of(Opened opened) {
            LetterView view = LetterView.of(opened.letter());
            Letter letter = opened.letter();
            RecordedEvent.Death death =
                    new RecordedEvent.Death(letter.id(), letter.reason(), letter.attempts(), letter.diedAtMillis());
            return new OpenedView(
                    view.id,
                    view.source,
                    view.uuid,
                    view.type,
                    view.reason,
                    view.attempts,
                    view.diedAt,
                    EventView.recorded(new RecordedEvent(opened.event(), false, death)),
                    opened.error(),
                    opened.stack());
        }
    }

    /**
     * What a call over many did.
     *
     * @param matched how many there were
     * @param done how many of them were retried or discarded
     */
    record Bulk(long matched, long done) {}
}
