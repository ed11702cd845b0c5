package dev.tallyworks.worker.protocol;

import dev.tallyworks.event.Claim;
import dev.tallyworks.event.CommitId;
import dev.tallyworks.event.DoneEvents;
import dev.tallyworks.event.Event;
import dev.tallyworks.event.EventRef;
import dev.tallyworks.event.PendingEvents;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Pending events as the port says, document by document as the adapter goes, without those clauses that are named. */
public final class EventsInMemory implements PendingEvents {
    private static final class Document {
        final Event event;
        boolean pending = true;

        @Nullable
        Claim claim;

        int attempts;
        long notBefore;

        @Nullable
        Long batchVersion;

        @Nullable
        String died;

        boolean discarded;
        boolean expired;

        Document(Event event) {
            this.event = event;
        }
    }

    private final Map<String, Document> documents = new TreeMap<>();
    private final Set<Clause> missing;
    private final Turns turns;

    public EventsInMemory(Turns turns, Set<Clause> missing) {
        this.turns = turns;
        this.missing = missing;
    }

    private boolean holds(Clause clause, boolean condition) {
        return condition || missing.contains(clause);
    }

    public void insert(Event event) {
        documents.put(event.ref().uuid(), new Document(event));
        turns.changed();
    }

    public List<Fate> fates() {
        return documents.values().stream()
                .map(document -> new Fate(
                        document.event,
                        document.pending,
                        document.claim != null,
                        document.died,
                        document.attempts,
                        document.discarded,
                        document.batchVersion,
                        document.expired))
                .toList();
    }

    @Override
    public void claim(Collection<EventRef> candidates, Claim claim, long version, boolean heir) {
        turns.each(
                "claim for " + Names.of(claim) + ' ' + Names.of(candidates),
                found(candidates),
                document -> claim(document, claim, version, holds(Clause.CLAIM_ABSENT, document.claim == null)));
        if (heir) {
            turns.each(
                    "inherit for " + Names.of(claim) + ' ' + Names.of(candidates),
                    found(candidates),
                    document -> claim(document, claim, version, isInherited(document.claim, claim)));
        }
    }

    private void claim(Document document, Claim claim, long version, boolean free) {
        if (free
                && holds(Clause.CLAIM_PENDING, document.pending)
                && holds(Clause.CLAIM_VERSION, document.event.version() <= version)) {
            document.claim = claim;
            turns.changed();
        }
    }

    private boolean isInherited(@Nullable Claim stands, Claim heirs) {
        return stands != null
                && holds(Clause.HEIR_LANE, stands.lane().equals(heirs.lane()))
                && holds(Clause.HEIR_SEQ, stands.seq() == heirs.seq())
                && holds(Clause.HEIR_EPOCH, stands.epoch() < heirs.epoch());
    }

    @Override
    public List<Event> owned(Collection<EventRef> candidates, Claim claim) {
        return read(
                "find owned of " + Names.of(claim),
                candidates,
                document -> document.claim != null
                        && document.claim.lane().equals(claim.lane())
                        && holds(Clause.OWNED_EPOCH, document.claim.epoch() == claim.epoch())
                        && holds(Clause.OWNED_SEQ, document.claim.seq() == claim.seq())
                        && holds(Clause.OWNED_PENDING, document.pending));
    }

    @Override
    public List<Event> sealed(Collection<EventRef> sealed) {
        return read("read sealed", sealed, document -> true);
    }

    private List<Event> read(String what, Collection<EventRef> refs, Predicate<Document> filter) {
        List<Event> read = new ArrayList<>();
        for (Document document : found(refs)) {
            turns.read(what + ' ' + document.event.ref().uuid());
            if (filter.test(document)) {
                read.add(document.event);
            }
        }
        return read;
    }

    @Override
    public List<EventRef> newerThan(Collection<EventRef> candidates, long version) {
        return read(
                        "find newer than " + version,
                        candidates,
                        document -> document.pending && document.claim == null && document.event.version() > version)
                .stream()
                .map(Event::ref)
                .toList();
    }

