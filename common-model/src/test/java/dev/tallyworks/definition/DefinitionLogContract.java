package dev.tallyworks.definition;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tallyworks.definition.DefinitionLog.Decided;
import dev.tallyworks.time.Granularity;
import dev.tallyworks.time.TimeRange;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What every log of definitions keeps, seen by two processes. */
public abstract class DefinitionLogContract {
    private static final Instant AT = Instant.ofEpochMilli(1_700_000_000_123L);

    private DefinitionLog one;
    private DefinitionLog two;

    /** Another process's view of the same log. */
    protected abstract DefinitionLog process();

    /** The log of each test is its own. */
    protected abstract void begin();

    @BeforeEach
    void start() {
        begin();
        one = process();
        two = process();
    }

    private static Source source(String id, long incarnation, String... types) {
        Map<String, EventType> eventTypes = new LinkedHashMap<>();
        for (String type : types) {
            eventTypes.put(type, new EventType(type, null, "{\"a.b\":{\"$x\":1.50}}", AT, AT));
        }
        return new Source(
                id,
                incarnation,
                id.toUpperCase(),
                null,
                List.of("a"),
                new Retention(3, null),
                true,
                eventTypes,
                Source.State.OPEN,
                AT,
                AT);
    }

    private static Aggregation aggregation(String id, String report) {
        return aggregation(id, report, "s");
    }

    private static Aggregation aggregation(String id, String report, String... sources) {
        return new Aggregation(
                id,
                report,
                1,
                "aggr_" + id,
                Granularity.MILLIS_250,
                new Aggregation.Filter(List.of(sources), List.of("t", "u.$")),
                new Aggregation.Partition(true, 10_000_000_000L),
                new Retention(7, "archive"),
                new Aggregation.Fields(List.of("x"), List.of("y.z")),
                new Aggregation.Limits(5, 6),
                false,
                List.of(Granularity.HOUR, Granularity.DAY),
                new Aggregation.Sketches(List.of("attribution:user"), List.of("x")),
                false,
                AT,
                AT);
    }

    private static DefinitionLog.Committed<String> set(DefinitionLog log, Definition definition) {
        return log.change((newest, version) -> new Decided<>(List.of(Change.set(definition)), "done"));
    }

    @Test
    void beginsEmpty() {
        assertThat(one.known().version()).isZero();
        assertThat(one.refresh().version()).isZero();
        assertThat(one.asOf(0).sources()).isEmpty();
    }

    @Test
    void givesEveryDefinitionBackWhole() {
        Source source = source("s", 1, "b", "a");
        Report report = new Report("r", "Ä \u0000 report", "why", false, AT, AT);
        Aggregation aggregation = aggregation("a", "r");
        one.change((newest, version) ->
                new Decided<>(List.of(Change.set(source), Change.set(report), Change.set(aggregation)), ""));
        Snapshot seen = two.refresh();
        assertThat(seen.version()).isEqualTo(1);
        assertThat(seen.source("s")).contains(source);
        assertThat(seen.source("s").orElseThrow().eventTypes().keySet()).containsExactly("b", "a");
        assertThat(seen.report("r")).contains(report);
        assertThat(seen.aggregation("a")).contains(aggregation);
    }

    @Test
    void refreshSeesWhatWasCommittedBefore() {
        for (int i = 1; i <= 20; i++) {
            DefinitionLog writer = i % 2 == 0 ? one : two;
            DefinitionLog reader = i % 2 == 0 ? two : one;
            set(writer, source("s" + i, i));
            assertThat(writer.known().version()).isEqualTo(i);
            assertThat(reader.refresh().source("s" + i)).isPresent();
        }
    }

