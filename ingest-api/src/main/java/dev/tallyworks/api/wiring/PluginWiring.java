package dev.tallyworks.api.wiring;

import dev.tallyworks.plugin.EngineHook;
import dev.tallyworks.plugin.EventHook;
import dev.tallyworks.plugin.Hooks;
import dev.tallyworks.plugin.MetricsHook;
import dev.tallyworks.plugin.Offloader;
import dev.tallyworks.plugin.ReportHook;
import dev.tallyworks.telemetry.HookCounter;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.arc.All;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.util.List;

/** Finds the plugins that are part of this application: beans of the hooks' types. */
@ApplicationScoped
class PluginWiring {
    @Produces
    @Singleton
    Hooks hooks(
            @All List<EngineHook> engine,
            @All List<EventHook> events,
            @All List<MetricsHook> metrics,
            @All List<ReportHook> reports,
            @All List<Offloader> offloaders,
            MeterRegistry registry) {
        return new Hooks(
                new Hooks.Found(engine, events, metrics, reports, offloaders), Hooks.LIMIT, new HookCounter(registry));
    }
}
