package dev.tallyworks.definition;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/**
 * The log in memory: for each definition its versions, so that the definitions as of any version can be put together. Grows
 * with the log, not with versions times definitions. Not thread-safe.
 */
public final class History {
    /** Events of few versions are aggregated at a time. */
    private static final int SNAPSHOTS_MAX = 64;

    private record Key(Change.Kind kind, String id) {}

    private final Map<Key, NavigableMap<Long, Change>> changes = new HashMap<>();
    private final Map<Long, Snapshot> snapshots = new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<Long, Snapshot> eldest) {
            return size() > SNAPSHOTS_MAX;
        }
    };
    private long version;

    public long version() {
        return version;
    }

    /** Adds the next version. */
    public void append(long next, List<Change> made) {
        if (next != version + 1) {
            throw new IllegalArgumentException("version " + next + " must follow " + version);
        }
        for (Change change : made) {
            NavigableMap<Long, Change> versions =
                    changes.computeIfAbsent(new Key(change.kind(), change.id()), key -> new TreeMap<>());
            Map.Entry<Long, Change> before = versions.lastEntry();
            versions.put(next, before == null ? change : shared(before.getValue(), change));
        }
        version = next;
    }

    /** Versions of a source share the event types that are the same in both, which may have large schemas. */
    private static Change shared(Change before, Change change) {
        if (!(before.definition() instanceof Source old) || !(change.definition() instanceof Source made)) {
            return change;
        }
        Map<String, EventType> types = new LinkedHashMap<>();
        made.eventTypes().forEach((name, type) -> {
            EventType same = old.eventTypes().get(name);
            types.put(name, type.equals(same) ? same : type);
        });
        return Change.set(made.withEventTypes(Collections.unmodifiableMap(types), made.updatedAt()));
    }

    /** @param asOf at most {@link #version()} */
    public Snapshot snapshot(long asOf) {
        if (asOf > version) {
            throw new IllegalArgumentException("version " + asOf + " is not known yet, the newest is " + version);
        }
        return snapshots.computeIfAbsent(asOf, this::build);
    }

    private Snapshot build(long asOf) {
        Map<String, Source> sources = new HashMap<>();
        Map<String, Report> reports = new HashMap<>();
        Map<String, Aggregation> aggregations = new HashMap<>();
        Map<String, Rebuild> rebuilds = new HashMap<>();
        changes.forEach((key, versions) -> {
            Map.Entry<Long, Change> last = versions.floorEntry(asOf);
            if (last != null) {
                Definition definition = last.getValue().definition();
                if (definition instanceof Source source) {
                    sources.put(key.id, source);
                } else if (definition instanceof Report report) {
                    reports.put(key.id, report);
                } else if (definition instanceof Aggregation aggregation) {
                    aggregations.put(key.id, aggregation);
                } else if (definition instanceof Rebuild rebuild) {
                    rebuilds.put(key.id, rebuild);
                }
            }
        });
        return new Snapshot(asOf, sources, reports, aggregations, rebuilds);
    }

    public List<DefinitionLog.Removed> removedAggregations() {
        List<DefinitionLog.Removed> removed = new ArrayList<>();
        changes.forEach((key, versions) -> {
            Map.Entry<Long, Change> last = versions.lastEntry();
            if (key.kind == Change.Kind.AGGREGATION && last.getValue().definition() == null) {
                Map.Entry<Long, Change> before = versions.lowerEntry(last.getKey());
                if (before != null && before.getValue().definition() instanceof Aggregation aggregation) {
                    removed.add(new DefinitionLog.Removed(aggregation, last.getKey()));
                }
            }
        });
        return removed;
    }

    public List<DefinitionLog.Superseded> supersededGenerations() {
        List<DefinitionLog.Superseded> superseded = new ArrayList<>();
        changes.forEach((key, versions) -> {
            if (key.kind == Change.Kind.AGGREGATION
                    && versions.lastEntry().getValue().definition() != null) {
                Aggregation before = null;
                for (Map.Entry<Long, Change> version : versions.entrySet()) {
                    Aggregation after = (Aggregation) version.getValue().definition();
                    // Of many versions most change something else.
                    if (before != null && after != null && !before.generations().equals(after.generations())) {
                        for (Generations.Numbers numbers : before.generations().missingIn(after.generations())) {
                            superseded.add(new DefinitionLog.Superseded(before, numbers, version.getKey()));
                        }
                    }
                    before = after;
                }
            }
        });
        return superseded;
    }

    public List<DefinitionLog.RemovedSource> removedSources() {
        List<DefinitionLog.RemovedSource> removed = new ArrayList<>();
        changes.forEach((key, versions) -> {
            if (key.kind == Change.Kind.SOURCE) {
                Source before = null;
                for (Map.Entry<Long, Change> version : versions.entrySet()) {
                    Source after = (Source) version.getValue().definition();
                    if (before != null && after == null) {
                        removed.add(new DefinitionLog.RemovedSource(before, version.getKey()));
                    }
                    before = after;
                }
            }
        });
        return removed;
    }
}