    @Test
    void rememberEveryVersion() {
        Source first = source("s", 1);
        set(one, first);
        set(two, source("other", 2));
        Source second = source("s", 1, "t");
        set(one, second);
        one.change((newest, version) -> new Decided<>(List.of(Change.remove(second)), ""));
        set(two, source("s", 5));
        for (DefinitionLog log : List.of(one, two, process())) {
            log.refresh();
            assertThat(log.asOf(0).source("s")).isEmpty();
            assertThat(log.asOf(1).source("s")).contains(first);
            assertThat(log.asOf(1).source("other")).isEmpty();
            assertThat(log.asOf(2).source("s")).contains(first);
            assertThat(log.asOf(3).source("s")).contains(second);
            assertThat(log.asOf(4).source("s")).isEmpty();
            assertThat(log.asOf(5).source("s").orElseThrow().incarnation()).isEqualTo(5);
            assertThatThrownBy(() -> log.asOf(6)).isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void rememberRemovedAggregations() {
        Aggregation kept = aggregation("kept", "r");
        Aggregation gone = aggregation("gone", "r");
        set(one, kept);
        set(one, gone);
        one.change((newest, version) -> new Decided<>(List.of(Change.remove(gone)), ""));
        two.refresh();
        assertThat(two.removedAggregations()).containsExactly(new DefinitionLog.Removed(gone, 3));
    }

    @Test
    void rememberEachRemovedIncarnationOfASource() {
        for (long version = 1; version <= 3; version += 2) {
            Source made = source("s", version);
            set(one, made);
            one.change((newest, next) -> new Decided<>(List.of(Change.remove(made)), ""));
        }
        set(one, source("s", 5));
        two.refresh();
        assertThat(two.removedSources())
                .containsExactly(
                        new DefinitionLog.RemovedSource(source("s", 1), 2),
                        new DefinitionLog.RemovedSource(source("s", 3), 4));
    }

    @Test
    void purgesASourceFromWhatNamesIt() {
        Source purging = source("s", 1).withState(Source.State.PURGING, AT);
        Aggregation alone = aggregation("alone", "r");
        Aggregation beside = aggregation("beside", "r", "t", "s");
        Aggregation other = aggregation("other", "r", "t");
        one.change((newest, version) -> new Decided<>(
                List.of(Change.set(purging), Change.set(alone), Change.set(beside), Change.set(other)), ""));
        two.change((newest, version) -> new Decided<>(DefinitionLog.removalOf(newest, "s", 2, AT), ""));
        assertThat(two.known().version()).isEqualTo(1);
        two.change((newest, version) -> new Decided<>(DefinitionLog.removalOf(newest, "s", 1, AT), ""));
        Snapshot left = one.refresh();
        assertThat(left.source("s")).isEmpty();
        assertThat(left.aggregation("alone")).isEmpty();
        assertThat(left.aggregation("beside").orElseThrow().filter().sources()).containsExactly("t");
        assertThat(left.aggregation("other")).contains(other);
    }

    private static Rebuild rebuild(String id, String... aggregations) {
        TimeRange range = new TimeRange(-5, 7);
        return new Rebuild(
                id, "r", List.of(aggregations), range, true, Rebuild.State.RUNNING, null, AT.plusSeconds(1), AT);
    }

    /** With another generation being built, by a rebuild, of what other sources give. */
    private static Aggregation building(Aggregation aggregation, Rebuild rebuild, String... sources) {
        Generation generation = new Generation(aggregation.generations().last() + 1, 9, AT.plusMillis(3));
        return aggregation.with(aggregation
                .generations()
                .begun(new Generations.Building(
                        generation,
                        new TimeRange(-86_400_000, 86_400_000),
                        aggregation(aggregation.id(), "r", sources).meaning(),
                        rebuild.id(),
                        true)));
    }

    @Test
    void givesRebuildsAndWhatTheyBuildBackWhole() {
        Rebuild rebuild = rebuild("b", "a");
        Aggregation begun = building(aggregation("a", "r"), rebuild, "s", "t");
        one.change((newest, version) -> new Decided<>(List.of(Change.set(rebuild), Change.set(begun)), ""));
        assertThat(two.refresh().rebuild("b")).contains(rebuild);
        assertThat(two.known().aggregation("a")).contains(begun);
        assertThat(rebuild.builds(two.known())).containsExactly(begun);

        Rebuild failed = rebuild.ended(Rebuild.State.FAILED, "no", AT);
        Aggregation switched = begun.switched(AT);
        two.change((newest, version) -> new Decided<>(List.of(Change.set(failed), Change.set(switched)), ""));
        assertThat(one.refresh().rebuilds()).containsExactly(failed);
        assertThat(one.known().aggregation("a")).contains(switched);
        assertThat(failed.builds(one.known())).isEmpty();
        set(one, building(switched, rebuild("c", "a"), "t").closedBefore(-5));

        assertThat(process().refresh().aggregation("a"))
                .isEqualTo(one.known().aggregation("a"))
                .isNotEmpty();
    }

    @Test
    void rememberNumbersThatWerePutOutOfForce() {
        Aggregation first = aggregation("a", "r");
        Aggregation begun = building(first, rebuild("b", "a"), "s");
        Aggregation switched = begun.switched(AT);
        Aggregation again = building(switched, rebuild("c", "a"), "s");
        set(one, first);
        set(one, begun);
        assertThat(one.supersededGenerations()).isEmpty();
        set(one, switched);
        set(one, again);
        set(one, again.with(again.generations().abandoned()));
        two.refresh();
        TimeRange range = new TimeRange(-86_400_000, 86_400_000);
        assertThat(two.supersededGenerations())
                .containsExactly(
                        new DefinitionLog.Superseded(begun, new Generations.Numbers(1, range), 3),
                        new DefinitionLog.Superseded(again, new Generations.Numbers(3, range), 5));
        one.change((newest, version) -> new Decided<>(List.of(Change.remove(first)), ""));
        assertThat(one.supersededGenerations()).isEmpty();
    }

    @Test
    void purgesASourceFromWhatIsBeingBuilt() {
        Source purging = source("s", 1).withState(Source.State.PURGING, AT);
        Rebuild ends = rebuild("ends", "beside", "gone");
        Rebuild goesOn = rebuild("goesOn", "other");
        Aggregation beside = building(aggregation("beside", "r", "t", "s"), ends, "s");
        Aggregation gone = building(aggregation("gone", "r", "s"), ends, "s", "t");
        Aggregation other = building(aggregation("other", "r", "t"), goesOn, "s", "u");
        List<Definition> all = List.of(purging, ends, goesOn, beside, gone, other);
        one.change(
                (newest, version) -> new Decided<>(all.stream().map(Change::set).toList(), ""));

        one.change((newest, version) -> new Decided<>(DefinitionLog.removalOf(newest, "s", 1, AT), ""));

        Snapshot left = two.refresh();
        assertThat(left.aggregation("gone")).isEmpty();
        Aggregation abandoned = left.aggregation("beside").orElseThrow();
        assertThat(abandoned.filter().sources()).containsExactly("t");
        assertThat(abandoned.generations().building()).isNull();
        assertThat(left.aggregation("other").orElseThrow().asBuilt().filter().sources())
                .containsExactly("u");
        assertThat(left.rebuild("ends").orElseThrow().state()).isEqualTo(Rebuild.State.CANCELLED);
        assertThat(left.rebuild("goesOn")).contains(goesOn);
    }

    @Test
    void aDecisionWithoutChangesCommitsNothing() {
        assertThat(one.change((newest, version) -> new Decided<>(List.of(), 7)).result())
                .isEqualTo(7);
        assertThat(two.refresh().version()).isZero();
    }

    @Test
    void whatADecisionThrowsCommitsNothing() {
        assertThatThrownBy(() -> one.change((newest, version) -> {
                    throw new IllegalArgumentException("no");
                }))
                .hasMessage("no");
        set(one, source("s", 1));
        assertThat(two.refresh().version()).isEqualTo(1);
    }

    @Test
    void aDecisionIsMadeOnWhatItIsCommittedOn() {
        set(one, source("s", 1));
        // This process is behind, and would decide on what is no more.
        assertThat(two.known().version()).isZero();
        long decidedOn = two.<Long>change(
                        (newest, version) -> new Decided<>(List.of(Change.set(source("t", version))), newest.version()))
                .result();
        assertThat(decidedOn).isEqualTo(1);
    }

    @Test
    void processesThatChangeTheSameDefinitionLoseNothing() throws Exception {
        List<DefinitionLog> processes = List.of(one, two, process());
        set(one, source("s", 1));
        int threads = 6;
        int changes = 15;
        AtomicInteger next = new AtomicInteger();
        ExecutorService pool = Executors.newFixedThreadPool(threads);
        List<Future<?>> running = new ArrayList<>();
        for (int t = 0; t < threads; t++) {
            DefinitionLog log = processes.get(t % processes.size());
            running.add(pool.submit(() -> {
                for (int i = 0; i < changes; i++) {
                    String type = "type" + next.incrementAndGet();
                    long version = log.<Long>change((newest, made) -> new Decided<>(
                                    List.of(Change.set(
                                            withType(newest.source("s").orElseThrow(), type))),
                                    made))
                            .result();
                    assertThat(log.asOf(version).source("s").orElseThrow().eventTypes())
                            .containsKey(type);
                    assertThat(log.refresh().version()).isGreaterThanOrEqualTo(version);
                }
            }));
        }
        pool.shutdown();
        for (Future<?> one : running) {
            one.get(60, TimeUnit.SECONDS);
        }
        Snapshot last = process().refresh();
        assertThat(last.version()).isEqualTo(1 + threads * changes);
        assertThat(last.source("s").orElseThrow().eventTypes()).hasSize(threads * changes);
        for (DefinitionLog log : processes) {
            log.refresh();
            for (long version = 1; version <= last.version(); version++) {
                assertThat(log.asOf(version).source("s").orElseThrow().eventTypes())
                        .hasSize((int) version - 1);
            }
        }
    }

    private static Source withType(Source there, String type) {
        Map<String, EventType> types = new LinkedHashMap<>(there.eventTypes());
        types.put(type, new EventType(type, null, null, AT, AT));
        return there.withEventTypes(types, AT);
    }
}
