package dev.tallyworks.api.intake;

import dev.tallyworks.definition.Aggregation;
import dev.tallyworks.definition.Snapshot;
import dev.tallyworks.event.CommitId;
import dev.tallyworks.event.Event;
import dev.tallyworks.event.EventRef;
import dev.tallyworks.event.RawEvents;
import dev.tallyworks.event.RecordedEvent;
import dev.tallyworks.failure.Unavailable;
import dev.tallyworks.metric.MetricGenerator;
import dev.tallyworks.queue.Job;
import dev.tallyworks.realtime.Gaps;
import dev.tallyworks.realtime.RealtimeRollups;
import dev.tallyworks.rollup.RollupFold;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jboss.logging.Logger;

/**
 * Tells realtime rollups and queue of what was accepted, in one step for each commit. Where they may have missed it, nobody is
 * answered before {@link Gaps} knows.
 */
final class Publisher {
    private static final Logger LOG = Logger.getLogger(Publisher.class);
    private static final long PAUSE_MILLIS = 500;
    /** A commit that is still unknown so long after its receipt is not on its way any more. */
    private static final long ON_ITS_WAY_MILLIS = 1_000;

    private static final long LOOK_PAUSE_MILLIS = 10;

    private final RawEvents rawEvents;
    private final RealtimeRollups realtime;
    private final Gaps gaps;
    private final Consumer<List<Event>> recorded;
    private final MetricGenerator generator;
    private final CommitMetrics metrics;
    private final Clock clock;
    private final Breaker breaker;

    Publisher(
            Intake.Stores stores,
            MetricGenerator generator,
            CommitMetrics metrics,
            Clock clock,
            LongSupplier nanoTime) {
        this.rawEvents = stores.rawEvents();
        this.realtime = stores.realtime();
        this.gaps = stores.gaps();
        this.recorded = stores.recorded();
        this.generator = generator;
        this.metrics = metrics;
        this.clock = clock;
        this.breaker = new Breaker(PAUSE_MILLIS, nanoTime);
    }

    /**
     * The events are durable already. It is never tried twice.
     *
     * @param traces what jobs carry, of the events whose requests are traced
     * @return whether the commit is known to be in
     */
    boolean publish(Snapshot definitions, CommitId commit, List<Event> accepted, Map<EventRef, String> traces) {
        if (accepted.isEmpty()) {
            return true;
        }
        // Before the breaker is asked: whoever it lets through must tell it how it went.
        RollupFold fold = fold(definitions, accepted);
        boolean admitted = breaker.admits();
        if (admitted && commit(commit, fold, jobs(accepted, traces))) {
            metrics.enqueue(CommitMetrics.Enqueued.DONE, accepted.size());
            recorded.accept(accepted);
            return true;
        }
        metrics.enqueue(admitted ? CommitMetrics.Enqueued.FAILED : CommitMetrics.Enqueued.SKIPPED, accepted.size());
        gaps.missed(definitions, accepted.stream().map(Gaps.Place::of).toList());
        recorded.accept(accepted);
        return false;
    }

    private boolean commit(CommitId commit, RollupFold fold, List<Job> jobs) {
        try {
            realtime.commit(new RealtimeRollups.Commit(commit, fold.deltas(), jobs), clock.millis());
            breaker.succeeded();
            return true;
        } catch (RuntimeException failed) {
            LOG.debug("a commit was not published", failed);
            breaker.failed();
            return false;
        }
    }

    private static List<Job> jobs(List<Event> events, Map<EventRef, String> traces) {
        return events.stream()
                .map(event -> new Job(
                        event.ref(),
                        event.sizeBytes(),
                        event.receivedAtMillis(),
                        traces.isEmpty() ? "" : traces.getOrDefault(event.ref(), "")))
                .toList();
    }

    private RollupFold fold(Snapshot definitions, List<Event> events) {
        RollupFold fold = new RollupFold();
        List<Gaps.Place> unmeasured = new ArrayList<>();
        for (Event event : events) {
            String source = event.ref().source();
            for (Aggregation aggregation :
                    definitions.fedBy(source, event.type(), event.timestampMillis(), definitions)) {
                if (aggregation.realtime()) {
                    try {
                        fold.add(event, aggregation, generator.generate(event, aggregation));
                    } catch (RuntimeException poison) {
                        LOG.debugf(poison, "event %s has no realtime numbers", event.ref());
                        unmeasured.add(Gaps.Place.of(event));
                    }
                }
            }
        }
        gaps.missed(definitions, unmeasured);
        return fold;
    }

    /**
     * Before a duplicate is answered: the process that accepted the original may have died before it published it.
     *
     * @param originals of one source
     */
    void check(Snapshot definitions, String source, Collection<RecordedEvent> originals) {
        Map<String, Event> young = new HashMap<>();
        for (RecordedEvent original : originals) {
            if (gaps.matters(definitions, Gaps.Place.of(original.event()))) {
                young.put(original.event().ref().uuid(), original.event());
            }
        }
        if (young.isEmpty()) {
            return;
        }
        long incarnation = young.values().iterator().next().ref().incarnation();
        List<Gaps.Place> missed = new ArrayList<>();
        Map<CommitId, Boolean> known = new HashMap<>();
        rawEvents.commits(source, incarnation, young.keySet()).forEach((uuid, commit) -> {
            Event event = young.get(uuid);
            if (event != null && !known.computeIfAbsent(commit, id -> isKnown(id, event.receivedAtMillis()))) {
                missed.add(Gaps.Place.of(event));
            }
        });
        gaps.missed(definitions, missed);
    }

    private boolean isKnown(CommitId commit, long receivedAtMillis) {
        try {
            while (!realtime.knows(commit)) {
                if (clock.millis() > receivedAtMillis + ON_ITS_WAY_MILLIS) {
                    return false;
                }
                TimeUnit.MILLISECONDS.sleep(LOOK_PAUSE_MILLIS);
            }
            return true;
        } catch (Unavailable away) {
            return false;
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