    @Override
    public @Nullable Release release(EventRef event, Claim claim, Failed failed) {
        turns.read("read " + event.uuid());
        Document document = documents.get(event.uuid());
        if (document == null) {
            return null;
        }
        int attemptsBefore = document.attempts;
        if (document.claim == null) {
            Long due = document.notBefore == 0 ? failed.nowMillis() : document.notBefore;
            return attemptsBefore == 0 ? null : new Release(attemptsBefore, document.pending ? due : null);
        }
        int attempts = attemptsBefore + 1;
        boolean dies = attempts >= failed.attemptsMax();
        Long due = dies ? null : (Long) failed.retryAt().afterAttempt(attempts);
        boolean released = turns.change("release " + event.uuid() + " by " + Names.of(claim), () -> {
            boolean matches = holds(Clause.RELEASE_CLAIM, claim.equals(document.claim))
                    && holds(Clause.RELEASE_ATTEMPTS, document.attempts == attemptsBefore);
            if (matches) {
                document.attempts = attempts;
                document.claim = null;
                document.notBefore = due == null ? 0 : due;
                document.pending &= !dies;
                document.died = dies ? failed.fault().reason() : document.died;
                turns.changed();
            }
            return matches;
        });
        return released ? new Release(attempts, due) : null;
    }

    @Override
    public void finish(Collection<EventRef> finished, Claim claim, long version) {
        turns.each("finish for " + Names.of(claim) + ' ' + Names.of(finished), found(finished), document -> {
            if (document.claim != null
                    && holds(Clause.FINISH_LANE, document.claim.lane().equals(claim.lane()))
                    && holds(Clause.FINISH_SEQ, document.claim.seq() == claim.seq())) {
                if (document.pending) {
                    turns.changed();
                }
                document.pending = false;
                document.notBefore = 0;
                document.died = null;
                document.batchVersion = version;
            }
        });
    }

    @Override
    public Scan scan(String source, @Nullable ScanPosition from, long receivedBeforeMillis, int limit) {
        turns.read("scan pending");
        List<Pending> found = documents.values().stream()
                .filter(document ->
                        document.pending && document.event.ref().source().equals(source))
                .filter(document -> document.event.receivedAtMillis() < receivedBeforeMillis)
                .map(document -> new Pending(
                        document.event.ref(),
                        document.event.type(),
                        document.event.timestampMillis(),
                        new CommitId("test", 1),
                        document.event.receivedAtMillis(),
                        document.event.sizeBytes(),
                        document.claim,
                        document.notBefore))
                .sorted(Comparator.comparing(EventsInMemory::position, ORDER))
                .filter(pending -> from == null || ORDER.compare(position(pending), from) > 0)
                .limit(limit)
                .toList();
        return new Scan(found, found.size() < limit ? null : position(found.get(found.size() - 1)));
    }

    private static final Comparator<ScanPosition> ORDER =
            Comparator.comparing(ScanPosition::receivedAtMillis).thenComparing(ScanPosition::uuid);

    private static ScanPosition position(Pending pending) {
        return new ScanPosition(pending.receivedAtMillis(), pending.ref().uuid());
    }

    @Override
    public boolean unclaim(EventRef event, Claim claim) {
        Document document = documents.get(event.uuid());
        return document != null
                && turns.change("unclaim " + event.uuid() + " of " + Names.of(claim), () -> {
                    boolean matches = holds(Clause.UNCLAIM_CLAIM, claim.equals(document.claim))
                            && holds(Clause.UNCLAIM_PENDING, document.pending);
                    if (matches && document.claim != null) {
                        document.claim = null;
                        turns.changed();
                    }
                    return matches;
                });
    }

    @Override
    public void postpone(Collection<EventRef> postponed, long notBeforeMillis) {
        turns.each("postpone " + Names.of(postponed), found(postponed), document -> {
            if (document.pending && document.claim == null) {
                document.notBefore = notBeforeMillis;
            }
        });
    }

    /** As a dead letter, which is pending again after this if it was one. */
    long retry(EventRef event) {
        return change("retry " + event.uuid(), event, document -> {
            boolean matches = holds(Clause.RETRY_DEAD, document.died != null)
                    && holds(Clause.RETRY_NOT_PENDING, !document.pending);
            if (matches) {
                document.pending = true;
                document.attempts = 0;
                document.notBefore = 1;
                turns.changed();
            }
            return matches;
        });
    }

