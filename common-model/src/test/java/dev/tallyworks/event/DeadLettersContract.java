package dev.tallyworks.event;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tallyworks.event.DeadLetters.Asked;
import dev.tallyworks.event.DeadLetters.Letter;
import dev.tallyworks.event.DeadLetters.Opened;
import dev.tallyworks.event.DeadLetters.Position;
import dev.tallyworks.failure.OutcomeUnknown;
import dev.tallyworks.time.TimeRange;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What every adapter of {@link DeadLetters} promises. */
public abstract class DeadLettersContract {
    private static final AtomicInteger SOURCES = new AtomicInteger();
    private static final long NOON = 1_700_000_000_000L;
    private static final long EVER = Long.MAX_VALUE;
    private static final TimeRange ALL = new TimeRange(0, NOON * 2);

    private final RawEvents raw = rawEvents();
    private final PendingEvents pending = pendingEvents();
    private final DeadLetters letters = deadLetters();
    private String source = "";
    private long batches;

    protected abstract RawEvents rawEvents();

    /** Over the same store, like all of these. */
    protected abstract PendingEvents pendingEvents();

    protected abstract DoneEvents doneEvents();

    protected abstract CountableEvents countableEvents();

    protected abstract DeadLetters deadLetters();

    /** Of the next changes the answers get lost. */
    protected abstract DeadLetters losingAnswers(int answers);

    @BeforeEach
    void useAnotherSource() {
        source = "dead_" + SOURCES.incrementAndGet();
    }

    private EventRef ref(String uuid) {
        return new EventRef(source, 1, uuid);
    }

    private List<EventRef> refs(String... uuids) {
        return Arrays.stream(uuids).map(this::ref).toList();
    }

    private Event event(String uuid, String type) {
        return new Event(
                ref(uuid),
                type,
                NOON,
                NOON,
                Map.of("amount", new BigDecimal("1.50")),
                List.of(new Attribution("user", "1")),
                1,
                77);
    }

    private void record(String uuid, String type) {
        raw.insert(source, List.of(event(uuid, type)), new CommitId("writer", 1));
    }

    private Claim claim(String uuid) {
        Claim claim = new Claim("l00", 1, ++batches);
        pending.claim(refs(uuid), claim, 9, false);
        return claim;
    }

    private static PendingEvents.Failed failed(Fault fault, long atMillis) {
        return new PendingEvents.Failed(fault, 1, atMillis, attempts -> atMillis);
    }

    private void die(String uuid, String type, String reason, long atMillis) {
        record(uuid, type);
        Claim claim = claim(uuid);
        pending.release(ref(uuid), claim, failed(Fault.told(reason), atMillis));
    }

    private void die(String... uuids) {
        for (String uuid : uuids) {
            die(uuid, "sale", "why", NOON);
        }
    }

    private void count(String uuid) {
        pending.finish(refs(uuid), claim(uuid), 9);
    }

    private Asked asked(@Nullable String type, @Nullable String reason, long since, long until) {
        return new Asked(source, 1, type, reason, since, until);
    }

    private Asked all() {
        return asked(null, null, 0, EVER);
    }

    private static List<String> uuids(Collection<Letter> of) {
        return of.stream().map(letter -> letter.event().uuid()).toList();
    }

    private List<String> listed(Asked asked) {
        List<String> listed = uuids(letters.list(asked, null, 1_000));
        assertThat(letters.count(asked)).isEqualTo(listed.size());
        return listed;
    }

    private List<String> listed() {
        return listed(all());
    }

    private RecordedEvent recorded(String uuid) {
        return raw.find(source, 1, List.of(uuid)).get(uuid);
    }

    @Test
    void whereNothingDiedThereIsNothing() {
        assertThat(listed()).isEmpty();
        record("a", "sale");
        count("a");
        record("b", "sale");
        assertThat(listed()).isEmpty();
        assertThat(letters.open(ref("a"))).isEmpty();
        assertThat(letters.open(ref("b"))).isEmpty();
        assertThat(letters.open(ref("none"))).isEmpty();
        assertThat(letters.retry(refs("a", "b", "none"), 5) + letters.discard(refs("a", "b", "none")))
                .isZero();
        assertThat(letters.isBeingRetried(ref("b"))).isFalse();
        assertThat(recorded("a").aggregated()).isTrue();
        assertThat(raw.hasDiscarded(source, ALL)).isFalse();
    }

