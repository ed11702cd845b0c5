package dev.tallyworks.event;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tallyworks.time.TimeRange;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
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

/** What every adapter of {@link RawEvents} promises. */
public abstract class RawEventsContract {
    private static final AtomicInteger SOURCES = new AtomicInteger();
    private static final long NOON = 1_700_000_000_000L;

    private final RawEvents events = rawEvents();
    private String source = "";

    protected abstract RawEvents rawEvents();

    @BeforeEach
    void useAnotherSource() {
        source = "contract_" + SOURCES.incrementAndGet();
    }

    @Test
    void tellsTheFirstAndLastTimestampOfAnIncarnation() {
        assertThat(events.timestamps(source, 5)).isEmpty();
        events.insert(source, List.of(event("a", 1, NOON - 10), event("b", 1, NOON + 10)), commit(1));
        assertThat(events.timestamps(source, 5)).isEmpty();

        events.insert(
                source, List.of(event("c", 5, NOON + 1), event("d", 5, NOON), event("e", 5, NOON + 2)), commit(2));

        assertThat(events.timestamps(source, 5)).contains(new RawEvents.TimeSpan(NOON, NOON + 2));
        assertThat(events.timestamps(source, 1)).contains(new RawEvents.TimeSpan(NOON - 10, NOON + 10));
    }

    @Test
    void recordsEachEventOnceAndGivesTheOriginalOfADuplicate() {
        Event first = event("a", 1, NOON);
        assertThat(events.insert(source, List.of(first, event("b", 1, NOON)), commit(1)))
                .isEmpty();

        Event again = event("a", 1, NOON + 1);
        Map<String, RecordedEvent> originals =
                events.insert(source, List.of(event("c", 1, NOON), again, event("d", 1, NOON)), commit(2));

        assertThat(originals).containsOnlyKeys("a");
        assertThat(originals.get("a")).isEqualTo(new RecordedEvent(first, false, null));
        assertThat(events.find(source, 1, List.of("a", "b", "c", "d", "e"))).containsOnlyKeys("a", "b", "c", "d");
    }

    @Test
    void theSameCommitAgainIsNoDuplicate() {
        events.insert(source, List.of(event("a", 1, NOON)), commit(1));

        assertThat(events.insert(source, List.of(event("a", 1, NOON), event("b", 1, NOON)), commit(1)))
                .isEmpty();
        assertThat(events.find(source, 1, List.of("a", "b"))).hasSize(2);
    }

    @Test
    void whatIsLeftOfAnOlderSourceIsNoDuplicate() {
        events.insert(source, List.of(event("a", 1, NOON)), commit(1));

        assertThat(events.find(source, 5, List.of("a"))).isEmpty();
        assertThat(events.insert(source, List.of(event("a", 5, NOON + 1)), commit(2)))
                .isEmpty();
        assertThat(events.find(source, 5, List.of("a")).get("a").event().timestampMillis())
                .isEqualTo(NOON + 1);
        assertThat(events.find(source, 1, List.of("a"))).isEmpty();
    }

    @Test
    void ofRacingInsertsOneWins() throws Exception {
        int writers = 4;
        int uuids = 200;
        Set<String> accepted = ConcurrentHashMap.newKeySet();
        AtomicInteger acceptedTwice = new AtomicInteger();
        CyclicBarrier start = new CyclicBarrier(writers);
        ExecutorService threads = Executors.newFixedThreadPool(writers);
        try {
            List<Future<?>> done = new ArrayList<>();
            for (int w = 0; w < writers; w++) {
                int writer = w;
                done.add(threads.submit(() -> {
                    List<Event> batch = new ArrayList<>(IntStream.range(0, uuids)
                            .mapToObj(i -> event("u" + i, 1, NOON + writer))
                            .toList());
                    Collections.shuffle(batch);
                    start.await(10, TimeUnit.SECONDS);
                    Map<String, RecordedEvent> originals =
                            events.insert(source, batch, new CommitId("writer" + writer, 1));
                    for (Event event : batch) {
                        RecordedEvent original = originals.get(event.ref().uuid());
                        if (original == null && !accepted.add(event.ref().uuid())) {
                            acceptedTwice.incrementAndGet();
                        } else if (original != null) {
                            assertThat(original.event().timestampMillis()).isNotEqualTo(event.timestampMillis());
                        }
                    }
                    return null;
                }));
            }
            for (Future<?> future : done) {
                future.get(30, TimeUnit.SECONDS);
            }
        } finally {
            threads.shutdownNow();
        }
        assertThat(acceptedTwice).hasValue(0);
        assertThat(accepted).hasSize(uuids);
    }