    /** As a dead letter, which is none any more after this. */
    long discard(EventRef event) {
        return change("discard " + event.uuid(), event, document -> {
            boolean matches = holds(Clause.DISCARD_DEAD, document.died != null)
                    && holds(Clause.DISCARD_NOT_PENDING, !document.pending);
            if (matches) {
                document.died = null;
                document.discarded = true;
                turns.changed();
            }
            return matches;
        });
    }

    private long change(String what, EventRef event, Predicate<Document> change) {
        Document document = documents.get(event.uuid());
        return document != null && turns.change(what, () -> change.test(document)) ? 1 : 0;
    }

    /** Removes what is counted and old, as the port of what is to be removed says. */
    boolean removeExpired(String source, long beforeMillis, int eventsMax) {
        turns.read("look for expired events");
        List<Document> found = inOrder()
                .filter(document -> document.event.ref().source().equals(source))
                .filter(document -> document.event.timestampMillis() < beforeMillis)
                .filter(EventsInMemory::isDone)
                .limit(eventsMax)
                .toList();
        turns.each("expire " + Names.of(refs(found)), found, document -> {
            if (isDone(document) && !document.expired) {
                document.expired = true;
                turns.changed();
            }
        });
        return found.size() == eventsMax;
    }

    private static boolean isDone(Document document) {
        return !document.pending && document.died == null && document.batchVersion != null;
    }

    private static List<EventRef> refs(List<Document> documents) {
        return documents.stream().map(document -> document.event.ref()).toList();
    }

    private Stream<Document> inOrder() {
        return documents.values().stream()
                .filter(document -> !document.expired)
                .sorted(Comparator.comparing(document -> place(document.event), PLACES));
    }

    private static final Comparator<DoneEvents.Position> PLACES =
            Comparator.comparing(DoneEvents.Position::timestampMillis).thenComparing(DoneEvents.Position::uuid);

    private static DoneEvents.Position place(Event event) {
        return new DoneEvents.Position(event.timestampMillis(), event.ref().uuid());
    }

    private final class Done implements DoneEvents {
        private Stream<Document> between(Selected selected, @Nullable Position after, @Nullable Position upTo) {
            return inOrder()
                    .filter(document -> document.event.ref().source().equals(selected.source()))
                    .filter(document ->
                            document.event.timestampMillis() >= selected.range().startMillis()
                                    && document.event.timestampMillis()
                                            < selected.range().endMillis())
                    .filter(document -> after == null || PLACES.compare(place(document.event), after) > 0)
                    .filter(document -> upTo == null || PLACES.compare(place(document.event), upTo) <= 0);
        }

        private boolean isSelected(Selected selected, Document document) {
            if (missing.contains(Clause.REBUILD_BATCH)) {
                return isDone(document) && document.event.version() < selected.batchVersion();
            }
            return document.batchVersion != null && document.batchVersion < selected.batchVersion();
        }

        @Override
        public @Nullable Position end(Selected selected, @Nullable Position after, int eventsMax) {
            turns.read("look for the end of a window");
            List<Document> passed =
                    between(selected, after, null).limit(eventsMax).toList();
            return passed.size() < eventsMax ? null : place(passed.get(eventsMax - 1).event);
        }

        @Override
        public long count(Selected selected, @Nullable Position after, @Nullable Position upTo) {
            turns.read("count what is done");
            return between(selected, after, upTo)
                    .filter(document -> isSelected(selected, document))
                    .count();
        }

        @Override
        public Stretch read(Selected selected, @Nullable Position after, @Nullable Position upTo, long bytesMax) {
            List<Event> read = new ArrayList<>();
            for (Document document : between(selected, after, upTo).toList()) {
                turns.read("read what is done: " + document.event.ref().uuid());
                if (!document.expired && isSelected(selected, document)) {
                    read.add(document.event);
                }
            }
            return new Stretch(read, true);
        }
    }

    DoneEvents done() {
        return new Done();
    }

    private List<Document> found(Collection<EventRef> refs) {
        List<Document> found = new ArrayList<>();
        for (EventRef ref : refs) {
            Document document = documents.get(ref.uuid());
            if (document != null && !document.expired && document.event.ref().equals(ref)) {
                found.add(document);
            }
        }
        return found;
    }
}
