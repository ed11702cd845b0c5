package dev.tallyworks.plugin;

import java.math.BigDecimal;

/** Takes metrics beside those of the payload's fields. A name that a field has too takes its place. */
public interface MetricCollector {
    /**
     * A number that is counted, summed, averaged, and whose extremes are kept, as if the payload had a field of this name.
     *
     * @param value of at most 34 digits
     */
    void number(String name, BigDecimal value);

    /** A value by which is counted and numbers are grouped, as if the payload had a string field of this name. */
    void category(String name, String value);
}
