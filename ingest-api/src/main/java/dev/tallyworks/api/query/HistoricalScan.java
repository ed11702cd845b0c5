package dev.tallyworks.api.query;

import dev.tallyworks.partition.Partition;
import dev.tallyworks.rollup.AttributionScan;
import dev.tallyworks.rollup.RollupFold;
import dev.tallyworks.rollup.RollupScan;
import dev.tallyworks.rollup.SeriesKey;
import dev.tallyworks.rollup.StoredRollup;
import dev.tallyworks.time.Granularity;
import dev.tallyworks.time.TimeRange;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

/**
 * Reads what has been aggregated: a long stretch in several pieces at once, each folded on its own, so that reading waits
 * neither for the store nor for one core.
 */
final class HistoricalScan {
    private static final int PIECES_MAX = 4;
    private static final int PIECE_BUCKETS_MIN = 10_000;

    private final RollupScan rollups;
    private final AttributionScan attributions;
    private final Executor executor;

    /** @param executor reads the pieces */
    HistoricalScan(RollupScan rollups, AttributionScan attributions, Executor executor) {
        this.rollups = rollups;
        this.attributions = attributions;
        this.executor = executor;
    }

    /** @param cutMillis only what lies before it */
    <F extends Merge.Fold<F>> void read(QueryPlan.Part part, long cutMillis, Merge<F> into) {
        TimeRange range = part.range();
        if (range.startMillis() >= cutMillis) {
            return;
        }
        QueryPlan plan = into.plan();
        TimeRange before = new TimeRange(range.startMillis(), Math.min(range.endMillis(), cutMillis));
        for (Levels.Stretch stretch :
                Levels.of(part.aggregation(), plan.units(), plan.question().selection(), before)) {
            List<TimeRange> pieces = pieces(stretch.width(), stretch.range());
            if (pieces.size() == 1) {
                read(plan, part, stretch.width(), stretch.range(), into::add);
            } else {
                readAtOnce(part, stretch.width(), pieces, into);
            }
        }
    }

    private static List<TimeRange> pieces(Granularity width, TimeRange range) {
        long buckets = (range.endMillis() - range.startMillis()) / width.widthMillis();
        int count = (int) Math.max(1, Math.min(PIECES_MAX, buckets / PIECE_BUCKETS_MIN));
        List<TimeRange> pieces = new ArrayList<>();
        long start = range.startMillis();
        for (int i = 1; i <= count; i++) {
            long end = i == count ? range.endMillis() : range.startMillis() + buckets * i / count * width.widthMillis();
            pieces.add(new TimeRange(start, end));
            start = end;
        }
        return pieces;
    }

    private <F extends Merge.Fold<F>> void readAtOnce(
            QueryPlan.Part part, Granularity width, List<TimeRange> pieces, Merge<F> into) {
        AtomicBoolean over = new AtomicBoolean();
        List<CompletableFuture<Merge<F>>> reads = new ArrayList<>();
        for (TimeRange piece : pieces) {
            reads.add(
                    CompletableFuture.supplyAsync(() -> readPiece(part, width, piece, into.another(), over), executor));
        }
        try {
            reads.forEach(read -> into.add(read.join()));
        } catch (CompletionException wrapped) {
            throw wrapped.getCause() instanceof RuntimeException cause ? cause : wrapped;
        } finally {
            over.set(true);
        }
    }

    private <F extends Merge.Fold<F>> Merge<F> readPiece(
            QueryPlan.Part part, Granularity width, TimeRange piece, Merge<F> into, AtomicBoolean over) {
        read(into.plan(), part, width, piece, rollup -> {
            if (over.get()) {
                throw new CancellationException("another piece could not be read");
            }
            into.add(rollup);
        });
        return into;
    }

    private void read(
            QueryPlan plan, QueryPlan.Part part, Granularity width, TimeRange range, Consumer<StoredRollup> into) {
        Partition partition = RollupFold.partition(part.aggregation(), width);
        SeriesKey series = plan.series(part, width);
        Question question = plan.question();
        if (question.byAttribution() != null) {
            attributions.scan(partition, series, range, question.selection(), into);
        } else {
            rollups.scan(partition, series, range, question.selection(), into);
        }
    }
}
