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
    private static final UnitFold NOTHING = new UnitFold();

    private final Question question;
    private final TimeRange range;
    private int made;

    /** @param range of the units that are filled in */
    Points(Question question, TimeRange range) {
        this.question = question;
        this.range = range;
    }

    /** @throws dev.tallyworks.api.http.Problem where all that were made are too many for one answer */
    List<Point> of(Unit unit, TreeMap<Long, UnitFold> folds) {
        Metric metric = question.metric();
        List<Point> points = new ArrayList<>();
        if (!question.fillZero()) {
            folds.forEach(
                    (start, fold) -> fold.values(metric, (category, value) -> add(points, start, value, category)));
            return points;
        }
        Set<String> categories = new TreeSet<>();
        folds.values().forEach(fold -> categories.addAll(fold.categories(metric)));
        for (long start = unit.startMillis(range.startMillis());
                start < range.endMillis();
                start = unit.nextMillis(start)) {
            fill(points, start, folds.getOrDefault(start, NOTHING), metric, categories);
        }
        return points;
    }

    private void fill(List<Point> points, long start, UnitFold fold, Metric metric, Set<String> categories) {
        boolean byCategory = metric instanceof Metric.Category || metric instanceof Metric.CompoundSum;
        boolean nullable = metric instanceof Metric.Average
                || metric instanceof Metric.Minimum
                || metric instanceof Metric.Maximum;
        TreeMap<String, BigDecimal> values = new TreeMap<>();
        fold.values(metric, (category, value) -> values.put(category == null ? "" : category, value));
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
