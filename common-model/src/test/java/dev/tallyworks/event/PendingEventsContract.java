package dev.tallyworks.event;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tallyworks.event.PendingEvents.Failed;
import dev.tallyworks.event.PendingEvents.Pending;
import dev.tallyworks.event.PendingEvents.Release;
import dev.tallyworks.event.PendingEvents.Scan;
import dev.tallyworks.event.PendingEvents.ScanPosition;
import dev.tallyworks.failure.OutcomeUnknown;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What every adapter of {@link PendingEvents} promises. */
public abstract class PendingEventsContract {
    private static final AtomicInteger SOURCES = new AtomicInteger();
    private static final long NOON = 1_700_000_000_000L;
    private static final Claim MINE = new Claim("l00", 2, 5);
    private static final Claim HEIRS = new Claim("l00", 3, 5);
    private static final Claim RIVALS = new Claim("l01", 2, 5);
    private static final int ATTEMPTS_MAX = 3;

    private final RawEvents raw = rawEvents();
    private final PendingEvents events = pendingEvents();
    private String source = "";

    protected abstract RawEvents rawEvents();

    /** Over the same store. */
    protected abstract PendingEvents pendingEvents();

    /** Over the same store; of the next changes the answers get lost. */
    protected abstract PendingEvents losingAnswers(int answers);

    @BeforeEach
    void useAnotherSource() {
        source = "pending_" + SOURCES.incrementAndGet();
    }

    private EventRef ref(String uuid) {
        return new EventRef(source, 1, uuid);
    }

    private List<EventRef> refs(String... uuids) {
        return Arrays.stream(uuids).map(this::ref).toList();
    }

    private Event event(String uuid, long version, long receivedAtMillis) {
        return new Event(
                ref(uuid),
                "sale",
                NOON,
                receivedAtMillis,
                Map.of("amount", new BigDecimal("1.50")),
                List.of(new Attribution("user", "1")),
                version,
                77);
    }

    private void record(Event... recorded) {
        raw.insert(source, Arrays.asList(recorded), new CommitId("writer", 1));
    }

    private void record(String... uuids) {
        record(Arrays.stream(uuids).map(uuid -> event(uuid, 1, NOON)).toArray(Event[]::new));
    }

    private static List<String> uuids(Collection<Event> of) {
        return of.stream().map(event -> event.ref().uuid()).sorted().toList();
    }

    private List<String> owned(Claim claim) {
        return uuids(events.owned(refs("a", "b", "c", "d"), claim));
    }

    private Map<String, RecordedEvent> recorded() {
        return raw.find(source, 1, List.of("a", "b", "c", "d"));
    }

    private @Nullable Release release(EventRef event, Claim claim, long now) {
        return events.release(event, claim, failed(now));
    }

    private static Failed failed(long now) {
        return new Failed(
                Fault.told("no such thing at " + now), ATTEMPTS_MAX, now, attempts -> now + 1_000L * attempts);
    }

