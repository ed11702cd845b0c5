package dev.tallyworks.event;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tallyworks.time.TimeRange;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What every adapter of {@link DoneEvents} promises, and of {@link CountableEvents}, which see the same events. */
public abstract class DoneEventsContract {
    private static final AtomicInteger SOURCES = new AtomicInteger();
    private static final long NOON = 1_700_000_000_000L;
    private static final TimeRange ALL = new TimeRange(Long.MIN_VALUE, Long.MAX_VALUE);
    private static final long INCARNATION = 3;

    private final RawEvents raw = rawEvents();
    private final PendingEvents pending = pendingEvents();
    private final DoneEvents events = doneEvents();
    private String source = "";
    private long commits;
    private long batches;

    protected abstract RawEvents rawEvents();

    protected abstract PendingEvents pendingEvents();

    protected abstract DoneEvents doneEvents();

    protected abstract CountableEvents countableEvents();

    @BeforeEach
    void useAnotherSource() {
        source = "done_" + SOURCES.incrementAndGet();
    }

    private Event event(String uuid, String type, long timestamp, long incarnation) {
        return new Event(
                new EventRef(source, incarnation, uuid),
                type,
                timestamp,
                NOON,
                Map.of("text", "x".repeat(500)),
                List.of(),
                5,
                10);
    }

    private void record(long batchVersion, Event... recorded) {
        raw.insert(source, List.of(recorded), new CommitId("writer", ++commits));
        List<EventRef> refs = Arrays.stream(recorded).map(Event::ref).toList();
        Claim claim = new Claim("l1", 1, ++batches);
        pending.claim(refs, claim, batchVersion, false);
        pending.finish(refs, claim, batchVersion);
    }

    private void record(long batchVersion, String uuid, long timestamp) {
        record(batchVersion, event(uuid, "sale", timestamp, INCARNATION));
    }

    private DoneEvents.Selected selected(TimeRange range, String... types) {
        return new DoneEvents.Selected(source, INCARNATION, List.of(types), range, 9);
    }

    private static List<String> uuids(DoneEvents.Stretch stretch) {
        return stretch.events().stream().map(event -> event.ref().uuid()).toList();
    }

    /** Reads everything in windows that pass over so many events. */
    private List<List<String>> windows(DoneEvents.Selected selected, int eventsMax, long bytesMax) {
        List<List<String>> windows = new ArrayList<>();
        DoneEvents.@Nullable Position after = null;
        do {
            DoneEvents.Position upTo = events.end(selected, after, eventsMax);
            DoneEvents.Stretch stretch = events.read(selected, after, upTo, bytesMax);
            if (!stretch.whole()) {
                Event last = stretch.events().get(stretch.events().size() - 1);
                upTo = new DoneEvents.Position(
                        last.timestampMillis(), last.ref().uuid());
            }
            assertThat(events.count(selected, after, upTo))
                    .isEqualTo(stretch.events().size());
            assertThat(uuids(events.read(selected, after, upTo, Long.MAX_VALUE)))
                    .isEqualTo(uuids(stretch));
            windows.add(uuids(stretch));
            after = upTo;
        } while (after != null);
        return windows;
    }

    @Test
    void readsInTheOrderOfTimeWhatOlderBatchesHaveDone() {
        record(8, "c", NOON + 2);
        record(7, "b", NOON + 1);
        record(9, "newer", NOON + 1);
        record(8, "a", NOON + 1);
        record(8, event("other", "visit", NOON, INCARNATION));
        raw.insert(source, List.of(event("pending", "sale", NOON, INCARNATION)), new CommitId("writer", ++commits));
        record(8, event("old", "sale", NOON, 2));

        assertThat(uuids(events.read(selected(ALL, "sale"), null, null, Long.MAX_VALUE)))
                .containsExactly("a", "b", "c");
        assertThat(uuids(events.read(selected(ALL), null, null, Long.MAX_VALUE)))
                .containsExactly("other", "a", "b", "c");
        assertThat(events.count(selected(ALL, "sale", "visit"), null, null)).isEqualTo(4);
        assertThat(uuids(events.read(selected(new TimeRange(NOON, NOON + 2), "sale"), null, null, Long.MAX_VALUE)))
                .containsExactly("a", "b");
    }

