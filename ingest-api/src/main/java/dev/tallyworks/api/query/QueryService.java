package dev.tallyworks.api.query;

import dev.tallyworks.definition.Definitions;
import dev.tallyworks.event.RawEvents;
import dev.tallyworks.failure.Unavailable;
import dev.tallyworks.metric.Metric;
import dev.tallyworks.realtime.Cut;
import dev.tallyworks.time.TimeRange;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jboss.logging.Logger;

/**
 * Plans a question, reads and folds what it takes, and makes the answer of it. The stores are read in an order in which no
 * event slips through while it moves from one to the other:
 *
 * <pre>
 * what is pending ─▶ definitions, completeness ─▶ realtime rollups from the cut on ─▶ stored rollups before it
 * </pre>
 */
public final class QueryService {
    private static final Logger LOG = Logger.getLogger(QueryService.class);
    private static final int PLANS_MAX = 20;

    private final Definitions definitions;
    private final RawEvents events;
    private final RealtimeScan realtime;
    private final HistoricalScan historical;
    private final PluggedQuestions plugins;
    private final QueryMetrics metrics;
    private final Clock clock;
    private final LongSupplier nanoTime;

    QueryService(
            Definitions definitions,
            RawEvents events,
            RealtimeScan realtime,
            HistoricalScan historical,
            PluggedQuestions plugins,
            QueryMetrics metrics,
            Clock clock,
            LongSupplier nanoTime) {
        this.definitions = definitions;
        this.events = events;
        this.realtime = realtime;
        this.historical = historical;
        this.plugins = plugins;
        this.metrics = metrics;
        this.clock = clock;
        this.nanoTime = nanoTime;
    }

    Answer answer(String report, MetricQuestion asked) {
        return Answer.of(
                asked, read(report, QueryMetrics.Asked.METRIC, asked.question(), () -> new UnitFold(asked.metric())));
    }

    /** The values of a boolean field over time. */
    FlagAnswer flags(String report, Question question, Metric.Flag metric) {
        return FlagAnswer.of(
                question, read(report, QueryMetrics.Asked.BOOLEAN, question, () -> new FlagFold(metric.field())));
    }

    /**
     * What was read for a question.
     *
     * @param mode where it really came from
     * @param partial whether it may lack something
     */
    record Read<F extends Merge.Fold<F>>(Merge<F> merge, Mode mode, Lag lag, boolean partial) {}

    /** @param nothing what a unit is folded into */
    <F extends Merge.Fold<F>> Read<F> read(
            String report, QueryMetrics.Asked kind, Question asked, Supplier<F> nothing) {
        long startedNanos = nanoTime.getAsLong();
        Question question = plugins.before(report, asked);
        Read<F> read = readInForce(report, question, nothing, startedNanos);
        long tookNanos = nanoTime.getAsLong() - startedNanos;
        metrics.answered(kind, tookNanos);
        plugins.after(report, question, tookNanos);
        return read;
    }

    private <F extends Merge.Fold<F>> Read<F> readInForce(
            String report, Question question, Supplier<F> nothing, long startedNanos) {
        for (int plans = 0; plans < PLANS_MAX; plans++) {
            QueryPlan plan = QueryPlanner.plan(definitions.refresh(), report, question);
            Lag lag = Lag.read(events, plan.sources(), clock);
            if (definitions.refresh().version() == plan.definitions().version()) {
                Read<F> read = read(plan, lag, nothing);
                if (nanoTime.getAsLong() - startedNanos > TimeUnit.MILLISECONDS.toNanos(realtime.queryMillisMax())) {
                    throw new Unavailable("the query took too long", new IllegalStateException());
                }
                // A generation that is no more in force gets no more events.
                if (plan.isInForce(definitions.refresh())) {
                    return read;
                }
            }
        }
        throw new Unavailable("the definitions keep changing", new IllegalStateException(PLANS_MAX + " plans"));
    }

    private <F extends Merge.Fold<F>> Read<F> read(QueryPlan plan, Lag lag, Supplier<F> nothing) {
        Mode mode = plan.question().mode();
        Merge<F> merge = new Merge<>(plan, nothing);
        List<Long> cuts = Collections.nCopies(plan.parts().size(), Cut.NONE);
        if (mode != Mode.HISTORICAL) {
            long completeSinceMillis = realtime.completeSinceMillis();
            try {
                List<Long> found = new ArrayList<>();
                for (QueryPlan.Part part : plan.parts()) {
                    found.add(realtime.read(plan, part, lag, completeSinceMillis, merge::add));
                }
                cuts = found;
            } catch (Unavailable away) {
                if (mode == Mode.REALTIME) {
                    throw away;
                }
                LOG.debug("answered from the stored rollups alone", away);
                mode = Mode.HISTORICAL;
                merge = new Merge<>(plan, nothing);
            }
        }
        boolean partial = lacks(plan, mode, lag, cuts);
        if (mode != Mode.REALTIME) {
            for (int i = 0; i < plan.parts().size(); i++) {
                historical.read(plan.parts().get(i), cuts.get(i), merge);
            }
        }
        return new Read<>(merge, mode, lag, partial);
    }

    /**
     * Whether the answer may lack, or a later one lose, what was accepted: pending before the cut, or dead, or, from the cut
     * on, discarded, as the realtime rollups still have it. To be asked before the stored rollups are read: what is aggregated
     * meanwhile is in them.
     */
    private boolean lacks(QueryPlan plan, Mode mode, Lag lag, List<Long> cuts) {
        if (plan.isBeingFilled()) {
            return true;
        }
        Set<TimeRange> beforeCuts = new LinkedHashSet<>();
        Set<TimeRange> fromCuts = new LinkedHashSet<>();
        for (int i = 0; i < cuts.size(); i++) {
            TimeRange range = plan.parts().get(i).range();
            long cut = Math.max(range.startMillis(), Math.min(range.endMillis(), cuts.get(i)));
            if (cut > range.startMillis()) {
                beforeCuts.add(new TimeRange(range.startMillis(), cut));
            }
            if (cut < range.endMillis()) {
                fromCuts.add(new TimeRange(cut, range.endMillis()));
            }
        }
        if (fromCuts.stream().anyMatch(range -> any(plan, source -> events.hasDiscarded(source, range)))) {
            return true;
        }
        if (mode == Mode.REALTIME) {
            return !beforeCuts.isEmpty() || any(plan, source -> events.hasDead(source, plan.range()));
        }
        for (TimeRange before : beforeCuts) {
            if (lag.oldestPendingMillis() < before.endMillis() && any(plan, source -> events.lacks(source, before))) {
                return true;
            }
        }
        return any(plan, source -> events.hasDead(source, plan.range()));
    }

    private static boolean any(QueryPlan plan, Predicate<String> source) {
        return plan.sources().stream().anyMatch(source);
    }
}
