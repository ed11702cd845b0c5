package dev.tallyworks.api.audit;

import dev.tallyworks.api.http.Problem;
import dev.tallyworks.api.http.Times;
import dev.tallyworks.definition.Aggregation;
import dev.tallyworks.definition.Definitions;
import dev.tallyworks.definition.Snapshot;
import dev.tallyworks.definition.Source;
import dev.tallyworks.event.Attribution;
import dev.tallyworks.event.CountableEvents;
import dev.tallyworks.event.Event;
import dev.tallyworks.metric.EventMetrics;
import dev.tallyworks.metric.MetricGenerator;
import dev.tallyworks.rollup.AttributionScan;
import dev.tallyworks.rollup.RollupFold;
import dev.tallyworks.rollup.RollupScan;
import dev.tallyworks.rollup.Selection;
import dev.tallyworks.rollup.SeriesKey;
import dev.tallyworks.rollup.StoredRollup;
import dev.tallyworks.time.Granularity;
import dev.tallyworks.time.TimeRange;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * The audit of one aggregation, slice by slice of its time, so that no more than a slice is held; each slice in rounds, of which
 * every one looks again at what the round before could not tell of. Not thread-safe.
 */
final class AggregationAudit {
    private static final Logger LOG = Logger.getLogger(AggregationAudit.class);
    private static final int CELLS_MAX = 1_000_000;
    private static final int DIFFERING_MAX = 100_000;

    private final Stores stores;
    private final Snapshot snapshot;
    private final Aggregation aggregation;
    private final List<Granularity> widths;
    private final TimeRange range;
    private final long begunMillis;
    private final TreeMap<Cell, Tally> known = new TreeMap<>();
    private TreeMap<Cell, Tally> open = new TreeMap<>();
    private long events;
    private long counted;
    private final List<AuditedAggregation.Bucket> differing = new ArrayList<>();

    /**
     * What is compared.
     *
     * @param sliceEvents recorded events of a source that are looked at together, or somewhat more
     */
    record Stores(
            Definitions definitions,
            CountableEvents events,
            RollupScan rollups,
            AttributionScan attributions,
            MetricGenerator generator,
            int sliceEvents) {}

    /** @param begunMillis what was accepted until then is waited for, epoch milliseconds */
    AggregationAudit(Stores stores, Snapshot snapshot, Aggregation aggregation, TimeRange asked, long begunMillis) {
        this.stores = stores;
        this.snapshot = snapshot;
        this.aggregation = aggregation;
        this.begunMillis = begunMillis;
        this.widths = new ArrayList<>(List.of(aggregation.granularity()));
        widths.addAll(aggregation.rollupTo());
        long width = aggregation.granularity().widthMillis();
        long kept = Math.max(aggregation.closedBeforeMillis(), keptFromMillis(begunMillis));
        long start = aggregation.granularity().bucketStartMillis(asked.startMillis());
        long end = aggregation.granularity().bucketStartMillis(asked.endMillis() - 1) + width;
        this.range = new TimeRange(Math.max(start, kept), Math.max(end, kept));
    }

    /** From which bucket on no raw event has expired. */
    private long keptFromMillis(long nowMillis) {
        long kept = Long.MIN_VALUE;
        for (Source source : sources()) {
            if (source.retention() != null) {
                long horizon = nowMillis
                        - Duration.ofDays(source.retention().hotDays()).toMillis();
                long bucket = aggregation.granularity().bucketStartMillis(horizon);
                kept = Math.max(kept, bucket + aggregation.granularity().widthMillis());
            }
        }
        return kept;
    }

    private List<Source> sources() {
        List<String> named = aggregation.filter().sources();
        return snapshot.sources().stream()
                .filter(source -> named.isEmpty() || named.contains(source.id()))
                .filter(source -> snapshot.counts(source.id(), source.incarnation()))
                .toList();
    }

    /** @param goesOn waits a little, and tells whether there is time for another round */
    AuditedAggregation run(BooleanSupplier goesOn) {
        long at = range.startMillis();
        while (at < range.endMillis()) {
            TimeRange slice = new TimeRange(at, sliceEnd(at));
            boolean done = round(slice, cell -> true);
            while (!done && goesOn.getAsBoolean()) {
                Set<Cell> again = Set.copyOf(open.keySet());
                done = round(around(again, slice), again::contains);
            }
            conclude();
            at = slice.endMillis();
        }
        return new AuditedAggregation(aggregation.id(), events, counted, counted - events, differing);
    }

