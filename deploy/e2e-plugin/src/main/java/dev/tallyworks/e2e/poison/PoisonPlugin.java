package dev.tallyworks.e2e.poison;

import dev.tallyworks.definition.Aggregation;
import dev.tallyworks.event.Event;
import dev.tallyworks.plugin.MetricCollector;
import dev.tallyworks.plugin.MetricsHook;
import jakarta.inject.Singleton;

/**
 * Throws for events whose payload has a member {@code poison}, with its value as the message, until it is mended: a process
 * whose environment has {@value #MENDED} takes them.
 */
@Singleton
public class PoisonPlugin implements MetricsHook {
    static final String MENDED = "TW_TEST_POISON_MENDED";

    private final boolean mended = System.getenv(MENDED) != null;

    @Override
    public void onGetMetrics(Event event, Aggregation aggregation, MetricCollector collector) {
        Object poison = event.payload().get("poison");
        if (poison != null && !mended) {
            throw new IllegalStateException(poison.toString());
        }
    }
}
