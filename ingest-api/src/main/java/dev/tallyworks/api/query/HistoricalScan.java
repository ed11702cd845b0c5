package dev.tallyworks.api.query;

import dev.tallyworks.event.Attribution;
import dev.tallyworks.event.RawEvents;
import dev.tallyworks.rollup.RollupFold;
import dev.tallyworks.rollup.RollupScan;
import dev.tallyworks.rollup.SeriesKey;
import dev.tallyworks.time.Unit;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;

/** Answers a plan from what has been aggregated. */
final class HistoricalScan {
    private final RollupScan rollups;
    private final RawEvents events;
    private final Clock clock;

    HistoricalScan(RollupScan rollups, RawEvents events, Clock clock) {
        this.rollups = rollups;
        this.events = events;
        this.clock = clock;
    }

    /**
     * @param byUnit in the order of the plan's units: what each unit's start has
     * @param watermarkMillis everything before it is contained
     * @param partial whether events of the range may be missing
     * @param truncatedValues how many values were counted under other names
     */
    record Folded(
            List<TreeMap<Long, UnitFold>> byUnit,
            long watermarkMillis,
            long lagMillis,
            boolean partial,
            long truncatedValues) {}

    /** What is counted while rollups are read. */
    private static final class Tally {
        private long truncated;
        private long points;
    }

    Folded fold(QueryPlan plan) {
        // What is pending is read first: an event that is aggregated meanwhile may be said to be missing, never the
        // reverse.
        long now = clock.millis();
        long watermark = now;
        long received = now;
        boolean partial = false;
        for (String source : plan.sources()) {
            Optional<RawEvents.OldestPending> oldest = events.oldestPending(source);
            if (oldest.isPresent()) {
                watermark = Math.min(watermark, oldest.get().timestampMillis());
                received = Math.min(received, oldest.get().receivedAtMillis());
            }
            partial = partial || events.lacks(source, plan.range());
        }
        List<TreeMap<Long, UnitFold>> byUnit = new ArrayList<>();
        plan.units().forEach(unit -> byUnit.add(new TreeMap<>()));
        Tally tally = new Tally();
        for (QueryPlan.Part part : plan.parts()) {
            scan(plan, part, byUnit, tally);
        }
        return new Folded(byUnit, watermark, Math.max(0, now - received), partial, tally.truncated);
    }

    private void scan(QueryPlan plan, QueryPlan.Part part, List<TreeMap<Long, UnitFold>> byUnit, Tally tally) {
        Question question = plan.question();
        Attribution attribution = question.attribution();
        SeriesKey series = new SeriesKey(
                part.aggregation().id(),
                part.aggregation().generation(),
                part.aggregation().granularity(),
                attribution == null ? Attribution.TOTAL : attribution.type(),
                attribution == null ? null : attribution.value());
        rollups.scan(RollupFold.partition(part.aggregation()), series, part.range(), question.metric(), rollup -> {
            boolean asked = plan.definitions().counts(rollup.source(), rollup.incarnation())
                    && (question.sources().isEmpty() || question.sources().contains(rollup.source()))
                    && (question.eventTypes().isEmpty() || question.eventTypes().contains(rollup.eventType()));
            if (!asked) {
                return;
            }
            tally.truncated += rollup.others();
            if (UnitFold.points(rollup, question.metric()) == 0) {
                return;
            }
            for (int i = 0; i < byUnit.size(); i++) {
                Unit unit = plan.units().get(i);
                TreeMap<Long, UnitFold> folds = byUnit.get(i);
                long start = unit.startMillis(rollup.bucketMillis());
                UnitFold fold = folds.get(start);
                if (fold == null) {
                    fold = new UnitFold();
                    folds.put(start, fold);
                } else {
                    tally.points -= fold.points(question.metric());
                }
                fold.add(rollup);
                tally.points += fold.points(question.metric());
                if (tally.points > QueryPlanner.POINTS_MAX) {
                    throw QueryPlanner.tooMany();
                }
            }
        });
    }
}
