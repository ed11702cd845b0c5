package dev.tallyworks.api.intake;

import dev.tallyworks.definition.Aggregation;
import dev.tallyworks.definition.Definitions;
import dev.tallyworks.definition.EventType;
import dev.tallyworks.definition.Report;
import dev.tallyworks.definition.Retention;
import dev.tallyworks.definition.Snapshot;
import dev.tallyworks.definition.Source;
import dev.tallyworks.failure.Unavailable;
import dev.tallyworks.time.Granularity;
import java.time.Instant;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** Definitions without a store, with an outage on demand. */
final class DefinedInMemory implements Definitions {
    private final Map<Long, Snapshot> versions = new ConcurrentHashMap<>();
    private volatile Snapshot newest = new Snapshot(0, Map.of(), Map.of(), Map.of());
    private volatile boolean asleep;

    DefinedInMemory() {
        versions.put(0L, newest);
    }

    @Override
    public Snapshot known() {
        return newest;
    }

    @Override
    public Snapshot refresh() {
        if (asleep) {
            throw new Unavailable("asleep", new IllegalStateException());
        }
        return newest;
    }

    @Override
    public Snapshot asOf(long version) {
        return Optional.ofNullable(versions.get(version)).orElseThrow();
    }

    void sleep() {
        asleep = true;
    }

    void wake() {
        asleep = false;
    }

    synchronized void put(Source source) {
        Map<String, Source> sources = new HashMap<>();
        newest.sources().forEach(known -> sources.put(known.id(), known));
        sources.put(source.id(), source);
        Map<String, Report> reports = new HashMap<>();
        newest.reports().forEach(known -> reports.put(known.id(), known));
        Map<String, Aggregation> aggregations = new HashMap<>();
        newest.aggregations().forEach(known -> aggregations.put(known.id(), known));
        newest = new Snapshot(newest.version() + 1, sources, reports, aggregations);
        versions.put(newest.version(), newest);
    }

    /** From now on every event is counted, by minutes. */
    synchronized void count() {
        Instant now = Instant.now();
        Map<String, Source> sources = new HashMap<>();
        newest.sources().forEach(known -> sources.put(known.id(), known));
        Aggregation aggregation = new Aggregation(
                "a1",
                "r1",
                1,
                "aggr_test",
                Granularity.MINUTE,
                new Aggregation.Filter(List.of(), List.of()),
                new Aggregation.Partition(false, 0),
                null,
                new Aggregation.Fields(List.of(), List.of()),
                new Aggregation.Limits(1_000, 10_000),
                true,
                List.of(),
                new Aggregation.Sketches(List.of(), List.of()),
                false,
                now,
                now);
        newest = new Snapshot(
                newest.version() + 1,
                sources,
                Map.of("r1", new Report("r1", "Report", null, true, now, now)),
                Map.of("a1", aggregation));
        versions.put(newest.version(), newest);
    }

    static Source source(String id, Source.State state, boolean openTypes, @Nullable Integer hotDays, String... types) {
        Instant now = Instant.now();
        Map<String, EventType> eventTypes = new LinkedHashMap<>();
        for (String type : types) {
            String schema = type.startsWith("checked") ? "{}" : null;
            eventTypes.put(type, new EventType(type, null, schema, now, now));
        }
        Retention retention = hotDays == null ? null : new Retention(hotDays, null);
        return new Source(id, 1, id, null, List.of(), retention, openTypes, eventTypes, state, now, now);
    }
}
