package dev.tallyworks.metric;

import java.math.BigDecimal;

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

    /** The recorded values of a boolean field, each at its event's own time. */
    record Flag(String field) implements Metric {}

    /** How many distinct values a field has, about. @param of a field, or {@code attribution:} and an attribution's type */
    record Unique(String of) implements Metric {}

    /** The value of a numeric field below which {@code p} percent of its values lie, about. @param p above 0, below 100 */
    record Percentile(String field, BigDecimal p) implements Metric {}
}