    @Test
    void tellsWhatIsKnown() {
        record("a", "sale");
        Throwable poison = new IllegalStateException("no rate for XAU", new ArithmeticException("/ by zero"));
        pending.release(ref("a"), claim("a"), failed(Fault.of(poison), NOON + 7));

        Letter letter = new Letter(ref("a"), "sale", 77, "IllegalStateException: no rate for XAU", 1, NOON + 7);
        assertThat(letters.list(all(), null, 10)).containsExactly(letter);
        assertThat(letter.id()).isEqualTo(source + ":a");
        Opened opened = letters.open(ref("a")).orElseThrow();
        assertThat(opened.letter()).isEqualTo(letter);
        assertThat(opened.event()).isEqualTo(event("a", "sale"));
        assertThat(opened.error()).isEqualTo("java.lang.IllegalStateException: no rate for XAU");
        assertThat(opened.stack())
                .startsWith(opened.error())
                .contains("at " + getClass().getSuperclass().getName(), "Caused by: java.lang.ArithmeticException");
        assertThat(letters.open(new EventRef(source, 2, "a"))).isEmpty();

        die("b", "sale", "told", NOON);
        assertThat(letters.open(ref("b")).orElseThrow().error()).isEqualTo("told");
        assertThat(letters.open(ref("b")).orElseThrow().stack()).isNull();
    }

    @Test
    void selects() {
        die("a", "sale", "red", NOON);
        die("b", "sale", "redder", NOON + 1);
        die("c", "visit", "red", NOON + 2);
        die("d", "visit", "blue", NOON + 3);
        assertThat(listed()).containsExactly("d", "c", "b", "a");
        assertThat(listed(asked("sale", null, 0, EVER))).containsExactly("b", "a");
        assertThat(listed(asked(null, "red", 0, EVER))).containsExactly("c", "a");
        assertThat(listed(asked("visit", "red", 0, EVER))).containsExactly("c");
        assertThat(listed(asked(null, null, NOON + 1, EVER))).containsExactly("d", "c", "b");
        assertThat(listed(asked(null, null, NOON + 1, NOON + 3))).containsExactly("c", "b");
        assertThat(listed(asked("sale", "red", NOON + 1, EVER))).isEmpty();
        assertThat(listed(asked("none", null, 0, EVER))).isEmpty();
        assertThat(listed(asked(null, null, -5, EVER))).hasSize(4);
        assertThat(listed(new Asked(source, 2, null, null, 0, EVER))).isEmpty();
    }

    @Test
    void pagesFollowEachOtherAlsoWithinOneMoment() {
        List<String> expected = new ArrayList<>();
        for (int i = 11; i >= 0; i--) {
            expected.add("u" + (char) ('a' + i));
        }
        for (int i = 0; i < 12; i++) {
            die("u" + (char) ('a' + i), i % 2 == 0 ? "sale" : "visit", "why", NOON + i / 5);
        }
        for (Asked asked : List.of(
                all(), asked("sale", null, 0, EVER), asked(null, "why", 0, EVER), asked(null, null, NOON, NOON + 2))) {
            List<String> whole = listed(asked);
            assertThat(whole).isSubsetOf(expected);
            for (int limit : new int[] {1, 2, 5, 11, 12, 13}) {
                List<String> seen = new ArrayList<>();
                Position after = null;
                List<Letter> page;
                do {
                    page = letters.list(asked, after, limit);
                    assertThat(page).hasSizeLessThanOrEqualTo(limit);
                    seen.addAll(uuids(page));
                    if (!page.isEmpty()) {
                        Letter last = page.get(page.size() - 1);
                        after = new Position(last.diedAtMillis(), last.event().uuid());
                    }
                } while (page.size() == limit && seen.size() < 100);
                assertThat(seen).as("%s by %d", asked, limit).isEqualTo(whole);
            }
        }
        assertThat(listed()).isEqualTo(expected);
    }

