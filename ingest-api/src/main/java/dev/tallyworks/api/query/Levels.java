package dev.tallyworks.api.query;

import dev.tallyworks.definition.Aggregation;
import dev.tallyworks.rollup.Selection;
import dev.tallyworks.time.Granularity;
import dev.tallyworks.time.TimeRange;
import dev.tallyworks.time.Unit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;

/**
 * Chooses from which of its stored widths an aggregation is read: the coarsest whose buckets no unit asked for cuts, and the
 * edges of the range from finer ones.
 *
 * <pre>
 * range        ├─────────────────────────────────────────────┤
 * minutes      ├──┤                                        ├─┤
 * hours           ├──────┤                    ├────────────┤
 * days                   ├────────────────────┤
 * </pre>
 */
final class Levels {
    /** A range that is read from one width, of whole buckets of it. */
    record Stretch(Granularity width, TimeRange range) {}

    private Levels() {}

    /**
     * @param units that are asked for
     * @param range of whole buckets of the storage width
     * @return stretches that tile the range, in the order of time
     */
    static List<Stretch> of(Aggregation aggregation, List<Unit> units, Selection selection, TimeRange range) {
        Granularity storage = aggregation.granularity();
        List<Granularity> usable = new ArrayList<>();
        Set<String> flags = selection.flags();
        if (flags != null && flags.isEmpty()) { // they are kept at the storage width only
            for (Granularity level : aggregation.rollupTo()) {
                if (units.stream().allMatch(unit -> QueryPlanner.works(unit, level, range))) {
                    usable.add(level);
                }
            }
            usable.sort(Comparator.comparing(Granularity::widthMillis).reversed());
        }
        usable.add(storage);
        List<Stretch> stretches = new ArrayList<>();
        tile(range, usable, stretches);
        return stretches;
    }

    /** @param widths the coarsest first; the last one divides the range */
    private static void tile(TimeRange range, List<Granularity> widths, List<Stretch> into) {
        if (range.startMillis() >= range.endMillis()) {
            return;
        }
        Granularity width = widths.get(0);
        if (widths.size() == 1) {
            into.add(new Stretch(width, range));
            return;
        }
        List<Granularity> finer = widths.subList(1, widths.size());
        long down = width.bucketStartMillis(range.startMillis());
        long start = down == range.startMillis() ? down : down + width.widthMillis();
        long end = width.bucketStartMillis(range.endMillis());
        if (start >= end) {
            tile(range, finer, into);
            return;
        }
        tile(new TimeRange(range.startMillis(), start), finer, into);
        into.add(new Stretch(width, new TimeRange(start, end)));
        tile(new TimeRange(end, range.endMillis()), finer, into);
    }
}
