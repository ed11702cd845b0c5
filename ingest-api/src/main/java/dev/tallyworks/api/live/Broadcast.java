package dev.tallyworks.api.live;

import dev.tallyworks.api.http.Problem;
import dev.tallyworks.api.query.Dated;
import dev.tallyworks.api.query.MovingQuestion;
import dev.tallyworks.api.query.Point;
import dev.tallyworks.definition.Snapshot;
import java.math.BigDecimal;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** One question that is asked again and again, and all who view its answers. Who joins waits for the next time it is asked. */
final class Broadcast {
    private static final Logger LOG = Logger.getLogger(Broadcast.class);
    /** Between two times that it is asked because of news. */
    private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(500);
    /** News may get lost, so without any it is asked now and then. */
    private static final long QUIET_NANOS = TimeUnit.SECONDS.toNanos(2);
    /** A question that takes long is asked more seldom, so as to be at it a fifth of the time at most. */
    private static final int REST = 4;

    /** Asks it. */
    interface Asking {
        MovingQuestion.Told ask(MovingQuestion question, long startMillis, long nowMillis);
    }

    /** One who waits for the first answer. */
    private record Join(Viewer viewer, @Nullable Long sinceMillis, CompletableFuture<Void> joined) {}

    private final MovingQuestion question;
    private final Asking asking;
    private final Clock clock;
    private final LongSupplier nanoTime;
    private final Set<Viewer> viewers = new LinkedHashSet<>();
    private List<Join> joining = new ArrayList<>();
    private Set<Dated> shown = Set.of();
    private boolean changed;
    private boolean underWay;
    private long startedNanos;
    private long tookNanos;

    Broadcast(MovingQuestion question, Asking asking, Clock clock, LongSupplier nanoTime) {
        this.question = question;
        this.asking = asking;
        this.clock = clock;
        this.nanoTime = nanoTime;
        this.startedNanos = nanoTime.getAsLong() - QUIET_NANOS;
    }

    /**
     * @param sinceMillis the id of the last update that it was told; null where it is new
     * @return done when it has its first update; fails as asking does
     */
    synchronized CompletableFuture<Void> join(Viewer viewer, @Nullable Long sinceMillis) {
        CompletableFuture<Void> joined = new CompletableFuture<>();
        joining.add(new Join(viewer, sinceMillis, joined));
        return joined;
    }

    synchronized void leave(Viewer viewer) {
        viewers.remove(viewer);
    }

    /** Whether nobody views it or waits for it. */
    synchronized boolean isDeserted() {
        return viewers.isEmpty() && joining.isEmpty() && !underWay;
    }

    synchronized List<Viewer> viewers() {
        return List.copyOf(viewers);
    }

    /** Takes note of news. */
    void heard(Set<String> sources, Snapshot definitions) {
        if (question.feedsOn(sources, definitions)) {
            synchronized (this) {
                changed = true;
            }
        }
    }

    /** Whether it is to be asked now; then {@link #ask} must follow. */
    synchronized boolean begin() {
        long since = nanoTime.getAsLong() - startedNanos;
        boolean due = !joining.isEmpty()
                || !viewers.isEmpty() && since >= REST * tookNanos && since >= (changed ? PAUSE_NANOS : QUIET_NANOS);
        if (underWay || !due) {
            return false;
        }
        underWay = true;
        startedNanos = nanoTime.getAsLong();
        changed = false;
        return true;
    }

    /** Asks, and tells everybody. */
    void ask() {
        List<Join> joins;
        synchronized (this) {
            joins = joining;
            joining = new ArrayList<>();
        }
        try {
            tell(joins);
        } catch (Problem impossible) {
            fail(joins, impossible);
            endAll();
        } catch (RuntimeException away) {
            LOG.debug("live: asked again in a moment", away);
            fail(joins, away);
        } finally {
            synchronized (this) {
                tookNanos = nanoTime.getAsLong() - startedNanos;
                underWay = false;
            }
        }
    }

    private void tell(List<Join> joins) {
        long now = clock.millis();
        long start = question.startMillis(now);
        long earliest = start;
        for (Join join : joins) {
            earliest = Math.min(earliest, startFor(join, now));
        }
        MovingQuestion.Told told;
        try {
            told = asking.ask(question, earliest, now);
        } catch (Problem tooLong) {
            if (earliest == start) {
                throw tooLong;
            }
            // Only those who were away for so long are to hear it.
            List<Join> away =
                    joins.stream().filter(join -> startFor(join, now) < start).toList();
            fail(away, tooLong);
            tell(joins.stream().filter(join -> !away.contains(join)).toList());
            return;
        }
        List<Dated> current = within(told.points(), start);
        List<Dated> changes = changes(current, told.partial(), start);
        Update update = new Update(now, changes, question::place);
        List<Viewer> before;
        synchronized (this) {
            before = List.copyOf(viewers);
            shown = new LinkedHashSet<>(current);
            joins.forEach(join -> viewers.add(join.viewer));
        }
        if (!changes.isEmpty()) {
            before.forEach(viewer -> viewer.offer(update));
        }
        Update whole = new Update(now, current, question::place);
        for (Join join : joins) {
            long from = startFor(join, now);
            join.viewer.offer(from == start ? whole : new Update(now, within(told.points(), from), question::place));
            join.joined.complete(null);
        }
    }

    private long startFor(Join join, long nowMillis) {
        return join.sinceMillis == null
                ? question.startMillis(nowMillis)
                : question.startSinceMillis(join.sinceMillis, nowMillis);
    }

    private List<Dated> within(List<? extends Dated> points, long startMillis) {
        return points.stream()
                .filter(point -> question.isWithin(point, startMillis))
                .<Dated>map(point -> point)
                .toList();
    }

    /** What differs from what was shown. What is no more there at all is told as nothing, unless it may only be late. */
    private List<Dated> changes(List<Dated> current, boolean partial, long startMillis) {
        Set<Dated> last;
        synchronized (this) {
            last = shown;
        }
        List<Dated> changes = new ArrayList<>();
        for (Dated point : current) {
            if (!last.contains(point)) {
                changes.add(point);
            }
        }
        if (!partial && !question.isPerValue()) {
            Set<Object> places = new HashSet<>();
            current.forEach(point -> places.add(question.place(point)));
            for (Dated point : last) {
                if (question.isWithin(point, startMillis) && !places.contains(question.place(point))) {
                    changes.add(new Point(point.timestamp(), nothing(), point.category()));
                }
            }
        }
        return changes;
    }

    private @Nullable BigDecimal nothing() {
        return question.nullable() ? null : BigDecimal.ZERO;
    }

    private static void fail(List<Join> joins, RuntimeException why) {
        joins.forEach(join -> join.joined.completeExceptionally(why));
    }

    /** The question makes no sense any more. */
    private void endAll() {
        viewers().forEach(Viewer::end);
    }
}
