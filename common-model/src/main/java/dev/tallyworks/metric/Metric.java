package dev.tallyworks.metric;

/** A number that can be asked for: what is folded over the events of a unit of time. */
public sealed interface Metric {
    /** How many events. */
    record Count() implements Metric {}

    /** The sum of a numeric field. */
    record Sum(String field) implements Metric {}

    /** The sum of a numeric field divided by how many events have it. */
    record Average(String field) implements Metric {}

    record Minimum(String field) implements Metric {}

    record Maximum(String field) implements Metric {}

    /** How many events, for each value of a string or boolean field. */
    record Category(String field) implements Metric {}

    /** The sum of a numeric field, for each value of a string or boolean field. */
    record CompoundSum(String field, String by) implements Metric {}
}
