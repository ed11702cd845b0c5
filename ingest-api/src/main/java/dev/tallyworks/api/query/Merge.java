package dev.tallyworks.api.query;

import dev.tallyworks.rollup.StoredRollup;
import dev.tallyworks.time.Unit;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.function.Supplier;

/** Adds up what is read for a plan, unit by unit, wherever it comes from. */
final class Merge<F extends Merge.Fold<F>> {
    private final QueryPlan plan;
    private final Supplier<F> nothing;
    private final List<TreeMap<Long, F>> byUnit = new ArrayList<>();
    private long size;
    private long truncatedValues;

    /** What has been added up of one unit. */
    interface Fold<F> {
        /** How much of an answer a rollup would be, if it were alone: 0 where it is nothing of it. */
        int sizeOf(StoredRollup rollup);

        void add(StoredRollup rollup);

        /** Adds what another one has added up; of that one nothing is kept. */
        void add(F other);

        /** How much of an answer it is. */
        int size();
    }

    Merge(QueryPlan plan, Supplier<F> nothing) {
        this.plan = plan;
        this.nothing = nothing;
        plan.units().forEach(unit -> byUnit.add(new TreeMap<>()));
    }

    QueryPlan plan() {
        return plan;
    }

    void add(StoredRollup rollup) {
        if (!isAsked(rollup)) {
            return;
        }
        truncatedValues += rollup.numbers().others();
        for (int i = 0; i < byUnit.size(); i++) {
            Unit unit = plan.units().get(i);
            add(rollup, unit.startMillis(rollup.bucketMillis()), byUnit.get(i));
        }
    }

    /** Nothing yet, of the same plan. */
    Merge<F> another() {
        return new Merge<>(plan, nothing);
    }

    /** Adds what another one of the same plan has added up, which is not used any more. */
    void add(Merge<F> other) {
        truncatedValues += other.truncatedValues;
        for (int i = 0; i < byUnit.size(); i++) {
            TreeMap<Long, F> folds = byUnit.get(i);
            other.byUnit.get(i).forEach((start, more) -> {
                F known = folds.get(start);
                if (known == null) {
                    folds.put(start, more);
                    resized(0, more.size());
                } else {
                    int before = known.size();
                    known.add(more);
                    resized(before, known.size());
                }
            });
        }
    }

    private void add(StoredRollup rollup, long startMillis, TreeMap<Long, F> folds) {
        F known = folds.get(startMillis);
        F fold = known == null ? nothing.get() : known;
        if (fold.sizeOf(rollup) == 0) {
            return;
        }
        int before = 0;
        if (known == null) {
            folds.put(startMillis, fold);
        } else {
            before = fold.size();
        }
        fold.add(rollup);
        resized(before, fold.size());
    }

    private void resized(int before, int after) {
        size += after - before;
        if (size > QueryPlanner.POINTS_MAX) {
            throw QueryPlanner.tooMany();
        }
    }

    private boolean isAsked(StoredRollup rollup) {
        Question question = plan.question();
        return plan.definitions().counts(rollup.source(), rollup.incarnation())
                && (question.sources().isEmpty() || question.sources().contains(rollup.source()))
                && (question.eventTypes().isEmpty() || question.eventTypes().contains(rollup.eventType()));
    }

    /** What each unit's start has, of the plan's i-th unit. */
    TreeMap<Long, F> folds(int i) {
        return byUnit.get(i);
    }

    /** How many values were counted under other names. */
    long truncatedValues() {
        return truncatedValues;
    }
}
