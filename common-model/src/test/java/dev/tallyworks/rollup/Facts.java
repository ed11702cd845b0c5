package dev.tallyworks.rollup;

import dev.tallyworks.metric.PercentileSketch;
import dev.tallyworks.metric.StoredName;
import dev.tallyworks.metric.UniqueSketch;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** Leaves, flags and sketches, from what was folded and from what was read, so that they can be compared. */
public final class Facts {
    /** Reads all of them. */
    public static final Selection SELECTION =
            Selection.ALL.withLeaves().withSketches(Set.of("user", "attribution:user"), Set.of("amount"));

    private Facts() {}

    public static Map<String, Object> of(RollupDelta delta) {
        Map<String, Object> facts = new TreeMap<>();
        delta.leaves().forEach((leaf, stats) -> {
            facts.put("leaf " + leaf, stats.count());
            stats.sums().forEach((number, sum) -> facts.put("leaf " + leaf + " sum " + shown(number), sum.value()));
        });
        RollupNumbers read = new RollupNumbers();
        delta.flags()
                .forEach((field, values) -> values.forEach((key, times) -> RollupDelta.Flag.read(
                        read.flag(shown(field)), delta.target().bucketMillis(), key, times)));
        flags(read, facts);
        delta.unique().forEach((of, sketch) -> unique(of, sketch, facts));
        delta.percentiles().forEach((field, sketch) -> samples(field, sketch, facts));
        return facts;
    }

    public static Map<String, Object> of(RollupNumbers numbers) {
        Map<String, Object> facts = new TreeMap<>();
        numbers.leaves().forEach((leaf, stats) -> {
            facts.put("leaf " + leaf, stats.count());
            stats.sums().forEach((number, sum) -> facts.put("leaf " + leaf + " sum " + number, sum.value()));
        });
        flags(numbers, facts);
        numbers.unique().forEach((of, sketch) -> unique(of, sketch, facts));
        numbers.percentiles().forEach((field, sketch) -> samples(field, sketch, facts));
        return facts;
    }

    private static void flags(RollupNumbers numbers, Map<String, Object> facts) {
        numbers.flags().forEach((field, flag) -> {
            flag.values().forEach((instant, at) -> facts.put("flag " + field + " at " + instant, at));
            if (flag.truncated()) {
                facts.put("flag " + field, "truncated");
            }
        });
    }

    private static void unique(String of, UniqueSketch sketch, Map<String, Object> facts) {
        sketch.forEach((register, rank) -> facts.put("unique " + of + ' ' + register, rank));
    }

    private static void samples(String field, PercentileSketch sketch, Map<String, Object> facts) {
        facts.put("samples " + field, Map.copyOf(sketch.counts()));
    }

    private static String shown(String name) {
        return name.equals(RollupDelta.OTHER) ? StoredName.OTHER : name;
    }
}
