package dev.tallyworks.telemetry;

import dev.tallyworks.plugin.HookMeter;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;

/** Counts what goes wrong with hooks, for Prometheus. */
public final class HookCounter implements HookMeter {
    private final MeterRegistry registry;

    public HookCounter(MeterRegistry registry) {
        this.registry = registry;
        counter("*", "afterEventRecord"); // there from the beginning, so that its growth is seen
    }

    private Counter counter(String plugin, String hook) {
        return Counter.builder("tallyworks.plugin.failures")
                .description("Hooks of plugins that threw, took too long or were left out")
                .tag("plugin", plugin)
                .tag("hook", hook)
                .register(registry);
    }

    @Override
    public void failed(String plugin, String hook) {
        counter(plugin, hook).increment();
    }
}
