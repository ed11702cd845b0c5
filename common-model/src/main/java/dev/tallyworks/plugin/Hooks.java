package dev.tallyworks.plugin;

import dev.tallyworks.definition.Aggregation;
import dev.tallyworks.event.Event;
import dev.tallyworks.event.EventDraft;
import dev.tallyworks.metric.EventMetrics;
import dev.tallyworks.rollup.RollupDelta;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jboss.logging.Logger;

/** All plugins of a process, called in their order. Where there are none, it costs nothing. */
public final class Hooks implements AutoCloseable {
    /** For how long a hook is waited for. */
    public static final Duration LIMIT = Duration.ofSeconds(2);

    private static final Duration OFFLOAD_LIMIT = Duration.ofMinutes(1);

    private static final Logger LOG = Logger.getLogger(Hooks.class);

    private final List<EngineHook> engine;
    private final List<EventHook> events;
    private final List<MetricsHook> metrics;
    private final List<ReportHook> reports;
    private final List<Offloader> offloaders;
    private final HookCalls calls;

    /** What was found, in any order. */
    public record Found(
            List<EngineHook> engine,
            List<EventHook> events,
            List<MetricsHook> metrics,
            List<ReportHook> reports,
            List<Offloader> offloaders) {
        public static Found none() {
            return new Found(List.of(), List.of(), List.of(), List.of(), List.of());
        }
    }

    public Hooks(Found found, Duration limit, HookMeter meter) {
        this.engine = sorted(found.engine());
        this.events = sorted(found.events());
        this.metrics = sorted(found.metrics());
        this.reports = sorted(found.reports());
        this.offloaders = sorted(found.offloaders());
        this.calls = new HookCalls(limit, meter);
    }

    public static Hooks none() {
        return new Hooks(Found.none(), LIMIT, (plugin, hook) -> {});
    }

    private static <P extends Plugin> List<P> sorted(List<P> plugins) {
        return plugins.stream()
                .sorted(Comparator.comparingInt(Plugin::order).thenComparing(Plugin::name))
                .toList();
    }

    public void engineInit(String application) {
        for (EngineHook plugin : engine) {
            calls.tell(plugin, "onEngineInit", () -> plugin.onEngineInit(application));
        }
        List<String> names = new ArrayList<>();
        List.of(engine, events, metrics, reports, offloaders)
                .forEach(all -> all.forEach(plugin -> names.add(plugin.name())));
        if (!names.isEmpty()) {
            LOG.infof("plugins: %s", names.stream().distinct().sorted().toList());
        }
    }

    /** Lets actions end that are under way. */
    @Override
    public void close() {
        for (EngineHook plugin : engine) {
            calls.tell(plugin, "onEngineShutdown", plugin::onEngineShutdown);
        }
        calls.close();
    }

    public boolean hasEventHooks() {
        return !events.isEmpty();
    }

    /** @throws Refusal where one refuses the event; with {@link Refusal#FAILED} where one throws anything else */
    public EventDraft beforeEventRecord(String source, EventDraft event) {
        EventDraft draft = event;
        for (EventHook plugin : events) {
            EventDraft given = draft;
            draft = orRefuse(() -> calls.call(plugin, "beforeEventRecord", () -> {
                EventDraft made = plugin.beforeEventRecord(source, given);
                return given.with(made.payload(), made.attributions());
            }));
        }
        return draft;
    }

    private static <T> T orRefuse(Supplier<T> call) {
        try {
            return call.get();
        } catch (HookCalls.Failed failed) {
            LOG.warn(failed.getMessage(), failed.getCause());
            throw new Refusal(Refusal.FAILED, failed.what() + "; the cause is in the log");
        }
    }

    public void afterEventRecord(List<Event> recorded) {
        if (events.isEmpty() || recorded.isEmpty()) {
            return;
        }
        calls.later("afterEventRecord", () -> {
            for (Event event : recorded) {
                events.forEach(plugin -> calls.tell(plugin, "afterEventRecord", () -> plugin.afterEventRecord(event)));
            }
        });
    }