    @Test
    void windowsMissNothingAndReadNothingTwice() {
        List<String> inOrder = new ArrayList<>();
        for (int i = 0; i < 30; i++) {
            // Many at one instant, so that windows end in its middle.
            String uuid = String.format("e%02d", i);
            record(i % 4 == 0 ? 9 : 8, uuid, NOON + i / 13);
            if (i % 4 != 0) {
                inOrder.add(uuid);
            }
        }
        for (int eventsMax : new int[] {1, 2, 5, 7, 13, 26, 29, 30, 31}) {
            List<List<String>> windows = windows(selected(ALL), eventsMax, Long.MAX_VALUE);
            assertThat(windows.stream().flatMap(List::stream).toList())
                    .as("windows of " + eventsMax)
                    .isEqualTo(inOrder);
            assertThat(windows).allMatch(window -> window.size() <= eventsMax);
        }
        TimeRange part = new TimeRange(NOON + 1, NOON + 2);
        assertThat(windows(selected(part), 4, Long.MAX_VALUE).stream()
                        .flatMap(List::stream)
                        .toList())
                .isEqualTo(inOrder.stream()
                        .filter(uuid -> uuid.compareTo("e13") >= 0 && uuid.compareTo("e26") < 0)
                        .toList());
    }

    @Test
    void aWindowIsBoundedInBytesButNeverEmptyForIt() {
        for (int i = 0; i < 9; i++) {
            record(8, "e" + i, NOON + i / 3);
        }
        List<List<String>> windows = windows(selected(ALL), 100, 1_600);
        assertThat(windows).hasSizeBetween(4, 9);
        assertThat(windows.stream().flatMap(List::stream).toList()).hasSize(9).isSorted();
        assertThat(windows(selected(ALL), 100, 1).stream().filter(window -> !window.isEmpty()))
                .hasSize(9);
    }

    @Test
    void aSourceWithoutEventsHasNone() {
        assertThat(windows(selected(ALL), 5, 1_000)).containsExactly(List.of());
    }

    @Test
    void tellsOfEachEventHowItStands() {
        record(8, "done", NOON + 1);
        raw.insert(source, List.of(event("pending", "sale", NOON, INCARNATION)), new CommitId("writer", ++commits));
        Event poison = event("dead", "visit", NOON + 2, INCARNATION);
        raw.insert(source, List.of(poison), new CommitId("writer", ++commits));
        Claim claim = new Claim("l1", 1, ++batches);
        pending.claim(List.of(poison.ref()), claim, 8, false);
        pending.release(poison.ref(), claim, new PendingEvents.Failed(Fault.told("no"), 1, NOON, attempts -> NOON));
        record(8, event("old", "sale", NOON, 2));

        List<String> seen = new ArrayList<>();
        CountableEvents.Asked all = new CountableEvents.Asked(source, INCARNATION, List.of(), ALL);
        countableEvents().scan(all, one -> {
            seen.add(one.event().ref().uuid() + " " + one.state());
            assertThat(one.event().payload()).isNotEmpty();
        });
        assertThat(seen).containsExactly("pending PENDING", "done DONE", "dead DEAD");
        seen.clear();
        TimeRange range = new TimeRange(NOON + 1, NOON + 3);
        countableEvents()
                .scan(
                        new CountableEvents.Asked(source, INCARNATION, List.of("visit"), range),
                        one -> seen.add(one.event().type()));
        assertThat(seen).containsExactly("visit");
        assertThat(countableEvents().timestampOfNth(source, ALL, 4)).isEqualTo(NOON + 2);
        assertThat(countableEvents().timestampOfNth(source, range, 2)).isEqualTo(NOON + 2);
        assertThat(countableEvents().timestampOfNth(source, range, 3)).isNull();
    }
}
