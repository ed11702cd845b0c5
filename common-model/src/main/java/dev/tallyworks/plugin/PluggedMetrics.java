package dev.tallyworks.plugin;

import dev.tallyworks.definition.Aggregation;
import dev.tallyworks.event.Event;
import dev.tallyworks.metric.EventMetrics;
import dev.tallyworks.metric.MetricGenerator;

/** The metrics of the payload, and what plugins make of them. */
public final class PluggedMetrics implements MetricGenerator {
    private final MetricGenerator ofPayload;
    private final Hooks hooks;

    public PluggedMetrics(MetricGenerator ofPayload, Hooks hooks) {
        this.ofPayload = ofPayload;
        this.hooks = hooks;
    }

    @Override
    public EventMetrics generate(Event event, Aggregation aggregation) {
        return hooks.metrics(event, aggregation, ofPayload.generate(event, aggregation));
    }
}