    private Pending pending(String uuid) {
        return events.scan(source, null, Long.MAX_VALUE / 2, 1_000).events().stream()
                .filter(one -> one.ref().uuid().equals(uuid))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void claimsWhatIsPendingUnclaimedAndKnown() {
        record(event("a", 1, NOON), event("b", 3, NOON), event("c", 4, NOON));
        events.claim(refs("a", "b", "c", "missing"), MINE, 3, false);
        assertThat(owned(MINE)).containsExactly("a", "b");
        assertThat(events.owned(refs("a"), MINE)).containsExactly(event("a", 1, NOON));

        events.claim(refs("a", "b", "c"), RIVALS, 4, false);
        assertThat(owned(RIVALS)).containsExactly("c");
        assertThat(owned(MINE)).containsExactly("a", "b");

        events.finish(refs("a"), MINE, 3);
        events.claim(refs("a"), RIVALS, 4, true);
        assertThat(owned(RIVALS)).containsExactly("c");
    }

    @Test
    void claimsCandidatesOnly() {
        record("a", "b");
        events.claim(refs("a"), MINE, 1, false);
        assertThat(owned(MINE)).containsExactly("a");
        assertThat(events.owned(refs("b"), MINE)).isEmpty();
        events.claim(List.of(), MINE, 1, true);
        assertThat(events.owned(List.of(), MINE)).isEmpty();
    }

    @Test
    void anHeirTakesTheClaimsOfItsBatchUnderEarlierEpochs() {
        record("a", "b", "c", "d");
        events.claim(refs("a"), MINE, 1, false);
        events.claim(refs("b"), RIVALS, 1, false);
        events.claim(refs("c"), new Claim("l00", 2, 4), 1, false);

        events.claim(refs("a", "b", "c", "d"), HEIRS, 1, false);
        assertThat(owned(HEIRS)).as("no heir").containsExactly("d");
        events.claim(refs("a", "b", "c", "d"), HEIRS, 1, true);
        assertThat(owned(HEIRS)).containsExactly("a", "d");
        assertThat(owned(MINE)).isEmpty();
        assertThat(owned(RIVALS)).containsExactly("b");
        assertThat(owned(new Claim("l00", 2, 4))).containsExactly("c");
        events.claim(refs("a", "d"), MINE, 1, true);
        assertThat(owned(MINE)).as("back from a later owner").isEmpty();
        assertThat(owned(HEIRS)).containsExactly("a", "d");
    }

    @Test
    void ownsWhatCarriesExactlyThisClaim() {
        record("a");
        events.claim(refs("a"), MINE, 1, false);
        for (Claim other : List.of(new Claim("l00", 2, 4), new Claim("l00", 1, 5), new Claim("l0", 2, 5))) {
            assertThat(owned(other)).isEmpty();
        }
        events.finish(refs("a"), MINE, 1);
        assertThat(owned(MINE)).as("finished").isEmpty();
        assertThat(events.sealed(refs("a", "missing"))).containsExactly(event("a", 1, NOON));
    }

    @Test
    void tellsWhatIsNewer() {
        record(event("a", 1, NOON), event("b", 5, NOON), event("c", 5, NOON), event("d", 4, NOON));
        events.claim(refs("c"), RIVALS, 9, false);
        assertThat(events.newerThan(refs("a", "b", "c", "d", "missing"), 4)).containsExactly(ref("b"));
        assertThat(events.newerThan(refs("a"), 0)).containsExactly(ref("a"));
        assertThat(events.newerThan(List.of(), 0)).isEmpty();
    }

    @Test
    void aFailedEventIsTriedAgainLater() {
        record("a");
        events.claim(refs("a"), MINE, 1, false);
        assertThat(release(ref("a"), MINE, NOON)).isEqualTo(new Release(1, NOON + 1_000));
        assertThat(pending("a"))
                .isEqualTo(
                        new Pending(ref("a"), "sale", NOON, new CommitId("writer", 1), NOON, 77, null, NOON + 1_000));
        assertThat(owned(MINE)).isEmpty();
        events.claim(refs("a"), RIVALS, 1, false);
        assertThat(release(ref("a"), RIVALS, NOON + 5)).isEqualTo(new Release(2, NOON + 2_005));
        assertThat(recorded().get("a").aggregated()).isFalse();
        assertThat(recorded().get("a").dead()).isNull();
    }

    @Test
    void anEventThatFailsForTheLastTimeDies() {
        record("a", "b");
        for (int attempt = 1; attempt <= ATTEMPTS_MAX; attempt++) {
            Claim claim = new Claim("l00", 2, attempt);
            events.claim(refs("a"), claim, 1, false);
            Release release = release(ref("a"), claim, NOON + attempt);
            Long due = attempt == ATTEMPTS_MAX ? null : (Long) (NOON + attempt + 1_000L * attempt);
            assertThat(release).isEqualTo(new Release(attempt, due));
        }
        RecordedEvent dead = recorded().get("a");
        assertThat(dead.aggregated()).isFalse();
        assertThat(dead.dead())
                .isEqualTo(new RecordedEvent.Death(
                        source + ":a", "no such thing at " + (NOON + 3), ATTEMPTS_MAX, NOON + ATTEMPTS_MAX));
        assertThat(raw.countDead(source)).isEqualTo(1);
        events.claim(refs("a"), MINE, 1, true);
        assertThat(owned(MINE)).isEmpty();
        assertThat(events.scan(source, null, NOON + 1, 10).events())
                .extracting(one -> one.ref().uuid())
                .containsExactly("b");
        Claim last = new Claim("l00", 2, ATTEMPTS_MAX);
        assertThat(release(ref("a"), last, NOON + 99)).as("again").isEqualTo(new Release(ATTEMPTS_MAX, null));
        assertThat(recorded().get("a")).isEqualTo(dead);
    }

    @Test
    void aReleaseThatIsRepeatedChargesOnce() {
        record("a");
        events.claim(refs("a"), MINE, 1, false);
        PendingEvents losing = losingAnswers(1);
        assertThatThrownBy(() -> losing.release(ref("a"), MINE, failed(NOON))).isInstanceOf(OutcomeUnknown.class);
        assertThat(losing.release(ref("a"), MINE, failed(NOON + 7))).isEqualTo(new Release(1, NOON + 1_000));
        assertThat(pending("a").notBeforeMillis()).isEqualTo(NOON + 1_000);
    }

    @Test
    void anotherClaimIsNotReleased() {
        record("a", "b", "c");
        events.claim(refs("a", "c"), RIVALS, 1, false);
        assertThat(release(ref("a"), MINE, NOON)).isNull();
        assertThat(release(ref("a"), new Claim("l01", 3, 5), NOON)).isNull();
        assertThat(release(ref("b"), MINE, NOON)).as("unclaimed, never failed").isNull();
        assertThat(release(ref("missing"), MINE, NOON)).isNull();
        assertThat(release(new EventRef(source, 2, "a"), RIVALS, NOON))
                .as("another source")
                .isNull();
        assertThat(owned(RIVALS)).containsExactly("a", "c");
        events.finish(refs("c"), RIVALS, 1);
        assertThat(release(ref("c"), RIVALS, NOON)).as("finished").isNull();
        assertThat(recorded().get("c").aggregated()).isTrue();
        assertThat(release(ref("a"), RIVALS, NOON)).isEqualTo(new Release(1, NOON + 1_000));
    }

    @Test
    void finishesItsOwnUnderAnyEpochAndAgainWithoutEffect() {
        record("a", "b", "c", "d");
        events.claim(refs("a"), MINE, 1, false);
        events.claim(refs("b"), RIVALS, 1, false);
        events.claim(refs("c"), new Claim("l00", 2, 4), 1, false);
        for (int i = 0; i < 2; i++) {
            events.finish(refs("a", "b", "c", "d"), HEIRS, 8);
            assertThat(recorded().values().stream().filter(RecordedEvent::aggregated))
                    .extracting(one -> one.event().ref().uuid())
                    .containsExactly("a");
        }
        assertThat(owned(RIVALS)).containsExactly("b");
        PendingEvents losing = losingAnswers(1);
        assertThatThrownBy(() -> losing.finish(refs("b"), RIVALS, 8)).isInstanceOf(OutcomeUnknown.class);
        losing.finish(refs("b"), RIVALS, 8);
        assertThat(recorded().get("b").aggregated()).isTrue();
    }

    @Test
    void takesOffExactlyTheStaleClaim() {
        record("a");
        events.claim(refs("a"), MINE, 1, false);
        assertThat(events.unclaim(ref("a"), HEIRS)).isFalse();
        assertThat(events.unclaim(ref("a"), new Claim("l00", 2, 4))).isFalse();
        assertThat(events.unclaim(new EventRef(source, 2, "a"), MINE)).isFalse();
        assertThat(owned(MINE)).containsExactly("a");
        assertThat(events.unclaim(ref("a"), MINE)).isTrue();
        assertThat(events.unclaim(ref("a"), MINE)).isFalse();
        assertThat(pending("a").claim()).isNull();
        events.claim(refs("a"), RIVALS, 1, false);
        events.finish(refs("a"), RIVALS, 1);
        assertThat(events.unclaim(ref("a"), RIVALS)).as("finished").isFalse();
    }

    @Test
    void ofManyClaimsOneWins() throws Exception {
        int lanes = 4;
        String[] uuids = IntStream.range(0, 100).mapToObj(i -> "u" + i).toArray(String[]::new);
        record(uuids);
        ExecutorService pool = Executors.newFixedThreadPool(lanes);
        List<String> owned = new ArrayList<>();
        try {
            CyclicBarrier start = new CyclicBarrier(lanes);
            List<Future<List<String>>> running = new ArrayList<>();
            for (int lane = 0; lane < lanes; lane++) {
                Claim claim = new Claim("l0" + lane, 1, 1);
                running.add(pool.submit(() -> {
                    start.await(30, TimeUnit.SECONDS);
                    events.claim(refs(uuids), claim, 1, false);
                    return uuids(events.owned(refs(uuids), claim));
                }));
            }
            for (Future<List<String>> one : running) {
                owned.addAll(one.get(60, TimeUnit.SECONDS));
            }
        } finally {
            pool.shutdownNow();
        }
        assertThat(owned).containsExactlyInAnyOrder(uuids);
    }

    @Test
    void scansInOrderOfReceiptAlsoWithinOneMoment() {
        List<Event> recorded = new ArrayList<>();
        for (int i = 0; i < 30; i++) {
            recorded.add(event("u" + (char) ('a' + i % 26) + i, 1, NOON + i / 10));
        }
        record(recorded.toArray(Event[]::new));
        events.claim(List.of(recorded.get(3).ref()), MINE, 1, false);
        List<String> expected = recorded.stream()
                .sorted((one, other) -> one.receivedAtMillis() == other.receivedAtMillis()
                        ? one.ref().uuid().compareTo(other.ref().uuid())
                        : Long.compare(one.receivedAtMillis(), other.receivedAtMillis()))
                .map(one -> one.ref().uuid())
                .toList();
        for (int limit : new int[] {1, 3, 7, 10, 29, 30, 31}) {
            List<String> seen = new ArrayList<>();
            ScanPosition from = null;
            int pages = 0;
            do {
                Scan scan = events.scan(source, from, NOON + 100, limit);
                assertThat(scan.events()).hasSizeLessThanOrEqualTo(limit);
                scan.events().forEach(one -> seen.add(one.ref().uuid()));
                from = scan.next();
            } while (from != null && ++pages < 100);
            assertThat(seen).as("limit %d", limit).isEqualTo(expected);
        }
        assertThat(pending(recorded.get(3).ref().uuid()).claim()).isEqualTo(MINE);
        assertThat(events.scan(source, null, NOON + 1, 100).events()).hasSize(10);
        ScanPosition beyond = new ScanPosition(NOON + 2, "z");
        assertThat(events.scan(source, beyond, NOON + 1, 100)).isEqualTo(new Scan(List.of(), null));
        assertThat(events.scan("nowhere" + source, null, NOON, 10)).isEqualTo(new Scan(List.of(), null));
    }

    @Test
    void postponesWhatIsPendingAndUnclaimed() {
        record("a", "b", "c");
        events.claim(refs("b", "c"), MINE, 1, false);
        events.finish(refs("c"), MINE, 1);
        events.postpone(refs("a", "b", "c"), NOON + 500);
        assertThat(pending("a").notBeforeMillis()).isEqualTo(NOON + 500);
        assertThat(pending("b").notBeforeMillis()).isZero();
        assertThat(recorded().get("c").aggregated()).isTrue();
    }

    @Test
    void incarnationsOfASourceAreKeptApart() {
        record("a");
        List<EventRef> newer = List.of(new EventRef(source, 2, "a"));
        events.claim(newer, MINE, 9, true);
        assertThat(owned(MINE)).isEmpty();
        assertThat(events.newerThan(newer, 0)).isEmpty();
        events.postpone(newer, NOON + 500);
        assertThat(pending("a").notBeforeMillis()).isZero();
        events.claim(refs("a"), MINE, 9, false);
        assertThat(events.owned(newer, MINE)).isEmpty();
        assertThat(events.sealed(newer)).isEmpty();
        events.finish(newer, MINE, 9);
        assertThat(owned(MINE)).containsExactly("a");
        assertThat(pending("a").ref()).isEqualTo(ref("a"));
    }

    @Test
    void manyEventsOfManySources() {
        String other = source + "_other";
        List<Event> here =
                IntStream.range(0, 5_000).mapToObj(i -> event("u" + i, 1, NOON)).toList();
        raw.insert(source, here, new CommitId("writer", 1));
        Event there = new Event(new EventRef(other, 1, "u0"), "sale", NOON, NOON, Map.of(), List.of(), 1, 1);
        raw.insert(other, List.of(there), new CommitId("writer", 2));
        List<EventRef> all = new ArrayList<>(here.stream().map(Event::ref).toList());
        all.add(there.ref());
        events.claim(all, MINE, 1, false);
        assertThat(events.owned(all, MINE)).hasSize(5_001).contains(there);
        events.finish(all, MINE, 1);
        assertThat(events.owned(all, MINE)).isEmpty();
        assertThat(raw.oldestPending(source)).isEmpty();
        assertThat(raw.oldestPending(other)).isEmpty();
    }
}
