package dev.tallyworks.metric;

import dev.tallyworks.definition.Aggregation;
import dev.tallyworks.event.Event;

/** A pure function of event and aggregation; what it throws is charged to the event as a failed attempt. */
@FunctionalInterface
public interface MetricGenerator {
    EventMetrics generate(Event event, Aggregation aggregation);
}