    /** On an edge of the coarsest buckets, so that none lies in two slices. */
    private long sliceEnd(long startMillis) {
        long end = range.endMillis();
        for (Source source : sources()) {
            Long last =
                    stores.events().timestampOfNth(source.id(), new TimeRange(startMillis, end), stores.sliceEvents());
            if (last != null) {
                end = Math.min(
                        end,
                        aggregation
                                .meaning()
                                .widen(new TimeRange(last, last + 1))
                                .endMillis());
            }
        }
        return end;
    }

    /** The part of a slice that some cells need. */
    private static TimeRange around(Set<Cell> cells, TimeRange slice) {
        long start = slice.endMillis();
        long end = slice.startMillis();
        for (Cell cell : cells) {
            start = Math.min(start, cell.bucketMillis());
            end = Math.max(end, cell.bucketMillis() + cell.width().widthMillis());
        }
        return new TimeRange(start, end);
    }

    /** @return whether nothing is left to look at again */
    private boolean round(TimeRange within, Predicate<Cell> asked) {
        open = new TreeMap<>();
        Set<String> types = new TreeSet<>();
        read(within, (countable, inForce) -> {
            if (countable.state() == CountableEvents.State.DONE) {
                List<Attribution> attributions = attributions(countable.event(), metrics(countable, inForce));
                cells(countable.event(), attributions, asked, Tally::doneBefore);
                attributions.forEach(attribution -> types.add(attribution.type()));
            }
        });
        Figures figures = new Figures();
        for (Aggregation.Portion portion : aggregation.portions(within)) {
            for (Granularity width : widths) {
                count(portion, width, types, asked, figures);
            }
        }
        read(within, (countable, inForce) -> {
            Event event = countable.event();
            EventMetrics metrics = metrics(countable, inForce);
            List<Attribution> attributions = attributions(event, metrics);
            if (countable.state() == CountableEvents.State.DONE) {
                cells(event, attributions, asked, Tally::doneAfter);
                figures.recorded(event, inForce, metrics);
            } else if (countable.state() == CountableEvents.State.PENDING) {
                boolean overdue = event.receivedAtMillis() <= begunMillis;
                cells(event, attributions, asked, tally -> tally.pendingAfter(overdue));
            }
        });
        Set<Long> wrongFigures = figures.differing();
        TreeMap<Cell, Tally> unsure = new TreeMap<>();
        open.forEach((cell, tally) -> {
            boolean total = cell.width() == aggregation.granularity()
                    && cell.attributionType().equals(Attribution.TOTAL);
            if (total && wrongFigures.contains(cell.bucketMillis())) {
                tally.figuresDiffer();
            }
            known.put(cell, tally);
            if (tally.isWaitedFor() || !tally.isSettled() && !tally.isRight()) {
                unsure.put(cell, tally);
            }
        });
        open = unsure;
        return open.isEmpty();
    }

    @FunctionalInterface
    private interface Reading {
        /** @param inForce the aggregation as the generation has it that is in force there */
        void read(CountableEvents.Countable countable, Aggregation inForce);
    }

    /** What an event adds; null where that fails, as it does for an event that will die of it. */
    private @Nullable EventMetrics metrics(CountableEvents.Countable countable, Aggregation inForce) {
        try {
            return stores.generator().generate(countable.event(), inForce);
        } catch (RuntimeException poison) {
            LOG.debugf(poison, "event %s has no metrics", countable.event().ref());
            return null;
        }
    }

    private static List<Attribution> attributions(Event event, @Nullable EventMetrics metrics) {
        return metrics == null ? event.attributions() : metrics.attributions();
    }

    /** Gives the events that should be counted, or will be. */
    private void read(TimeRange within, Reading reading) {
        for (Source source : sources()) {
            CountableEvents.Asked asked = new CountableEvents.Asked(
                    source.id(), source.incarnation(), aggregation.filter().eventTypes(), within);
            stores.events().scan(asked, countable -> {
                Aggregation inForce = inForce(countable.event());
                if (inForce != null) {
                    reading.read(countable, inForce);
                }
            });
        }
    }

