package dev.tallyworks.api.live;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tallyworks.api.http.Problem;
import dev.tallyworks.api.query.MovingQuestion;
import dev.tallyworks.api.query.Point;
import dev.tallyworks.definition.Aggregation;
import dev.tallyworks.definition.Report;
import dev.tallyworks.definition.Snapshot;
import dev.tallyworks.failure.Unavailable;
import dev.tallyworks.realtime.RealtimeWindow;
import dev.tallyworks.time.Granularity;
import jakarta.ws.rs.core.MultivaluedHashMap;
import jakarta.ws.rs.sse.OutboundSseEvent;
import java.math.BigDecimal;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class BroadcastTest {
    private static final Instant NOW = Instant.parse("2026-03-01T12:00:30Z");
    private static final LiveSettings SETTINGS = new Settings();

    private final AtomicLong nanos = new AtomicLong(1);
    private final Store store = new Store();
    private final Broadcast broadcast = new Broadcast(question(), store, Clock.fixed(NOW, ZoneOffset.UTC), nanos::get);

    private record Settings() implements LiveSettings {
        @Override
        public int viewersMax() {
            return 10;
        }

        @Override
        public int questionsMax() {
            return 10;
        }

        @Override
        public Duration stuckAfter() {
            return Duration.ofSeconds(30);
        }

        @Override
        public Duration heartbeat() {
            return Duration.ofHours(1);
        }
    }

    /** Answers with what it was given, of the range that it is asked for; can be away. */
    private static final class Store implements Broadcast.Asking {
        private List<Point> points = List.of();
        private final List<Instant> starts = new ArrayList<>();
        private boolean asleep;
        private boolean partial;
        private long earliestMillis = Long.MIN_VALUE;

        @Override
        public MovingQuestion.Told ask(MovingQuestion question, long startMillis, long nowMillis) {
            starts.add(Instant.ofEpochMilli(startMillis));
            if (asleep) {
                throw new Unavailable("asleep", new IllegalStateException());
            }
            if (startMillis < earliestMillis) {
                throw Problem.invalid(Problem.Item.of(Problem.INVALID_VALUE, "too much"));
            }
            return new MovingQuestion.Told(
                    points.stream()
                            .filter(point -> question.isWithin(point, startMillis))
                            .toList(),
                    partial);
        }
    }

    private static MovingQuestion question() {
        Aggregation byMinutes = new Aggregation(
                "a",
                "r",
                1,
                "aggr_a",
                Granularity.MINUTE,
                new Aggregation.Filter(List.of("shop"), List.of()),
                new Aggregation.Partition(false, 0),
                null,
                new Aggregation.Fields(List.of(), List.of()),
                new Aggregation.Limits(1_000, 10_000),
                true,
                List.of(),
                new Aggregation.Sketches(List.of(), List.of()),
                false,
                NOW,
                NOW);
        Snapshot definitions = new Snapshot(
                1, Map.of(), Map.of("r", new Report("r", "r", null, true, NOW, NOW)), Map.of("a", byMinutes));
        return MovingQuestion.read(
                definitions, "r", new MultivaluedHashMap<>(Map.of("metric", "COUNT")), RealtimeWindow.DEFAULT);
    }

    private static Point point(String time, int value) {
        return new Point("2026-03-01T" + time + ":00.000Z", BigDecimal.valueOf(value), null);
    }

    /** A viewer, and what it was sent. */
    private final class Seat implements Flow.Subscriber<OutboundSseEvent>, Viewer.Events {
        private final Viewer viewer = new Viewer(() -> {}, SETTINGS, nanos::get);
        private final List<String> got = new ArrayList<>();
        private boolean ended;

        CompletableFuture<Void> join(Long since) {
            CompletableFuture<Void> joined = broadcast.join(viewer, since);
            viewer.stream(this).subscribe().withSubscriber(this);
            return joined;
        }

        @Override
        public OutboundSseEvent of(Update update) {
            got.add(update.data()
                    .replaceAll("\\{\"timestamp\":\"2026-03-01T(\\d\\d:\\d\\d):00.000Z\",\"value\":(\\w+)}", "$1=$2"));
            return new ViewerTest.Text(update.id());
        }

        @Override
        public OutboundSseEvent comment() {
            return new ViewerTest.Text(":");
        }

        @Override
        public void onSubscribe(Flow.Subscription subscription) {
            subscription.request(Long.MAX_VALUE);
        }

        @Override
        public void onNext(OutboundSseEvent event) {}

        @Override
        public void onError(Throwable failed) {
            throw new AssertionError(failed);
        }

        @Override
        public void onComplete() {
            ended = true;
        }
    }

    private boolean askIfDue() {
        boolean due = broadcast.begin();
        if (due) {
            broadcast.ask();
        }
        return due;
    }

    private void passes(Duration time) {
        nanos.addAndGet(time.toNanos());
    }

    private void comeNews() {
        Snapshot definitions = new Snapshot(1, Map.of(), Map.of(), Map.of());
        broadcast.heard(Set.of("shop"), definitions);
    }

    @Test
    void whoJoinTogetherAreAnsweredByOneQuestion() {
        store.points = List.of(point("11:59", 1), point("12:00", 2));
        List<Seat> seats = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            Seat seat = new Seat();
            seat.join(null);
            seats.add(seat);
        }
        assertThat(askIfDue()).isTrue();
        assertThat(askIfDue()).isFalse();

        assertThat(store.starts).containsExactly(Instant.parse("2026-03-01T11:01:00Z"));
        assertThat(seats).allSatisfy(seat -> assertThat(seat.got).containsExactly("{\"points\":[11:59=1,12:00=2]}"));
    }

    @Test
    void tellsWhatChangedAndAsksWithoutNewsNowAndThen() {
        Seat seat = new Seat();
        seat.join(null);
        store.points = List.of(point("11:59", 1), point("12:00", 2));
        askIfDue();
        store.points = List.of(point("11:59", 1), point("12:00", 3));
        passes(Duration.ofMillis(1_900));
        assertThat(askIfDue()).isFalse();
        passes(Duration.ofMillis(200));
        assertThat(askIfDue()).isTrue();
        assertThat(seat.got).containsExactly("{\"points\":[11:59=1,12:00=2]}", "{\"points\":[12:00=3]}");

        passes(Duration.ofSeconds(3));
        assertThat(askIfDue()).isTrue();
        assertThat(seat.got).as("nothing changed").hasSize(2);
    }

    @Test
    void whatIsGoneIsToldAsNothingUnlessItMayOnlyBeLate() {
        Seat seat = new Seat();
        seat.join(null);
        store.points = List.of(point("11:59", 1), point("12:00", 2));
        askIfDue();
        store.points = List.of(point("12:00", 2));
        store.partial = true;
        passes(Duration.ofSeconds(3));
        askIfDue();
        assertThat(seat.got).hasSize(1);

        store.points = List.of();
        store.partial = false;
        passes(Duration.ofSeconds(3));
        askIfDue();
        assertThat(seat.got).last().isEqualTo("{\"points\":[12:00=0]}");
    }

    @Test
    void viewersStayWhileTheStoreIsAway() {
        Seat seat = new Seat();
        seat.join(null);
        store.points = List.of(point("12:00", 2));
        askIfDue();
        store.asleep = true;
        passes(Duration.ofSeconds(3));
        assertThat(askIfDue()).isTrue();
        CompletableFuture<Void> late = new Seat().join(null);
        assertThat(askIfDue()).isTrue();
        assertThatThrownBy(late::join).hasCauseInstanceOf(Unavailable.class);

        store.asleep = false;
        store.points = List.of(point("12:00", 5));
        passes(Duration.ofSeconds(3));
        askIfDue();
        assertThat(seat.ended).isFalse();
        assertThat(seat.got).containsExactly("{\"points\":[12:00=2]}", "{\"points\":[12:00=5]}");
    }

    @Test
    void whoComesBackIsToldFromWhereItWas() {
        store.points = List.of(point("10:30", 7), point("12:00", 2));
        Seat fresh = new Seat();
        Seat back = new Seat();
        fresh.join(null);
        back.join(NOW.minus(Duration.ofHours(1)).toEpochMilli());
        askIfDue();
        assertThat(store.starts).containsExactly(Instant.parse("2026-03-01T10:00:00Z"));
        assertThat(fresh.got).containsExactly("{\"points\":[12:00=2]}");
        assertThat(back.got).containsExactly("{\"points\":[10:30=7,12:00=2]}");
    }

    @Test
    void oneWhoAsksForTooMuchIsRefusedAloneAndAnImpossibleQuestionEnds() {
        Seat seat = new Seat();
        seat.join(null);
        askIfDue();
        store.earliestMillis = Instant.parse("2026-03-01T11:01:00Z").toEpochMilli();
        CompletableFuture<Void> tooLong =
                new Seat().join(NOW.minus(Duration.ofDays(1)).toEpochMilli());
        Seat other = new Seat();
        other.join(null);
        askIfDue();
        assertThatThrownBy(tooLong::join).hasCauseInstanceOf(Problem.class);
        assertThat(other.got).hasSize(1);
        assertThat(seat.ended).isFalse();

        store.earliestMillis = Long.MAX_VALUE;
        passes(Duration.ofSeconds(3));
        askIfDue();
        assertThat(seat.ended).isTrue();
        assertThat(other.ended).isTrue();
    }

    @Test
    void newsOfOtherSourcesDoNotMatter() {
        Seat seat = new Seat();
        seat.join(null);
        askIfDue();
        passes(Duration.ofMillis(600));
        comeNews(); // as of definitions without the report: nothing feeds it
        assertThat(askIfDue()).isFalse();
        assertThat(broadcast.isDeserted()).isFalse();
        broadcast.leave(seat.viewer);
        assertThat(broadcast.isDeserted()).isTrue();
    }
}
