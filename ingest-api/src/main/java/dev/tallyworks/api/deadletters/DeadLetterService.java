package dev.tallyworks.api.deadletters;

import dev.tallyworks.api.http.Page;
import dev.tallyworks.api.http.Problem;
import dev.tallyworks.definition.Definitions;
import dev.tallyworks.definition.Source;
import dev.tallyworks.event.DeadLetters;
import dev.tallyworks.event.DeadLetters.Asked;
import dev.tallyworks.event.DeadLetters.Letter;
import dev.tallyworks.event.DeadLetters.Opened;
import dev.tallyworks.event.DeadLetters.Position;
import dev.tallyworks.event.EventRef;
import dev.tallyworks.event.RawEvents;
import dev.tallyworks.event.RecordedEvent;
import dev.tallyworks.failure.Unavailable;
import dev.tallyworks.queue.Job;
import dev.tallyworks.queue.JobQueue;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** Lists dead letters over all sources, and does with them what operators decide. */
final class DeadLetterService {
    private static final Logger LOG = Logger.getLogger(DeadLetterService.class);
    /** How long the relay leaves alone what is enqueued here. */
    private static final long RELAY_WAITS_MILLIS = 10_000;

    private static final int CHUNK = 1_000;

    private final Definitions definitions;
    private final DeadLetters letters;
    private final RawEvents events;
    private final JobQueue queue;
    private final Duration bulkMax;
    private final Clock clock;

    /** @param bulkMax after this time a call over many ends, whatever is left */
    DeadLetterService(
            Definitions definitions,
            DeadLetters letters,
            RawEvents events,
            JobQueue queue,
            Duration bulkMax,
            Clock clock) {
        this.definitions = definitions;
        this.letters = letters;
        this.events = events;
        this.queue = queue;
        this.bulkMax = bulkMax;
        this.clock = clock;
    }

    /** What to do with dead letters. */
    enum Deed {
        RETRY,
        DISCARD
    }

    Page<Letter> list(LetterFilter filter, int limit, @Nullable String cursor) {
        LetterCursor after = cursor == null ? null : LetterCursor.read(cursor);
        List<Letter> found = new ArrayList<>();
        for (Source source : sources(filter)) {
            long until = after == null ? Long.MAX_VALUE : after.untilMillis(source.id());
            Position position = after == null ? null : after.position(source.id());
            found.addAll(letters.list(asked(source, filter, until), position, limit + 1));
        }
        found.sort(LetterCursor.ORDER);
        if (found.size() <= limit) {
            return new Page<>(found, null);
        }
        return new Page<>(List.copyOf(found.subList(0, limit)), LetterCursor.write(found.get(limit - 1)));
    }

    Opened open(String id) {
        return letters.open(ref(id)).orElseThrow(() -> unknown(id));
    }

    /** The event is pending when this returns; that it is being retried already is as good. */
    void retry(String id) {
        EventRef event = ref(id);
        Optional<Opened> opened = letters.open(event);
        boolean wasDead = opened.isPresent();
        if (wasDead && retry(List.of(opened.get().letter()), true).changed == 1) {
            return;
        }
        // Of several at once one is quicker, and then the event may even have been counted already.
        if (!letters.isBeingRetried(event) && !(wasDead && isCounted(event))) {
            throw unknown(id);
        }
    }

    private boolean isCounted(EventRef event) {
        RecordedEvent recorded = events.find(event.source(), event.incarnation(), List.of(event.uuid()))
                .get(event.uuid());
        return recorded != null && recorded.aggregated();
    }

    void discard(String id) {
        EventRef event = ref(id);
        if (letters.discard(List.of(event)) == 1) {
            return;
        }
        throw letters.isBeingRetried(event)
                ? Problem.conflict("The dead letter '" + id + "' is being retried; look again when that has ended.")
                : unknown(id);
    }

    /** @param limit at most so many are done, whatever matches */
    LetterView.Bulk doWithAll(Deed deed, LetterFilter filter, boolean dryRun, long limit) {
        // Who dies while this goes on is not meant, so it ends.
        long until = clock.millis() + 1;
        long end = System.nanoTime() + bulkMax.toNanos();
        List<Source> sources = sources(filter);
        long matched = 0;
        for (Source source : sources) {
            matched += letters.count(asked(source, filter, until));
        }
        long done = 0;
        boolean queueAnswers = true;
        for (Source source : dryRun ? List.<Source>of() : sources) {
            Position after = null;
            while (done < limit && System.nanoTime() < end) {
                int wanted = (int) Math.min(CHUNK, limit - done);
                List<Letter> chunk = letters.list(asked(source, filter, until), after, wanted);
                if (deed == Deed.RETRY) {
                    Retried retried = retry(chunk, queueAnswers);
                    done += retried.changed;
                    queueAnswers = retried.enqueued;
                } else {
                    done += letters.discard(refs(chunk));
                }
                if (chunk.size() < wanted) {
                    break;
                }
                Letter last = chunk.get(chunk.size() - 1);
                after = new Position(last.diedAtMillis(), last.event().uuid());
            }
        }
        return new LetterView.Bulk(matched, done);
    }

    private record Retried(long changed, boolean enqueued) {}

    /** Where the queue is away, the relay finds the events. */
    private Retried retry(List<Letter> dead, boolean enqueue) {
        if (dead.isEmpty()) {
            return new Retried(0, enqueue);
        }
        long now = clock.millis();
        long changed = letters.retry(refs(dead), now + RELAY_WAITS_MILLIS);
        boolean enqueued = false;
        if (enqueue) {
            try {
                queue.enqueue(dead.stream()
                        .map(letter -> new Job(letter.event(), letter.sizeBytes(), now, ""))
                        .toList());
                enqueued = true;
            } catch (Unavailable away) {
                LOG.debug("retried, and left to the relay", away);
            }
        }
        return new Retried(changed, enqueued);
    }

    private static Collection<EventRef> refs(List<Letter> dead) {
        return dead.stream().map(Letter::event).toList();
    }

    private List<Source> sources(LetterFilter filter) {
        List<Source> defined = definitions.refresh().sources().stream()
                .filter(source -> source.state() != Source.State.PURGING)
                .toList();
        if (filter.source() == null) {
            return defined;
        }
        List<Source> named = defined.stream()
                .filter(source -> source.id().equals(filter.source()))
                .toList();
        if (named.isEmpty()) {
            throw Problem.invalid(
                    Problem.Item.at("/source", Problem.UNKNOWN_NAME, "There is no source '" + filter.source() + "'."));
        }
        return named;
    }

    private static Asked asked(Source source, LetterFilter filter, long untilMillis) {
        return new Asked(
                source.id(), source.incarnation(), filter.type(), filter.reason(), filter.sinceMillis(), untilMillis);
    }

    private EventRef ref(String id) {
        int colon = id.indexOf(':');
        if (colon <= 0) {
            throw unknown(id);
        }
        Source source = definitions
                .refresh()
                .source(id.substring(0, colon))
                .filter(found -> found.state() != Source.State.PURGING)
                .orElseThrow(() -> unknown(id));
        return new EventRef(source.id(), source.incarnation(), id.substring(colon + 1));
    }

    private static Problem unknown(String id) {
        return Problem.notFound("There is no dead letter '" + id + "'.");
    }
}
