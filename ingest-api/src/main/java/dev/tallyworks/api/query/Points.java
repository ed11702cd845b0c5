package dev.tallyworks.api.query;

import dev.tallyworks.api.http.Numbers;
import dev.tallyworks.api.http.Times;
import dev.tallyworks.metric.Metric;
import dev.tallyworks.time.TimeRange;
import dev.tallyworks.time.Unit;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Makes points of folded units, in the order of time, and fills in units without data. */
final class Points {
    private final MetricQuestion asked;
    private final TimeRange range;
    private int made;

    /** @param range of the units that are filled in */
    Points(MetricQuestion asked, TimeRange range) {
        this.asked = asked;
        this.range = range;
    }

    /** @throws dev.tallyworks.api.http.Problem where all that were made are too many for one answer */
    List<Point> of(Unit unit, TreeMap<Long, UnitFold> folds) {
        Metric metric = asked.metric();
        List<Point> points = new ArrayList<>();
        if (!asked.question().fillZero()) {
            folds.forEach((start, fold) -> fold.values((category, value) -> add(points, start, value, category)));
            return points;
        }
        UnitFold nothing = new UnitFold(metric);
        Set<String> categories = new TreeSet<>();
        folds.values().forEach(fold -> categories.addAll(fold.categories()));
        for (long start = unit.startMillis(range.startMillis());
                start < range.endMillis();
                start = unit.nextMillis(start)) {
            fill(points, start, folds.getOrDefault(start, nothing), metric, categories);
        }
        return points;
    }

    private void fill(List<Point> points, long start, UnitFold fold, Metric metric, Set<String> categories) {
        boolean byCategory = metric instanceof Metric.Category || metric instanceof Metric.CompoundSum;
        boolean nullable = metric instanceof Metric.Average
                || metric instanceof Metric.Minimum
                || metric instanceof Metric.Maximum
                || metric instanceof Metric.Percentile;
        TreeMap<String, BigDecimal> values = new TreeMap<>();
        fold.values((category, value) -> values.put(category == null ? "" : category, value));
        if (byCategory) {
            for (String category : categories) {
                add(points, start, values.getOrDefault(category, BigDecimal.ZERO), category);
            }
        } else {
            add(points, start, values.getOrDefault("", nullable ? null : BigDecimal.ZERO), null);
        }
    }

    private void add(List<Point> points, long start, @Nullable BigDecimal value, @Nullable String category) {
        if (++made > QueryPlanner.POINTS_MAX) {
            throw QueryPlanner.tooMany();
        }
        points.add(new Point(Times.format(start), value == null ? null : Numbers.canonical(value), category));
    }
}
