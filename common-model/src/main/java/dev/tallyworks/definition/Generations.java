package dev.tallyworks.definition;

import dev.tallyworks.time.TimeRange;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Which generation of an aggregation's numbers is in force when, and which one is being built.
 *
 * <pre>
 * in force   ├──── 1 ────┼──── 3 ────┼──── 1 ───▶     after a rebuild of a range
 * built          ├─── 4 ───┤
 * </pre>
 *
 * @param eras without gaps, from the beginning of time to its end; neighbours are of different generations
 * @param last the highest number that was ever given
 */
public record Generations(List<Era> eras, @Nullable Building building, int last) {
    /** From when on, and until when, where there are no bounds. Epoch milliseconds. */
    public static final TimeRange ALWAYS = new TimeRange(Long.MIN_VALUE, Long.MAX_VALUE);

    /** Rebuilds of ranges cut it into pieces, and a question reads each on its own. */
    public static final int ERAS_MAX = 200;

    public Generations {
        eras = List.copyOf(eras);
        long at = Long.MIN_VALUE;
        for (Era era : eras) {
            if (era.startMillis() != at || era.endMillis() <= at) {
                throw new IllegalArgumentException("eras must follow each other without gaps: " + eras);
            }
            at = era.endMillis();
        }
        if (at != Long.MAX_VALUE) {
            throw new IllegalArgumentException("eras must reach to the end of time: " + eras);
        }
    }

    /** @param startMillis included, epoch milliseconds */
    public record Era(Generation generation, long startMillis, long endMillis) {}

    /**
     * What a rebuild makes, fed beside what is in force.
     *
     * @param range that it covers; outside of it what is in force stays
     * @param rebuild the id of the rebuild
     * @param backfill whether what is in force lacks events until then
     */
    public record Building(
            Generation generation, TimeRange range, Aggregation.Meaning meaning, String rebuild, boolean backfill) {
        /** Whether an instant, epoch milliseconds, is in its range. */
        public boolean covers(long epochMillis) {
            return epochMillis >= range.startMillis() && epochMillis < range.endMillis();
        }
    }

    /** One that was never rebuilt. */
    public static Generations first(int number) {
        return new Generations(
                List.of(new Era(new Generation(number, 0, null), Long.MIN_VALUE, Long.MAX_VALUE)), null, number);
    }

    /** The one that is in force at the end of time. */
    public Generation newest() {
        return eras.get(eras.size() - 1).generation();
    }

    /** The numbers of those that are in force somewhere. */
    public Set<Integer> numbersInForce() {
        return eras.stream().map(era -> era.generation().number()).collect(Collectors.toSet());
    }

    /** With another one beside it. */
    public Generations begun(Building made) {
        return new Generations(eras, made, made.generation().number());
    }

    /** Without what was being built. */
    public Generations abandoned() {
        return new Generations(eras, null, last);
    }

    /** With what was being built in force in its range. */
    public Generations switched() {
        Building made = building;
        if (made == null) {
            throw new IllegalStateException("nothing is being built");
        }
        long start = made.range().startMillis();
        long end = made.range().endMillis();
        List<Era> before = new ArrayList<>();
        List<Era> after = new ArrayList<>();
        for (Era era : eras) {
            if (era.startMillis() < start) {
                before.add(new Era(era.generation(), era.startMillis(), Math.min(era.endMillis(), start)));
            }
            if (era.endMillis() > end) {
                after.add(new Era(era.generation(), Math.max(era.startMillis(), end), era.endMillis()));
            }
        }
        List<Era> inForce = new ArrayList<>(before);
        inForce.add(new Era(made.generation(), start, end));
        inForce.addAll(after);
        return new Generations(inForce, null, last);
    }

    /** With what is being built without a source, or abandoned where it is of that source alone. */
    Generations withoutSource(String source) {
        if (building == null) {
            return this;
        }
        // An empty list would mean every source.
        if (building.meaning.filter().sources().equals(List.of(source))) {
            return abandoned();
        }
        Building without = new Building(
                building.generation,
                building.range,
                building.meaning.withoutSource(source),
                building.rebuild,
                building.backfill);
        return new Generations(eras, without, last);
    }

    /**
     * The numbers that were in force or being built here, and are neither there.
     *
     * @param later what came of these
     */
    List<Numbers> missingIn(Generations later) {
        List<Numbers> missing = new ArrayList<>();
        List<Numbers> kept = later.numbers();
        for (Numbers had : numbers()) {
            List<Numbers> left = List.of(had);
            for (Numbers one : kept) {
                left = left.stream().flatMap(part -> part.without(one).stream()).toList();
            }
            missing.addAll(left);
        }
        return missing;
    }

    private List<Numbers> numbers() {
        List<Numbers> numbers = new ArrayList<>();
        for (Era era : eras) {
            numbers.add(new Numbers(era.generation().number(), new TimeRange(era.startMillis(), era.endMillis())));
        }
        if (building != null) {
            numbers.add(new Numbers(building.generation().number(), building.range()));
        }
        return numbers;
    }

    /** What a generation holds of a range of time. */
    public record Numbers(int generation, TimeRange range) {
        private List<Numbers> without(Numbers other) {
            long start = Math.max(range.startMillis(), other.range.startMillis());
            long end = Math.min(range.endMillis(), other.range.endMillis());
            if (generation != other.generation || start >= end) {
                return List.of(this);
            }
            List<Numbers> left = new ArrayList<>();
            if (range.startMillis() < start) {
                left.add(new Numbers(generation, new TimeRange(range.startMillis(), start)));
            }
            if (end < range.endMillis()) {
                left.add(new Numbers(generation, new TimeRange(end, range.endMillis())));
            }
            return left;
        }
    }
}
