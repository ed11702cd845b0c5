package dev.tallyworks.api.query;

import dev.tallyworks.metric.Metric;
import dev.tallyworks.rollup.StoredRollup;
import java.math.BigDecimal;
import java.util.HashMap;
import java.util.Map;
import java.util.function.BiConsumer;

/** Adds up what is read of each attribution. */
final class TopFold implements Merge.Fold<TopFold> {
    private final Metric metric;
    private final Map<String, UnitFold> attributions = new HashMap<>();

    TopFold(Metric metric) {
        this.metric = metric;
    }

    @Override
    public int sizeOf(StoredRollup rollup) {
        return new UnitFold(metric).sizeOf(rollup);
    }

    @Override
    public void add(StoredRollup rollup) {
        String attribution = rollup.attribution();
        if (attribution != null) {
            attributions
                    .computeIfAbsent(attribution, value -> new UnitFold(metric))
                    .add(rollup);
        }
    }

    @Override
    public void add(TopFold other) {
        other.attributions.forEach((attribution, fold) -> attributions
                .computeIfAbsent(attribution, value -> new UnitFold(metric))
                .add(fold));
    }

    /** Whatever there is, the answer has few of it. */
    @Override
    public int size() {
        return 1;
    }

    /** Gives each attribution with its number. */
    void values(BiConsumer<String, BigDecimal> to) {
        attributions.forEach((attribution, fold) -> fold.values((category, value) -> to.accept(attribution, value)));
    }
}
