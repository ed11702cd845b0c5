package dev.tallyworks.api.intake;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonInclude.Include;
import dev.tallyworks.api.http.Times;
import dev.tallyworks.event.Attribution;
import dev.tallyworks.event.Event;
import dev.tallyworks.event.RecordedEvent;
import io.quarkus.runtime.annotations.RegisterForReflection;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An event as it is answered.
 *
 * @param timestamp ISO-8601, UTC, milliseconds
 * @param duplicate only in the answer to a post
 * @param aggregated only where it is read back
 * @param dead only of an event that is not being tried any more
 */
@RegisterForReflection(registerFullHierarchy = true)
@JsonInclude(Include.NON_NULL)
public record EventView(
        String id,
        String uuid,
        String type,
        String timestamp,
        String receivedAt,
        @JsonInclude(content = Include.ALWAYS) Map<String, @Nullable Object> payload,
        List<Attribution> attributions,
        @Nullable Boolean duplicate,
        @Nullable Boolean aggregated,
        @Nullable Dead dead)
        implements PostAnswer {

    public record Dead(String id, String reason, int attempts, String diedAt) {}

    static EventView posted(Event event, boolean duplicate) {
        return of(event, duplicate, null, null);
    }

    /** An event as it is read back. */
    public static EventView recorded(RecordedEvent recorded) {
        RecordedEvent.Death death = recorded.dead();
        Dead dead = death == null
                ? null
                : new Dead(death.id(), death.reason(), death.attempts(), Times.format(death.diedAtMillis()));
        return of(recorded.event(), null, recorded.aggregated(), dead);
    }

    private static EventView of(
            Event event, @Nullable Boolean duplicate, @Nullable Boolean aggregated, @Nullable Dead dead) {
        return new EventView(
                event.ref().uuid(),
                event.ref().uuid(),
                event.type(),
                Times.format(event.timestampMillis()),
                Times.format(event.receivedAtMillis()),
                event.payload(),
                event.attributions(),
                duplicate,
                aggregated,
                dead);
    }
}
