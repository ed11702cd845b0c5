package dev.tallyworks.rebuild;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tallyworks.event.DoneEvents;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** What every adapter of {@link Rebuilds} promises. */
public abstract class RebuildsContract {
    private static final long NOW = 1_700_000_000_000L;
    private static final Progress FAR = new Progress(
            NOW,
            500L,
            70,
            3,
            new Progress.Window("s", new DoneEvents.Position(-5, "a"), null),
            new Progress.Place("s", new DoneEvents.Position(-5, "a"), false));

    private final Rebuilds rebuilds = rebuilds();
    private final String id = UUID.randomUUID().toString();

    protected abstract Rebuilds rebuilds();

    @Test
    void oneWorkerAtATimeIsAtIt() {
        Rebuilds.Lease first = rebuilds.take(id, "one", NOW, 10).orElseThrow();
        assertThat(first.progress()).isEqualTo(Progress.NONE);
        assertThat(rebuilds.take(id, "two", NOW + 10, 10)).isEmpty();
        Rebuilds.Lease second = rebuilds.take(id, "two", NOW + 11, 10).orElseThrow();
        assertThat(second.epoch()).isGreaterThan(first.epoch());
    }

    @Test
    void whoeverGoesOnKnowsHowFarItIs() {
        Rebuilds.Lease first = rebuilds.take(id, "one", NOW, 10).orElseThrow();
        assertThat(rebuilds.write(first, FAR, NOW + 50)).isTrue();
        assertThat(rebuilds.progress(List.of(id, "none"))).containsOnlyKeys(id).containsValue(FAR);
        assertThat(rebuilds.take(id, "two", NOW + 50, 10))
                .as("the lease was prolonged")
                .isEmpty();
        assertThat(rebuilds.take(id, "two", NOW + 51, 10).orElseThrow().progress())
                .isEqualTo(FAR);
    }

    @Test
    void whoHasLostItWritesNothing() {
        Rebuilds.Lease first = rebuilds.take(id, "one", NOW, 10).orElseThrow();
        Rebuilds.Lease second = rebuilds.take(id, "two", NOW + 20, 10).orElseThrow();
        assertThat(rebuilds.write(first, FAR, NOW + 100)).isFalse();
        rebuilds.release(first);
        assertThat(rebuilds.take(id, "three", NOW + 20, 10)).isEmpty();
        assertThat(rebuilds.progress(List.of(id))).containsValue(Progress.NONE);
        rebuilds.release(second);
        assertThat(rebuilds.take(id, "three", NOW, 10)).isPresent();
    }

    @Test
    void progressIsWrittenWhole() {
        Rebuilds.Lease lease = rebuilds.take(id, "one", NOW, 10).orElseThrow();
        Progress progress = Progress.NONE.begun(NOW).counted(9);
        for (Progress next : List.of(
                progress,
                progress.opened(new Progress.Window("s", null, new DoneEvents.Position(3, "b"))),
                progress.opened(new Progress.Window("s", null, new DoneEvents.Position(3, "b")))
                        .closed(4),
                progress.opened(new Progress.Window("s", new DoneEvents.Position(3, "b"), null))
                        .closed(5))) {
            rebuilds.write(lease, next, NOW);
            assertThat(rebuilds.progress(List.of(id))).containsEntry(id, next);
        }
        assertThat(rebuilds.progress(List.of())).isEmpty();
    }

    @Test
    void aWindowEndsWhereTheNextBegins() {
        Progress.Window window = new Progress.Window("s", null, new DoneEvents.Position(3, "b"));
        Progress closed = Progress.NONE
                .begun(NOW)
                .begun(NOW + 5)
                .counted(9)
                .opened(window)
                .closed(4);
        assertThat(closed)
                .isEqualTo(new Progress(
                        NOW, 9L, 4, 1, null, new Progress.Place("s", new DoneEvents.Position(3, "b"), false)));
        assertThat(closed.opened(new Progress.Window("s", window.upTo(), null))
                        .closed(5)
                        .place())
                .isEqualTo(new Progress.Place("s", null, true));
    }
}
