package dev.tallyworks.definition;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** All definitions as of one version. Immutable. */
public final class Snapshot {
    private record Feed(String source, String eventType) {}

    private final long version;
    private final Map<String, Source> sources;
    private final Map<String, Report> reports;
    private final Map<String, Aggregation> aggregations;
    /** Bounded: types that a source with open types makes up would grow it without end. */
    private final Map<Feed, List<Aggregation>> fed = new ConcurrentHashMap<>();

    private static final int FED_MAX = 10_000;

    public Snapshot(
            long version,
            Map<String, Source> sources,
            Map<String, Report> reports,
            Map<String, Aggregation> aggregations) {
        this.version = version;
        this.sources = Map.copyOf(sources);
        this.reports = Map.copyOf(reports);
        this.aggregations = Map.copyOf(aggregations);
    }

    /** 0 where nothing was ever defined. */
    public long version() {
        return version;
    }

    public Optional<Source> source(String id) {
        return Optional.ofNullable(sources.get(id));
    }

    /** Whether events of this incarnation of a source count: not once its purge has begun. */
    public boolean counts(String source, long incarnation) {
        Source there = sources.get(source);
        return there == null
                ? source.equals(Aggregation.BUILT_IN_SOURCE)
                : there.incarnation() == incarnation && there.state() != Source.State.PURGING;
    }

    public Optional<Report> report(String id) {
        return Optional.ofNullable(reports.get(id));
    }

    public Optional<Aggregation> aggregation(String id) {
        return Optional.ofNullable(aggregations.get(id));
    }

    public Collection<Source> sources() {
        return sources.values();
    }

    public Collection<Report> reports() {
        return reports.values();
    }

    public Collection<Aggregation> aggregations() {
        return aggregations.values();
    }

    public List<Aggregation> aggregationsOf(String report) {
        return aggregations.values().stream()
                .filter(a -> a.report().equals(report))
                .toList();
    }

    /** The aggregations that count an event accepted under this version: those of active reports whose filter takes it. */
    public List<Aggregation> fedBy(String source, String eventType) {
        Feed feed = new Feed(source, eventType);
        List<Aggregation> known = fed.get(feed);
        if (known != null) {
            return known;
        }
        List<Aggregation> found = new ArrayList<>();
        for (Aggregation aggregation : aggregations.values()) {
            Report report = reports.get(aggregation.report());
            if (report != null && report.active() && aggregation.feedsOn(source, eventType)) {
                found.add(aggregation);
            }
        }
        List<Aggregation> answer = List.copyOf(found);
        if (fed.size() < FED_MAX) {
            fed.put(feed, answer);
        }
        return answer;
    }
}