    /**
     * What metrics hooks make of an event's metrics.
     *
     * @throws RuntimeException as they do, or where one takes too long
     */
    EventMetrics metrics(Event event, Aggregation aggregation, EventMetrics ofPayload) {
        if (metrics.isEmpty()) {
            return ofPayload;
        }
        CollectedMetrics collected = new CollectedMetrics(aggregation.fields());
        for (MetricsHook plugin : metrics) {
            calls.call(plugin, "onGetMetrics", () -> {
                        // Its own, as one that is given up may still be at it.
                        CollectedMetrics own = new CollectedMetrics(aggregation.fields());
                        plugin.onGetMetrics(event, aggregation, own);
                        return own;
                    })
                    .addTo(collected);
        }
        EventMetrics all = collected.with(ofPayload);
        for (MetricsHook plugin : metrics) {
            EventMetrics given = all;
            all = calls.call(
                    plugin, "beforeMetricsWritten", () -> plugin.beforeMetricsWritten(event, aggregation, given));
        }
        return CollectedMetrics.checked(all);
    }

    /** @param deltas that were applied; those of coarser levels are left out */
    public void afterMetricsWritten(Collection<RollupDelta> deltas) {
        if (metrics.isEmpty()) {
            return;
        }
        List<WrittenMetrics> written = deltas.stream()
                .filter(delta -> delta.target().collection().indexOf('.') < 0)
                .map(Hooks::written)
                .toList();
        calls.later(
                "afterMetricsWritten",
                () -> metrics.forEach(plugin ->
                        calls.tell(plugin, "afterMetricsWritten", () -> plugin.afterMetricsWritten(written))));
    }

    private static WrittenMetrics written(RollupDelta delta) {
        RollupDelta.Target target = delta.target();
        return new WrittenMetrics(
                target.series().aggregation(),
                target.source(),
                target.eventType(),
                target.series().attributionType(),
                target.series().attributionValue(),
                target.bucketMillis(),
                delta.count());
    }

    /** @throws Refusal where one refuses the question; with {@link Refusal#FAILED} where one throws anything else */
    public ReportQuestion beforeReportGenerated(ReportQuestion question) {
        ReportQuestion asked = question;
        for (ReportHook plugin : reports) {
            ReportQuestion given = asked;
            asked = orRefuse(
                    () -> calls.call(plugin, "beforeReportGenerated", () -> plugin.beforeReportGenerated(given)));
        }
        return asked;
    }

    public boolean hasReportHooks() {
        return !reports.isEmpty();
    }

    public void afterReportGenerated(ReportQuestion question, Duration took) {
        if (!reports.isEmpty()) {
            calls.later(
                    "afterReportGenerated",
                    () -> reports.forEach(plugin -> calls.tell(
                            plugin, "afterReportGenerated", () -> plugin.afterReportGenerated(question, took))));
        }
    }

    public boolean hasOffloader(String name) {
        return offloaders.stream().anyMatch(plugin -> plugin.name().equals(name));
    }

    /**
     * @param name of the offloader, which there must be
     * @throws RuntimeException where it failed: nothing may be removed then
     */
    public void offloadEvents(String name, String source, List<Event> expired) {
        offload(name, "offloadEvents", plugin -> plugin.offloadEvents(source, expired));
    }

    /**
     * @param name of the offloader, which there must be
     * @throws RuntimeException where it failed: nothing may be removed then
     */
    public void offloadRollups(String name, String aggregation, String partition, List<String> rollups) {
        offload(name, "offloadRollups", plugin -> plugin.offloadRollups(aggregation, partition, rollups));
    }

    private void offload(String name, String hook, Consumer<Offloader> body) {
        Offloader plugin = offloaders.stream()
                .filter(one -> one.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("there is no offloader " + name));
        calls.call(plugin, hook, OFFLOAD_LIMIT, () -> {
            body.accept(plugin);
            return true;
        });
    }
}
