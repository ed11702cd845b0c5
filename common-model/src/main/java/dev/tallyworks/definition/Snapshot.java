package dev.tallyworks.definition;

import dev.tallyworks.time.TimeRange;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** All definitions as of one version. Immutable. */
public final class Snapshot {
    private record Origin(String source, String eventType) {}

    /**
     * A generation that events of an origin may count in.
     *
     * @param aggregation as that generation has it
     */
    private record Feed(Aggregation aggregation, Generation generation, long startMillis, long endMillis) {
        boolean covers(long epochMillis) {
            return epochMillis >= startMillis && epochMillis < endMillis;
        }
    }

    private final long version;
    private final Map<String, Source> sources;
    private final Map<String, Report> reports;
    private final Map<String, Aggregation> aggregations;
    private final Map<String, Rebuild> rebuilds;
    private final List<Feed> feeds;
    /** Bounded: types that a source with open types makes up would grow it without end. */
    private final Map<Origin, List<Feed>> fed = new ConcurrentHashMap<>();

    private static final int FED_MAX = 10_000;

    public Snapshot(
            long version,
            Map<String, Source> sources,
            Map<String, Report> reports,
            Map<String, Aggregation> aggregations) {
        this(version, sources, reports, aggregations, Map.of());
    }

    public Snapshot(
            long version,
            Map<String, Source> sources,
            Map<String, Report> reports,
            Map<String, Aggregation> aggregations,
            Map<String, Rebuild> rebuilds) {
        this.version = version;
        this.sources = Map.copyOf(sources);
        this.reports = Map.copyOf(reports);
        this.aggregations = Map.copyOf(aggregations);
        this.rebuilds = Map.copyOf(rebuilds);
        this.feeds = this.aggregations.values().stream()
                .flatMap(aggregation -> feeds(aggregation).stream())
                .toList();
    }

    private static List<Feed> feeds(Aggregation aggregation) {
        List<Feed> feeds = new ArrayList<>();
        for (Generations.Era era : aggregation.generations().eras()) {
            long start = Math.max(era.startMillis(), aggregation.closedBeforeMillis());
            feeds.add(new Feed(aggregation.as(era.generation()), era.generation(), start, era.endMillis()));
        }
        Generations.Building building = aggregation.generations().building();
        Aggregation built = aggregation.asBuilt();
        if (building != null && built != null) {
            TimeRange range = building.range();
            long start = Math.max(range.startMillis(), built.closedBeforeMillis());
            feeds.add(new Feed(built, building.generation(), start, range.endMillis()));
        }
        return feeds;
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

    public Optional<Rebuild> rebuild(String id) {
        return Optional.ofNullable(rebuilds.get(id));
    }

    public Collection<Rebuild> rebuilds() {
        return rebuilds.values();
    }

    /** Every generation that is in force or being built, each as its aggregation has it. */
    public List<Aggregation> generations() {
        return feeds.stream().map(Feed::aggregation).toList();
    }

    /** Whether an aggregation counts what is accepted under this version. */
    private boolean isActive(Aggregation aggregation) {
        Report report = reports.get(aggregation.report());
        return report != null && report.active() && aggregations.containsKey(aggregation.id());
    }

    /** The aggregations that count what is accepted under this version: those of active reports whose filter takes it. */
    public List<Aggregation> fedBy(String source, String eventType) {
        return aggregations.values().stream()
                .filter(aggregation -> isActive(aggregation) && aggregation.feedsOn(source, eventType))
                .toList();
    }

    /**
     * The generations in which an event counts that is counted under this version, each as its aggregation has it.
     *
     * @param accepted the definitions as of the event's own version, which decide what it feeds; but a generation that began
     *     later takes all that its filter takes
     */
    public List<Aggregation> fedBy(String source, String eventType, long timestampMillis, Snapshot accepted) {
        List<Aggregation> answer = new ArrayList<>();
        for (Feed feed : feeds(new Origin(source, eventType))) {
            boolean counts = accepted.version < feed.generation.version() || accepted.isActive(feed.aggregation);
            if (counts && feed.covers(timestampMillis)) {
                answer.add(feed.aggregation);
            }
        }
        return answer;
    }

    /** Whether an event that is accepted under this version would count somewhere, but for what is closed. */
    public boolean isClosed(String source, String eventType, long timestampMillis) {
        boolean counted = false;
        for (Feed feed : feeds(new Origin(source, eventType))) {
            if (isActive(feed.aggregation)) {
                counted = true;
                if (timestampMillis >= feed.aggregation.closedBeforeMillis()) {
                    return false;
                }
            }
        }
        return counted;
    }

    private List<Feed> feeds(Origin origin) {
        List<Feed> known = fed.get(origin);
        if (known != null) {
            return known;
        }
        List<Feed> found = feeds.stream()
                .filter(feed -> feed.aggregation.feedsOn(origin.source, origin.eventType))
                .toList();
        if (fed.size() < FED_MAX) {
            fed.put(origin, found);
        }
        return found;
    }
}
