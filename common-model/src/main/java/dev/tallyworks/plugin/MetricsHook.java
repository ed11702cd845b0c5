package dev.tallyworks.plugin;

import dev.tallyworks.definition.Aggregation;
import dev.tallyworks.event.Event;
import dev.tallyworks.metric.EventMetrics;
import java.util.List;

/**
 * Is called for each event and each aggregation that it feeds: by the intake for answers of the last minutes, by workers, by
 * rebuilds, and again by whoever takes over for one of them. So what {@link #onGetMetrics} and {@link #beforeMetricsWritten}
 * give must follow from their parameters alone, and be the same in all processes: no clock, no chance, nothing that is looked
 * up and may change. Then all of it counts exactly once. What they throw fails the event: it is tried again, and dies in the
 * end.
 */
public interface MetricsHook extends Plugin {
    /**
     * Collector of metrics beside those of the payload. As with these, only names are kept that the aggregation's {@code
     * fields} take, the first of them by name.
     */
    default void onGetMetrics(Event event, Aggregation aggregation, MetricCollector collector) {}

    /** Waterfall: all metrics of the event, before they are added anywhere. */
    default EventMetrics beforeMetricsWritten(Event event, Aggregation aggregation, EventMetrics metrics) {
        return metrics;
    }

    /**
     * Action, in a worker, soon after numbers were written. May be called again for numbers that are written again without
     * effect, and not at all where a process dies or has too much to tell.
     */
    default void afterMetricsWritten(List<WrittenMetrics> written) {}
}