    @Test
    void aRetriedEventIsAsItWasWhenItWasNewAndCountsOnce() {
        die("a", "b");
        assertThat(letters.retry(refs("a"), NOON + 500)).isEqualTo(1);
        assertThat(listed()).containsExactly("b");
        assertThat(letters.open(ref("a"))).isEmpty();
        assertThat(letters.isBeingRetried(ref("a"))).isTrue();
        assertThat(recorded("a").dead()).isNull();
        assertThat(recorded("a").aggregated()).isFalse();
        assertThat(raw.countDead(source)).isEqualTo(1);
        PendingEvents.Pending stands =
                pending.scan(source, null, EVER / 2, 10).events().get(0);
        assertThat(stands.ref()).isEqualTo(ref("a"));
        assertThat(stands.claim()).isNull();
        assertThat(stands.notBeforeMillis()).isEqualTo(NOON + 500);
        assertThat(raw.oldestPending(source)).isPresent();

        assertThat(letters.retry(refs("a"), NOON + 900)).as("again").isZero();
        assertThat(letters.discard(refs("a"))).as("while it is retried").isZero();
        count("a");
        assertThat(recorded("a").aggregated()).isTrue();
        assertThat(letters.isBeingRetried(ref("a"))).isFalse();
        assertThat(letters.retry(refs("a"), NOON) + letters.discard(refs("a")))
                .as("once it is done")
                .isZero();
        assertThat(raw.oldestPending(source)).isEmpty();
        assertThat(raw.hasDead(source, ALL)).as("b").isTrue();
        letters.retry(refs("b"), NOON);
        assertThat(raw.hasDead(source, ALL)).as("b, until it is done").isTrue();
        count("b");
        assertThat(raw.hasDead(source, ALL)).isFalse();
    }

    @Test
    void whoDiesAgainHasHadAllAttemptsAgain() {
        record("a", "sale");
        for (int life = 1; life <= 2; life++) {
            for (int attempt = 1; attempt <= 3; attempt++) {
                PendingEvents.Failed failed = new PendingEvents.Failed(
                        Fault.told("life " + life), 3, NOON + life, attempts -> NOON + attempts);
                PendingEvents.Release release = pending.release(ref("a"), claim("a"), failed);
                assertThat(release)
                        .isEqualTo(new PendingEvents.Release(attempt, attempt == 3 ? null : (Long) (NOON + attempt)));
            }
            assertThat(letters.list(all(), null, 10))
                    .containsExactly(new Letter(ref("a"), "sale", 77, "life " + life, 3, NOON + life));
            assertThat(letters.retry(refs("a"), NOON)).isEqualTo(1);
        }
    }

    @Test
    void whatAnOwnerOfBeforeStillSendsChangesNothing() {
        record("a", "sale");
        Claim old = claim("a");
        pending.release(ref("a"), old, failed(Fault.told("why"), NOON));
        letters.retry(refs("a"), NOON);

        assertThat(pending.release(ref("a"), old, failed(Fault.told("late"), NOON + 1)))
                .isNull();
        pending.finish(refs("a"), old, 9);
        assertThat(pending.unclaim(ref("a"), old)).isFalse();
        assertThat(recorded("a").aggregated()).isFalse();
        assertThat(letters.isBeingRetried(ref("a"))).isTrue();

        Claim next = claim("a");
        assertThat(pending.owned(refs("a"), old)).isEmpty();
        pending.finish(refs("a"), old, 9);
        assertThat(pending.release(ref("a"), old, failed(Fault.told("late"), NOON + 2)))
                .isNull();
        assertThat(pending.owned(refs("a"), next)).hasSize(1);
    }

    @Test
    void aDiscardedEventStaysUncountedForGood() {
        die("a", "b");
        assertThat(letters.discard(refs("a"))).isEqualTo(1);
        assertThat(letters.discard(refs("a"))).isZero();
        assertThat(letters.retry(refs("a"), NOON)).isZero();
        assertThat(listed()).containsExactly("b");
        assertThat(letters.open(ref("a"))).isEmpty();
        assertThat(letters.isBeingRetried(ref("a"))).isFalse();
        assertThat(recorded("a").event()).isEqualTo(event("a", "sale"));
        assertThat(recorded("a").aggregated()).isFalse();
        assertThat(recorded("a").dead()).isNull();
        assertThat(raw.hasDiscarded(source, ALL)).isTrue();
        assertThat(raw.hasDiscarded(source, new TimeRange(NOON + 1, NOON + 2))).isFalse();
        claim("a");
        assertThat(pending.owned(refs("a"), new Claim("l00", 1, batches))).isEmpty();
        assertThat(raw.insert(source, List.of(event("a", "sale")), new CommitId("other", 1)))
                .as("a duplicate")
                .containsOnlyKeys("a");
        letters.discard(refs("b"));
        assertThat(raw.hasDead(source, ALL)).isFalse();
    }

