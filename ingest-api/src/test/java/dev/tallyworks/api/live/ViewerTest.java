package dev.tallyworks.api.live;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tallyworks.api.query.Dated;
import dev.tallyworks.api.query.Point;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.sse.OutboundSseEvent;
import java.lang.reflect.Type;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ViewerTest {
    private static final LiveSettings SETTINGS = new LiveSettings() {
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
            return Duration.ofSeconds(15);
        }
    };

    private final AtomicLong nanos = new AtomicLong(1);
    private final AtomicBoolean gone = new AtomicBoolean();
    private final Viewer viewer = new Viewer(() -> {}, SETTINGS, nanos::get);
    private final Connection connection = new Connection();

    /** Events as texts, in the id. */
    private static final class Texts implements Viewer.Events {
        @Override
        public OutboundSseEvent of(Update update) {
            return new Text(update.id() + " " + update.data().replace('"', '\''));
        }

        @Override
        public OutboundSseEvent comment() {
            return new Text(":");
        }
    }

    record Text(String getId) implements OutboundSseEvent {
        @Override
        public @Nullable String getName() {
            return null;
        }

        @Override
        public @Nullable String getComment() {
            return null;
        }

        @Override
        public long getReconnectDelay() {
            return -1;
        }

        @Override
        public boolean isReconnectDelaySet() {
            return false;
        }

        @Override
        public Class<?> getType() {
            return String.class;
        }

        @Override
        public Type getGenericType() {
            return String.class;
        }

        @Override
        public MediaType getMediaType() {
            return MediaType.TEXT_PLAIN_TYPE;
        }

        @Override
        public Object getData() {
            return getId;
        }
    }

    /** Asks when it is told to, as one does that has written what it got. */
    private static final class Connection implements Flow.Subscriber<OutboundSseEvent> {
        private final List<String> got = new ArrayList<>();
        private Flow.@Nullable Subscription subscription;
        private boolean over;

        @Override
        public void onSubscribe(Flow.Subscription made) {
            subscription = made;
        }

        @Override
        public void onNext(OutboundSseEvent event) {
            got.add(String.valueOf(event.getId()));
        }

        @Override
        public void onError(Throwable failed) {
            got.add("failed: " + failed);
        }

        @Override
        public void onComplete() {
            over = true;
        }

        Flow.Subscription subscribed() {
            if (subscription == null) {
                throw new AssertionError("not subscribed");
            }
            return subscription;
        }
    }

    private void connect() {
        viewer.stream(new Texts())
                .onTermination()
                .invoke(() -> gone.set(true))
                .subscribe()
                .withSubscriber(connection);
    }

    private void passes(Duration time) {
        nanos.addAndGet(time.toNanos());
        viewer.pump();
    }

    private static Update update(long id, String unit, int value) {
        return new Update(id, List.of(new Point(unit, BigDecimal.valueOf(value), null)), Dated::timestamp);
    }

    @Test
    void sendsTheFirstAtOnceAndThenNoMoreThanTwoASecond() {
        viewer.offer(update(1, "a", 1));
        connect();
        connection.subscribed().request(1);
        assertThat(connection.got).containsExactly("1 {'points':[{'timestamp':'a','value':1}]}");

        connection.subscribed().request(1);
        viewer.offer(update(2, "a", 2));
        passes(Duration.ofMillis(499));
        assertThat(connection.got).hasSize(1);
        passes(Duration.ofMillis(101));
        assertThat(connection.got).hasSize(2);
    }

    @Test
    void foldsWhatIsNotAskedForYet() {
        viewer.offer(update(1, "a", 1));
        connect();
        connection.subscribed().request(1);
        passes(Duration.ofSeconds(1));
        viewer.offer(update(2, "a", 2));
        viewer.offer(update(3, "b", 7));
        viewer.offer(update(4, "a", 3));
        assertThat(connection.got).hasSize(1);

        connection.subscribed().request(1);

        assertThat(connection.got)
                .last()
                .isEqualTo("4 {'points':[{'timestamp':'b','value':7},{'timestamp':'a','value':3}]}");
        connection.subscribed().request(1);
        passes(Duration.ofSeconds(1));
        assertThat(connection.got).hasSize(2);
    }

    @Test
    void sendsACommentAfterAQuietWhile() {
        connect();
        connection.subscribed().request(1);
        passes(Duration.ofSeconds(14));
        assertThat(connection.got).isEmpty();
        passes(Duration.ofSeconds(1));
        assertThat(connection.got).containsExactly(":");
        connection.subscribed().request(1);
        passes(Duration.ofSeconds(14));
        assertThat(connection.got).hasSize(1);
    }

    @Test
    void isStuckWhenItHasNotAskedForLong() {
        connect();
        connection.subscribed().request(1);
        passes(Duration.ofSeconds(29));
        assertThat(viewer.isStuck()).isFalse();
        passes(Duration.ofSeconds(29));
        assertThat(connection.got).as("comments, the last not answered").hasSize(1);
        assertThat(viewer.isStuck()).isFalse();
        passes(Duration.ofSeconds(31));
        assertThat(viewer.isStuck()).isTrue();
    }

    @Test
    void isStuckAtOnceWhereMuchWaits() {
        connect();
        connection.subscribed().request(1);
        viewer.offer(update(1, "a", 1));
        List<Point> many = IntStream.range(0, 100_001)
                .mapToObj(i -> new Point("u" + i, BigDecimal.ONE, null))
                .toList();
        viewer.offer(new Update(2, many, Dated::timestamp));
        assertThat(viewer.isStuck()).isTrue();
    }

    @Test
    void oneThatNobodyEverAskedIsStuckToo() {
        viewer.offer(update(1, "a", 1));
        assertThat(viewer.isStuck()).isFalse();
        nanos.addAndGet(Duration.ofSeconds(31).toNanos());
        assertThat(viewer.isStuck()).isTrue();
    }

    @Test
    void tellsWhenItIsGone() {
        connect();
        connection.subscribed().request(1);
        connection.subscribed().cancel();
        assertThat(gone).isTrue();
        viewer.offer(update(1, "a", 1));
        assertThat(connection.got).isEmpty();
    }

    @Test
    void endsTheStream() {
        connect();
        connection.subscribed().request(1);
        viewer.end();
        assertThat(connection.over).isTrue();
        assertThat(gone).isTrue();
    }
}
