package dev.tallyworks.api.operations;

import dev.tallyworks.api.query.Lag;
import dev.tallyworks.definition.Definitions;
import dev.tallyworks.definition.Source;
import dev.tallyworks.event.RawEvents;
import dev.tallyworks.lane.Workers;
import dev.tallyworks.realtime.Completeness;
import dev.tallyworks.realtime.Heartbeat;
import dev.tallyworks.realtime.RealtimeWindow;
import dev.tallyworks.telemetry.Sample;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Clock;
import java.util.Collection;
import java.util.Set;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;
import org.jboss.logging.Logger;

/**
 * How the installation stands, as MongoDB knows it. All processes of the ingest API tell the same but for a moment; take the
 * largest.
 */
public final class InstallationGauges {
    private static final Logger LOG = Logger.getLogger(InstallationGauges.class);

    private final Stores stores;
    private final RealtimeWindow window;
    private final Clock clock;
    private final Sample<Long> lagMillis = new Sample<>();
    private final Sample<Long> dead = new Sample<>();
    private final Sample<Long> workers = new Sample<>();
    private final Sample<Long> incompleteMillis = new Sample<>();

    /** What is looked at. */
    public record Stores(
            Definitions definitions,
            RawEvents events,
            Workers workers,
            Completeness completeness,
            Heartbeat heartbeat) {}

    public InstallationGauges(MeterRegistry registry, Stores stores, RealtimeWindow window, Clock clock) {
        this.stores = stores;
        this.window = window;
        this.clock = clock;
        seconds(registry, "tallyworks.lag", lagMillis, "Age of the oldest event that is not aggregated yet");
        seconds(
                registry,
                "tallyworks.realtime.incomplete",
                incompleteMillis,
                "How much of the time that answers would take from Redis they can't, as it may have missed something;"
                        + " 0 where it is complete");
        count(registry, "tallyworks.dead.events", dead, "Events that could not be aggregated and are not tried again");
        count(registry, "tallyworks.workers.alive", workers, "Workers that were heard of lately");
    }

    private static void seconds(MeterRegistry registry, String name, Sample<Long> sample, String meaning) {
        Gauge.builder(name, sample, known -> known.number(millis -> millis / 1_000.0))
                .description(meaning)
                .baseUnit("seconds")
                .strongReference(true)
                .register(registry);
    }

    private static void count(MeterRegistry registry, String name, Sample<Long> sample, String meaning) {
        Gauge.builder(name, sample, known -> known.number(Long::doubleValue))
                .description(meaning)
                .strongReference(true)
                .register(registry);
    }

    /** Reads what the gauges show until the next time: two short looks at each source, and two more. */
    public void sample() {
        sample(lagMillis, this::lag);
        sample(
                dead,
                () -> countDead(stores.events(), stores.definitions().known().sources()));
        sample(workers, () -> stores.workers()
                .since(clock.millis() - OperationsResource.ALIVE_WITHIN.toMillis())
                .size());
        sample(incompleteMillis, this::incomplete);
    }

    private static void sample(Sample<Long> sample, LongSupplier reading) {
        try {
            sample.set(reading.getAsLong());
        } catch (RuntimeException away) {
            LOG.debug("a gauge is unknown", away);
            sample.lose();
        }
    }

    private long lag() {
        Set<String> sources =
                stores.definitions().known().sources().stream().map(Source::id).collect(Collectors.toSet());
        return Lag.read(stores.events(), sources, clock).lagMillis();
    }

    static long countDead(RawEvents events, Collection<Source> sources) {
        return sources.stream()
                .mapToLong(source -> events.countDead(source.id()))
                .sum();
    }

    private long incomplete() {
        long since =
                Math.max(stores.completeness().sinceMillis(), stores.heartbeat().completeSinceMillis());
        long needed = clock.millis() - window.bufferAgeMillis();
        long all = window.completeFromMillis(clock.millis()) - needed;
        return Math.max(0, Math.min(all, since - needed));
    }
}