    @Test
    void neitherRebuildsNorAuditsTakeDeadAndDiscardedEventsAsCounted() {
        die("dead", "discarded", "retried", "counted");
        letters.discard(refs("discarded"));
        letters.retry(refs("retried", "counted"), NOON);
        count("counted");
        DoneEvents.Selected selected = new DoneEvents.Selected(source, 1, List.of(), ALL, 100);
        assertThat(doneEvents().read(selected, null, null, 1 << 20).events())
                .extracting(event -> event.ref().uuid())
                .containsExactly("counted");
        List<String> states = new ArrayList<>();
        countableEvents()
                .scan(
                        new CountableEvents.Asked(source, 1, List.of(), ALL),
                        one -> states.add(one.event().ref().uuid() + " " + one.state()));
        assertThat(states).containsExactly("counted DONE", "dead DEAD", "discarded DEAD", "retried PENDING");
    }

    @Test
    void changesManyAndOnlyThoseThatAreDead() {
        String[] uuids = IntStream.range(0, 300).mapToObj(i -> "u" + i).toArray(String[]::new);
        die(uuids);
        letters.retry(refs("u7"), NOON);
        letters.discard(refs("u8"));
        List<EventRef> all = new ArrayList<>(refs(uuids));
        all.add(ref("none"));
        all.add(new EventRef(source, 2, "u9"));
        assertThat(letters.retry(all.subList(0, 150), NOON)).isEqualTo(148);
        assertThat(letters.discard(all)).isEqualTo(150);
        assertThat(letters.retry(List.of(), NOON) + letters.discard(List.of())).isZero();
        assertThat(listed()).isEmpty();
        assertThat(pending.scan(source, null, EVER / 2, 1_000).events()).hasSize(149);
    }

    @Test
    void whereTheAnswerIsLostItMayBeCalledAgain() {
        die("a", "b", "c", "d");
        assertThatThrownBy(() -> losingAnswers(1).retry(refs("a", "b"), NOON)).isInstanceOf(OutcomeUnknown.class);
        assertThat(letters.retry(refs("a", "b"), NOON)).isZero();
        assertThat(letters.isBeingRetried(ref("a"))).isTrue();
        assertThatThrownBy(() -> losingAnswers(1).discard(refs("c", "d"))).isInstanceOf(OutcomeUnknown.class);
        assertThat(letters.discard(refs("c", "d"))).isZero();
        assertThat(listed()).isEmpty();
    }

    @Test
    void ofManyWhoDecideEachEventFollowsOne() throws Exception {
        String[] uuids = IntStream.range(0, 40).mapToObj(i -> "u" + i).toArray(String[]::new);
        die(uuids);
        ExecutorService pool = Executors.newFixedThreadPool(6);
        long retried = 0;
        long discarded = 0;
        try {
            List<Callable<Long>> calls = new ArrayList<>();
            for (int i = 0; i < 6; i++) {
                boolean retries = i % 2 == 0;
                calls.add(() -> {
                    long done = 0;
                    for (String uuid : uuids) {
                        done += retries ? letters.retry(refs(uuid), NOON) : letters.discard(refs(uuid));
                    }
                    return done;
                });
            }
            List<Future<Long>> done = pool.invokeAll(calls);
            for (int i = 0; i < 6; i++) {
                retried += i % 2 == 0 ? done.get(i).get() : 0;
                discarded += i % 2 == 0 ? 0 : done.get(i).get();
            }
        } finally {
            pool.shutdownNow();
        }
        assertThat(retried + discarded).isEqualTo(40);
        assertThat(pending.scan(source, null, EVER / 2, 1_000).events()).hasSize((int) retried);
        assertThat(listed()).isEmpty();
    }
}
