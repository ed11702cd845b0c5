package dev.tallyworks.api.intake;

import dev.tallyworks.definition.Snapshot;
import dev.tallyworks.definition.Source;
import dev.tallyworks.event.Event;
import dev.tallyworks.event.EventDraft;
import dev.tallyworks.event.EventRef;
import dev.tallyworks.event.RecordedEvent;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The part of one commit that goes to one source: first every event is judged, in the order of arrival; then what the store
 * says about the refused and the new ones decides the outcomes.
 *
 * <pre>
 * draft ── uuid taken by an earlier, good one of this commit ──▶ duplicate of whatever that one turns out to be
 *       ├─ refused ── uuid known to the store ──▶ duplicate
 *       │             └─ unknown ──▶ rejected
 *       └─ good ──── insert: known to the store ──▶ duplicate
 *                    └─ new ──▶ accepted
 * </pre>
 */
final class SourceCommit {
    private final Source source;
    private final Snapshot definitions;
    private final long nowMillis;
    private final EventValidator validator;
    private final List<Submission> submissions = new ArrayList<>();
    private final List<List<Verdict>> verdicts = new ArrayList<>();
    private final Map<String, Event> fresh = new LinkedHashMap<>();
    private final Set<String> refusedUuids = new HashSet<>();

    /** What is known of an event before the store is asked. */
    private sealed interface Verdict {
        /** The first one of this uuid: new, unless the store knows it. */
        record First(Event event) implements Verdict {}

        record Repeated(String uuid) implements Verdict {}

        record Refused(@Nullable String uuid, Rejection rejection) implements Verdict {}
    }

    /** @param definitions that the events are judged by, and accepted under */
    SourceCommit(Source source, Snapshot definitions, long nowMillis, EventValidator validator) {
        this.source = source;
        this.definitions = definitions;
        this.nowMillis = nowMillis;
        this.validator = validator;
    }

    Source source() {
        return source;
    }

    List<Submission> submissions() {
        return submissions;
    }

    void add(Submission submission) {
        List<Verdict> judged = new ArrayList<>(submission.body().events().size());
        for (PostedEvent posted : submission.body().events()) {
            judged.add(judge(posted));
        }
        submissions.add(submission);
        verdicts.add(judged);
    }

    private Verdict judge(PostedEvent posted) {
        String uuid = posted.uuid();
        if (posted instanceof PostedEvent.Refused refused) {
            Rejection rejection = refused.rejection();
            return rejection.code() == Rejection.Code.INVALID_EVENT || uuid == null
                    ? new Verdict.Refused(uuid, rejection)
                    : refuse(uuid, rejection);
        }
        EventDraft draft = ((PostedEvent.Draft) posted).event();
        if (fresh.containsKey(draft.uuid())) {
            return new Verdict.Repeated(draft.uuid());
        }
        Rejection rejection = validator.check(definitions, source, draft, nowMillis);
        if (rejection != null) {
            return refuse(draft.uuid(), rejection);
        }
        Event event = event(draft);
        fresh.put(draft.uuid(), event);
        return new Verdict.First(event);
    }

    private Verdict refuse(String uuid, Rejection rejection) {
        if (fresh.containsKey(uuid)) {
            return new Verdict.Repeated(uuid);
        }
        refusedUuids.add(uuid);
        return new Verdict.Refused(uuid, rejection);
    }

    private Event event(EventDraft draft) {
        Long timestampMillis = draft.timestampMillis();
        return new Event(
                new EventRef(source.id(), source.incarnation(), draft.uuid()),
                draft.type(),
                timestampMillis == null ? nowMillis : timestampMillis,
                nowMillis,
                draft.payload(),
                draft.attributions(),
                definitions.version(),
                draft.sizeBytes());
    }

    /** To be looked up, before the insert: an event that comes later in this commit is no original of theirs. */
    Set<String> refusedUuids() {
        return refusedUuids;
    }

    List<Event> toInsert() {
        return List.copyOf(fresh.values());
    }

    /** Adds what the jobs of events of traced requests carry. */
    void addTraces(Map<EventRef, String> traces) {
        for (int i = 0; i < submissions.size(); i++) {
            String trace = submissions.get(i).trace();
            if (!trace.isEmpty()) {
                for (Verdict verdict : verdicts.get(i)) {
                    if (verdict instanceof Verdict.First first) {
                        traces.put(first.event.ref(), trace);
                    }
                }
            }
        }
    }

    /** Those of {@link #toInsert} that the insert recorded. */
    List<Event> accepted(Map<String, RecordedEvent> originals) {
        return fresh.values().stream()
                .filter(event -> !originals.containsKey(event.ref().uuid()))
                .toList();
    }

    /**
     * The outcomes, for each submission in its own order.
     *
     * @param known what the look-up of {@link #refusedUuids} found
     * @param originals what the insert was refused for
     */
    List<List<Outcome>> outcomes(Map<String, RecordedEvent> known, Map<String, RecordedEvent> originals) {
        List<List<Outcome>> answers = new ArrayList<>(verdicts.size());
        for (List<Verdict> judged : verdicts) {
            List<Outcome> outcomes = new ArrayList<>(judged.size());
            for (Verdict verdict : judged) {
                outcomes.add(outcome(verdict, known, originals));
            }
            answers.add(outcomes);
        }
        return answers;
    }

    private Outcome outcome(Verdict verdict, Map<String, RecordedEvent> known, Map<String, RecordedEvent> originals) {
        if (verdict instanceof Verdict.First first) {
            RecordedEvent original = originals.get(first.event.ref().uuid());
            return original == null ? new Outcome.Accepted(first.event) : new Outcome.Duplicate(original);
        }
        if (verdict instanceof Verdict.Repeated repeated) {
            RecordedEvent original = originals.get(repeated.uuid);
            Event first = fresh.get(repeated.uuid);
            if (original == null && first == null) {
                throw new IllegalStateException("repeats nothing: " + repeated.uuid);
            }
            return new Outcome.Duplicate(original == null ? new RecordedEvent(first, false, null) : original);
        }
        Verdict.Refused refused = (Verdict.Refused) verdict;
        RecordedEvent original =
                refused.uuid == null || !refusedUuids.contains(refused.uuid) ? null : known.get(refused.uuid);
        return original == null || refused.rejection.code() == Rejection.Code.INVALID_EVENT
                ? new Outcome.Rejected(refused.uuid, refused.rejection)
                : new Outcome.Duplicate(original);
    }
}
