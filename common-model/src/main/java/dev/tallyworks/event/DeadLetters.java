package dev.tallyworks.event;

import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The dead events: those that no batch tries any more, until somebody says so. Each event is changed on its own and atomically,
 * by a condition on how it stands, so of any number of retries and discards at once one has its way; a call over many may be cut
 * off in the middle and is simply repeated. Failures as in {@link RawEvents}.
 *
 * <pre>
 *            the last attempt fails             discard
 * pending ────────────────────────────▶ dead ─────────────▶ discarded
 *    ▲              retry                │
 *    └───────────────────────────────────┘
 * </pre>
 */
public interface DeadLetters {
    /**
     * Dead events, the one that died last first; equal ones by descending uuid.
     *
     * @param after the letter that ended the page before
     */
    List<Letter> list(Asked asked, @Nullable Position after, int limit);

    long count(Asked asked);

    /** One of them, with all that is known. */
    Optional<Opened> open(EventRef event);

    /**
     * Makes those of the events that are dead pending again, with all their attempts. Who calls it then enqueues them; until
     * a time the relay, which would do that else, leaves them alone.
     *
     * @return how many were dead
     */
    long retry(Collection<EventRef> events, long notBeforeMillis);

    /**
     * Gives up those of the events that are dead: they stay recorded, and are never counted.
     *
     * @return how many were dead
     */
    long discard(Collection<EventRef> events);

    /** The name of a dead letter: a source's id has no colon. */
    static String id(String source, String uuid) {
        return source + ':' + uuid;
    }

    /** Whether the event was dead and has been made pending since, without having ended yet. */
    boolean isBeingRetried(EventRef event);

    /**
     * Which dead events of one incarnation of a source.
     *
     * @param type only of this type; null for all
     * @param reason only those that died for exactly this; null for all
     * @param sinceMillis died at that time or later, epoch milliseconds
     * @param untilMillis died before that time
     */
    record Asked(
            String source,
            long incarnation,
            @Nullable String type,
            @Nullable String reason,
            long sinceMillis,
            long untilMillis) {}

    /** A place in the order of {@link #list}. */
    record Position(long diedAtMillis, String uuid) {}

    /** @param sizeBytes of the event */
    record Letter(EventRef event, String type, int sizeBytes, String reason, int attempts, long diedAtMillis) {
        public String id() {
            return DeadLetters.id(event.source(), event.uuid());
        }
    }

    /** @param stack null where nothing was thrown */
    record Opened(
            Letter letter,
            Event event,
            String error,
            @Nullable String stack) {}
}