    @Test
    void takesTheLargestBatch() {
        List<Event> batch = IntStream.range(0, 5_000)
                .mapToObj(i -> event("u" + i, 1, NOON + i))
                .toList();
        assertThat(events.insert(source, batch, commit(1))).isEmpty();
        assertThat(events.insert(source, batch, commit(2))).hasSize(5_000);
    }

    @Test
    void listsNewestFirstPageByPage() {
        List<Event> batch = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            batch.add(event("u" + (char) ('a' + i), 1, NOON + i / 4));
        }
        events.insert(source, batch, commit(1));

        List<String> listed = new ArrayList<>();
        RawEvents.Position next = null;
        int pages = 0;
        do {
            RawEvents.Page page = events.list(listing(null, null, null, null, next, 3));
            page.events().forEach(e -> listed.add(e.event().ref().uuid()));
            next = page.next();
            pages++;
        } while (next != null && pages < 100);

        List<String> expected =
                new ArrayList<>(batch.stream().map(e -> e.ref().uuid()).toList());
        Collections.reverse(expected);
        assertThat(listed).isEqualTo(expected);
        assertThat(pages).isEqualTo(7);
        assertThat(events.list(listing(null, null, null, null, null, 20)).next())
                .isNull();
    }

    @Test
    void listsByTypeTimeAndAttribution() {
        Attribution acme = new Attribution("customer", "acme");
        Attribution other = new Attribution("customer", "x");
        Attribution crossed = new Attribution("x", "acme");
        events.insert(
                source,
                List.of(
                        event("a", "sale", NOON, List.of(acme)),
                        event("b", "sale", NOON + 1, List.of(other, crossed)),
                        event("c", "refund", NOON + 2, List.of(other, acme)),
                        event("d", "sale", NOON + 3, List.of())),
                commit(1));

        assertThat(listed(listing("sale", null, null, null, null, 10))).containsExactly("d", "b", "a");
        assertThat(listed(listing(null, NOON + 1, NOON + 3, null, null, 10))).containsExactly("c", "b");
        assertThat(listed(listing(null, null, null, acme, null, 10))).containsExactly("c", "a");
        assertThat(listed(listing("sale", NOON, NOON + 3, other, null, 10))).containsExactly("b");
        RawEvents.Position afterC = new RawEvents.Position(NOON + 2, "c");
        assertThat(listed(listing(null, NOON + 1, null, null, afterC, 10))).containsExactly("b");
    }

    @Test
    void tellsWhatIsPending() {
        assertThat(events.oldestPending(source)).isEmpty();
        assertThat(events.hasAny(source, 1)).isFalse();
        assertThat(events.lacks(source, new TimeRange(NOON, NOON + 10))).isFalse();

        events.insert(source, List.of(event("late", 1, NOON + 5), event("early", 1, NOON + 2)), commit(1));

        assertThat(events.oldestPending(source)).contains(new RawEvents.OldestPending(NOON + 2, NOON + 60_000));
        assertThat(events.hasAny(source, 1)).isTrue();
        assertThat(events.lacks(source, new TimeRange(NOON, NOON + 2))).isFalse();
        assertThat(events.lacks(source, new TimeRange(NOON, NOON + 3))).isTrue();
        assertThat(events.lacks(source, new TimeRange(NOON + 5, NOON + 6))).isTrue();
        assertThat(events.lacks(source, new TimeRange(NOON + 6, NOON + 9))).isFalse();
    }

    private Set<String> listed(RawEvents.Listing listing) {
        Set<String> uuids = new LinkedHashSet<>();
        events.list(listing).events().forEach(e -> uuids.add(e.event().ref().uuid()));
        assertThat(new HashSet<>(uuids)).hasSameSizeAs(uuids);
        return uuids;
    }

    private RawEvents.Listing listing(
            @Nullable String type,
            @Nullable Long from,
            @Nullable Long to,
            @Nullable Attribution attribution,
            RawEvents.@Nullable Position after,
            int limit) {
        return new RawEvents.Listing(source, 1, type, from, to, attribution, after, limit);
    }

    private static CommitId commit(long number) {
        return new CommitId("writer", number);
    }

    private Event event(String uuid, long incarnation, long timestampMillis) {
        return new Event(
                new EventRef(source, incarnation, uuid),
                "sale",
                timestampMillis,
                NOON + 60_000,
                Map.of("amount", new BigDecimal("1.50"), "a.b", "$"),
                List.of(),
                incarnation,
                100);
    }

    private Event event(String uuid, String type, long timestampMillis, List<Attribution> attributions) {
        return new Event(new EventRef(source, 1, uuid), type, timestampMillis, NOON, Map.of(), attributions, 1, 100);
    }
}