    /** Null where the generation that is in force does not count it. */
    private @Nullable Aggregation inForce(Event event) {
        if (event.version() > stores.definitions().known().version()) {
            stores.definitions().refresh();
        }
        long timestamp = event.timestampMillis();
        List<Aggregation.Portion> portions = aggregation.portions(new TimeRange(timestamp, timestamp + 1));
        if (portions.isEmpty()) {
            return null;
        }
        Aggregation inForce = portions.get(0).aggregation();
        Snapshot accepted = stores.definitions().asOf(event.version());
        return snapshot.fedBy(event.ref().source(), event.type(), timestamp, accepted).stream()
                        .anyMatch(fed -> fed.id().equals(inForce.id()) && fed.generation() == inForce.generation())
                ? inForce
                : null;
    }

    @FunctionalInterface
    private interface Counting {
        void count(Tally tally);
    }

    private void cells(Event event, List<Attribution> attributions, Predicate<Cell> asked, Counting counting) {
        for (Granularity width : widths) {
            long bucket = width.bucketStartMillis(event.timestampMillis());
            if (isWhole(bucket, width)) {
                count(new Cell(bucket, width, Attribution.TOTAL), asked, counting);
                for (Attribution attribution : attributions) {
                    count(new Cell(bucket, width, attribution.type()), asked, counting);
                }
            }
        }
    }

    private void count(Cell cell, Predicate<Cell> asked, Counting counting) {
        if (asked.test(cell)) {
            counting.count(open.computeIfAbsent(cell, one -> new Tally()));
            if (open.size() > CELLS_MAX) {
                throw tooMany("The range has too many buckets with events");
            }
        }
    }

    /** Whether the bucket lies in the range that is audited. */
    private boolean isWhole(long bucketMillis, Granularity width) {
        return bucketMillis >= range.startMillis() && bucketMillis + width.widthMillis() <= range.endMillis();
    }

    private void count(
            Aggregation.Portion portion, Granularity width, Set<String> types, Predicate<Cell> asked, Figures figures) {
        Aggregation inForce = portion.aggregation();
        boolean storage = width == inForce.granularity();
        stores.rollups()
                .scan(
                        RollupFold.partition(inForce, width),
                        series(inForce, width, Attribution.TOTAL),
                        portion.range(),
                        storage ? Selection.COUNT.withNumbers(null).withCategories(null, false) : Selection.COUNT,
                        rollup -> {
                            count(rollup, width, Attribution.TOTAL, asked);
                            if (storage && isCounted(rollup)) {
                                figures.stored(rollup.bucketMillis(), rollup.numbers());
                            }
                        });
        for (String type : types) {
            stores.attributions()
                    .scan(
                            RollupFold.partition(inForce, width),
                            series(inForce, width, type),
                            portion.range(),
                            Selection.COUNT,
                            rollup -> count(rollup, width, type, asked));
        }
    }

    private static SeriesKey series(Aggregation inForce, Granularity width, String type) {
        return new SeriesKey(inForce.id(), inForce.generation(), width, type, null);
    }

    private boolean isCounted(StoredRollup rollup) {
        return snapshot.counts(rollup.source(), rollup.incarnation());
    }

    private void count(StoredRollup rollup, Granularity width, String type, Predicate<Cell> asked) {
        if (isWhole(rollup.bucketMillis(), width) && isCounted(rollup)) {
            long stored = rollup.numbers().count();
            count(new Cell(rollup.bucketMillis(), width, type), asked, tally -> tally.counted(stored));
        }
    }

    /** Adds what is known of a slice to the result. Of a bucket with several cells that differ the first is told, its total. */
    private void conclude() {
        Set<Long> named = new HashSet<>();
        // In order, so the storage width comes before coarser ones, and the total before attributions.
        known.forEach((cell, tally) -> {
            boolean total = cell.width() == aggregation.granularity()
                    && cell.attributionType().equals(Attribution.TOTAL);
            if (total) {
                events += tally.events();
                counted += tally.counted();
            }
            if (!tally.isRight() && named.add(cell.bucketMillis())) {
                differing.add(new AuditedAggregation.Bucket(
                        Times.format(cell.bucketMillis()), tally.events(), tally.counted()));
            }
        });
        known.clear();
        open = new TreeMap<>();
        if (differing.size() > DIFFERING_MAX) {
            throw tooMany("More than " + DIFFERING_MAX + " buckets differ");
        }
    }

    private static Problem tooMany(String what) {
        return Problem.invalid(
                Problem.Item.at("/timeRange", Problem.INVALID_VALUE, what + "; ask for a shorter range."));
    }
}
