package dev.tallyworks.api.audit;

import dev.tallyworks.api.http.Problem;
import dev.tallyworks.api.http.Times;
import dev.tallyworks.definition.Aggregation;
import dev.tallyworks.definition.Definitions;
import dev.tallyworks.definition.Snapshot;
import dev.tallyworks.definition.Source;
import dev.tallyworks.event.Attribution;
import dev.tallyworks.event.CountableEvents;
import dev.tallyworks.rollup.RollupFold;
import dev.tallyworks.rollup.RollupScan;
import dev.tallyworks.rollup.Selection;
import dev.tallyworks.rollup.SeriesKey;
import dev.tallyworks.time.TimeRange;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.LongPredicate;

/**
 * The audit of one aggregation, in rounds: each looks again at the buckets that the round before could not tell of. Not
 * thread-safe.
 */
final class AggregationAudit {
    private static final int BUCKETS_MAX = 1_000_000;
    private static final int DIFFERING_MAX = 100_000;

    private final Stores stores;
    private final Snapshot snapshot;
    private final Aggregation aggregation;
    private final TimeRange range;
    private final long begunMillis;
    private final TreeMap<Long, Tally> known = new TreeMap<>();
    private final TreeMap<Long, Tally> open = new TreeMap<>();

    /** What is compared. */
    record Stores(Definitions definitions, CountableEvents events, RollupScan rollups) {}

    /** @param begunMillis what was accepted until then is waited for, epoch milliseconds */
    AggregationAudit(Stores stores, Snapshot snapshot, Aggregation aggregation, TimeRange asked, long begunMillis) {
        this.stores = stores;
        this.snapshot = snapshot;
        this.aggregation = aggregation;
        this.begunMillis = begunMillis;
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

    /** Looks at all buckets. @return whether it is done */
    boolean begin() {
        return round(range, bucket -> true);
    }

    /** Looks again at those that could not be told of. @return whether it is done */
    boolean goOn() {
        Set<Long> again = Set.copyOf(open.keySet());
        TimeRange within = new TimeRange(
                open.firstKey(), open.lastKey() + aggregation.granularity().widthMillis());
        open.clear();
        return round(within, again::contains);
    }

    private boolean round(TimeRange within, LongPredicate asked) {
        read(within, asked, (tally, event) -> {
            if (event.state() == CountableEvents.State.DONE) {
                tally.doneBefore();
            }
        });
        count(within, asked);
        read(within, asked, (tally, event) -> {
            if (event.state() == CountableEvents.State.DONE) {
                tally.doneAfter();
            } else if (event.state() == CountableEvents.State.PENDING) {
                tally.pendingAfter(event.receivedAtMillis() < begunMillis);
            }
        });
        Map<Long, Tally> unsure = new TreeMap<>();
        open.forEach((bucket, tally) -> {
            known.put(bucket, tally);
            if (tally.isWaitedFor() || !tally.isSettled() && !tally.isRight()) {
                unsure.put(bucket, tally);
            }
        });
        open.clear();
        open.putAll(unsure);
        return open.isEmpty();
    }

    @FunctionalInterface
    private interface Reading {
        void read(Tally tally, CountableEvents.Countable event);
    }

    private void read(TimeRange within, LongPredicate asked, Reading reading) {
        for (Source source : sources()) {
            stores.events()
                    .scan(
                            source.id(),
                            source.incarnation(),
                            aggregation.filter().eventTypes(),
                            within,
                            event -> {
                                long bucket = aggregation.granularity().bucketStartMillis(event.timestampMillis());
                                if (asked.test(bucket) && isCounted(source.id(), event)) {
                                    reading.read(tally(bucket), event);
                                }
                            });
        }
    }

    /** Whether the generation that is in force counts it. */
    private boolean isCounted(String source, CountableEvents.Countable event) {
        if (event.version() > stores.definitions().known().version()) {
            stores.definitions().refresh();
        }
        long timestamp = event.timestampMillis();
        Snapshot accepted = stores.definitions().asOf(event.version());
        int inForce = aggregation
                .portions(new TimeRange(timestamp, timestamp + 1))
                .get(0)
                .aggregation()
                .generation();
        return snapshot.fedBy(source, event.type(), timestamp, accepted).stream()
                .anyMatch(fed -> fed.id().equals(aggregation.id()) && fed.generation() == inForce);
    }

    private void count(TimeRange within, LongPredicate asked) {
        for (Aggregation.Portion portion : aggregation.portions(within)) {
            Aggregation inForce = portion.aggregation();
            SeriesKey total =
                    new SeriesKey(inForce.id(), inForce.generation(), inForce.granularity(), Attribution.TOTAL, null);
            stores.rollups().scan(RollupFold.partition(inForce), total, portion.range(), Selection.COUNT, rollup -> {
                if (asked.test(rollup.bucketMillis()) && snapshot.counts(rollup.source(), rollup.incarnation())) {
                    tally(rollup.bucketMillis()).counted(rollup.numbers().count());
                }
            });
        }
    }

    private Tally tally(long bucketMillis) {
        Tally tally = open.computeIfAbsent(bucketMillis, bucket -> new Tally());
        if (open.size() > BUCKETS_MAX) {
            throw tooMany("The range has more than " + BUCKETS_MAX + " buckets with events");
        }
        return tally;
    }

    private static Problem tooMany(String what) {
        return Problem.invalid(
                Problem.Item.at("/timeRange", Problem.INVALID_VALUE, what + "; ask for a shorter range."));
    }

    AuditedAggregation result() {
        long events = 0;
        long counted = 0;
        List<AuditedAggregation.Bucket> differing = new ArrayList<>();
        for (Map.Entry<Long, Tally> bucket : known.entrySet()) {
            Tally tally = bucket.getValue();
            events += tally.events();
            counted += tally.counted();
            if (!tally.isRight()) {
                differing.add(
                        new AuditedAggregation.Bucket(Times.format(bucket.getKey()), tally.events(), tally.counted()));
            }
        }
        if (differing.size() > DIFFERING_MAX) {
            throw tooMany("More than " + DIFFERING_MAX + " buckets differ");
        }
        return new AuditedAggregation(aggregation.id(), events, counted, counted - events, differing);
    }
}
