package dev.tallyworks.metadata;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tallyworks.definition.Aggregation;
import dev.tallyworks.event.Attribution;
import dev.tallyworks.event.Event;
import dev.tallyworks.event.EventRef;
import dev.tallyworks.failure.Unavailable;
import dev.tallyworks.removal.Gone;
import dev.tallyworks.removal.Leftovers;
import dev.tallyworks.rollup.Folding;
import dev.tallyworks.rollup.RollupDelta;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What every adapter of {@link Metadata} promises, and what processes note with it. */
public abstract class MetadataContract {
    private static final AtomicInteger NAMES = new AtomicInteger();
    private static final long NOON = 1_700_000_000_000L - 1_700_000_000_000L % 3_600_000;
    private static final long HOUR = 3_600_000;

    private final Metadata metadata = metadata();
    private final CountingMetadata counting = new CountingMetadata(metadata);
    private final String name = "m" + System.nanoTime() + "_" + NAMES.incrementAndGet();

    protected abstract Metadata metadata();

    protected abstract Leftovers leftovers();

    /** Forwards and counts; can be away. */
    private static final class CountingMetadata implements Metadata {
        private final Metadata metadata;
        private int writes;
        private int reads;
        private boolean asleep;

        CountingMetadata(Metadata metadata) {
            this.metadata = metadata;
        }

        @Override
        public void add(Map<Subject, Facts> news) {
            if (asleep) {
                throw new Unavailable("asleep", new IllegalStateException());
            }
            writes++;
            metadata.add(news);
        }

        @Override
        public Map<Subject, Facts> find(Collection<? extends Subject> subjects) {
            reads++;
            return metadata.find(subjects);
        }

        @Override
        public Map<Subject.OfAggregation, Facts> ofAggregation(String aggregation, int generation) {
            return metadata.ofAggregation(aggregation, generation);
        }
    }

    private Event event(String type, Map<String, Object> payload, Attribution... attributions) {
        return new Event(
                new EventRef(name, 3, "u" + NAMES.incrementAndGet()),
                type,
                NOON,
                NOON,
                payload,
                List.of(attributions),
                1,
                100);
    }

    private Subject source() {
        return new Subject.OfSource(name, 3);
    }

    private Facts stored(Subject subject) {
        return metadata.find(List.of(subject)).getOrDefault(subject, new Facts());
    }

    @Test
    void notesTheNamesOfEvents() {
        MetadataNotes notes = new MetadataNotes(counting);
        Map<String, Object> payload = Map.of(
                "amount",
                BigDecimal.ONE,
                "shipped",
                true,
                "to",
                Map.of("city", "Köln", "geo.$", Map.of("", new BigDecimal("1.5"))),
                "items",
                List.of(BigDecimal.TEN));

        notes.events(List.of(event("sale", payload, new Attribution("customer", "acme"))));
        notes.events(List.of(event("refund", Map.of("amount", "1.00"))));

        Facts facts = stored(source());
        assertThat(facts.names(NameKind.EVENT_TYPE)).containsExactlyInAnyOrder("sale", "refund");
        assertThat(facts.names(NameKind.ATTRIBUTION_TYPE)).containsExactly("customer");
        assertThat(facts.names(NameKind.NUMBER)).containsExactlyInAnyOrder("amount", "to.geo.$.");
        assertThat(facts.names(NameKind.STRING)).containsExactlyInAnyOrder("amount", "to.city");
        assertThat(facts.names(NameKind.BOOLEAN)).containsExactly("shipped");
        assertThat(facts.hasInstants()).isFalse();
    }

    @Test
    void writesOnlyWhatIsNewToTheProcess() {
        MetadataNotes notes = new MetadataNotes(counting);
        List<Event> events = List.of(event("sale", Map.of("amount", BigDecimal.ONE)));

        notes.events(events);
        notes.events(events);
        assertThat(counting.writes).isEqualTo(1);
        assertThat(counting.reads).isEqualTo(1);

        MetadataNotes ofAnother = new MetadataNotes(counting);
        ofAnother.events(events);
        assertThat(counting.writes).isEqualTo(1);

        ofAnother.events(List.of(event("sale", Map.of("amount", "x"))));
        assertThat(counting.writes).isEqualTo(2);
    }

    @Test
    void whatCouldNotBeWrittenIsNotTakenForKnown() {
        MetadataNotes notes = new MetadataNotes(counting);
        List<Event> events = List.of(event("sale", Map.of("amount", BigDecimal.ONE)));
        counting.asleep = true;
        try {
            notes.events(events);
        } catch (Unavailable away) {
            counting.asleep = false;
        }

        notes.events(events);

        assertThat(stored(source()).has(NameKind.NUMBER, "amount")).isTrue();
    }

    @Test
    void namesAreBounded() {
        MetadataNotes notes = new MetadataNotes(counting);
        for (int batch = 0; batch < 3; batch++) {
            int from = batch * 500;
            notes.events(IntStream.range(from, from + 500)
                    .mapToObj(i -> event("t" + i, Map.of("f" + i, "x".repeat(50))))
                    .toList());
        }
        notes.events(List.of(event("t1", Map.of("l".repeat(MetadataNotes.CHARACTERS_MAX), true))));

        Facts facts = stored(source());
        assertThat(facts.names(NameKind.EVENT_TYPE)).hasSize(MetadataNotes.NAMES_MAX);
        assertThat(facts.names(NameKind.STRING)).hasSize(MetadataNotes.NAMES_MAX);
        assertThat(facts.names(NameKind.BOOLEAN)).isEmpty();
    }

    private Collection<RollupDelta> fold(Event... events) {
        Aggregation hourly = Folding.hourly("aggr_" + name);
        return Folding.fold(hourly, List.of(events));
    }

    private static Event at(long millis, Event event) {
        return new Event(
                event.ref(),
                event.type(),
                millis,
                millis,
                event.payload(),
                event.attributions(),
                event.version(),
                event.sizeBytes());
    }

    @Test
    void notesNamesAndBoundsOfRollups() {
        MetadataNotes notes = new MetadataNotes(counting);
        Event sale = event(
                "sale",
                Map.of("amount", BigDecimal.ONE, "currency", "EUR", "paid", true),
                new Attribution("customer", "acme"));

        notes.rollups(fold(at(NOON + 5, sale), at(NOON - 3 * HOUR + 1, sale)));
        notes.rollups(fold(at(NOON + 10, sale), at(NOON - HOUR, sale)));
        assertThat(counting.writes).isEqualTo(1);
        notes.rollups(fold(at(NOON + HOUR, event("refund", Map.of()))));

        Map<Subject.OfAggregation, Facts> found = metadata.ofAggregation(name, 1);
        assertThat(found).containsOnlyKeys(new Subject.OfAggregation(name, 1, name, 3));
        Facts facts = found.values().iterator().next();
        assertThat(facts.names(NameKind.EVENT_TYPE)).containsExactlyInAnyOrder("sale", "refund");
        assertThat(facts.names(NameKind.ATTRIBUTION_TYPE)).containsExactly("customer");
        assertThat(facts.names(NameKind.NUMBER)).containsExactly("amount");
        assertThat(facts.names(NameKind.GROUPABLE)).containsExactlyInAnyOrder("currency", "paid");
        assertThat(facts.firstMillis()).isEqualTo(NOON - 3 * HOUR);
        assertThat(facts.lastMillis()).isEqualTo(NOON + HOUR);
        assertThat(metadata.ofAggregation(name, 2)).isEmpty();
        assertThat(metadata.ofAggregation(name.substring(0, name.length() - 1), 1))
                .isEmpty();
    }

    @Test
    void rollupsOfWhichNothingWasNotedAreNotApplied() {
        List<Collection<RollupDelta>> applied = new ArrayList<>();
        NotedRollups rollups =
                new NotedRollups((lane, seq, deltas) -> applied.add(deltas), new MetadataNotes(counting));
        Collection<RollupDelta> deltas = fold(event("sale", Map.of()));
        counting.asleep = true;
        try {
            rollups.apply("l00", 1, deltas);
        } catch (Unavailable away) {
            counting.asleep = false;
        }
        assertThat(applied).isEmpty();

        rollups.apply("l00", 1, deltas);

        assertThat(applied).hasSize(1);
        assertThat(metadata.ofAggregation(name, 1)).hasSize(1);
    }

    @Test
    void processesThatNoteAtOnceLoseNothing() throws Exception {
        int processes = 8;
        ExecutorService threads = Executors.newFixedThreadPool(processes);
        try {
            List<Callable<Void>> calls = new ArrayList<>();
            for (int i = 0; i < processes; i++) {
                List<Event> own = List.of(event("t" + i, Map.of("f" + i, BigDecimal.ONE)));
                calls.add(() -> {
                    new MetadataNotes(metadata).events(own);
                    return null;
                });
            }
            for (Future<Void> call : threads.invokeAll(calls)) {
                call.get();
            }
        } finally {
            threads.shutdownNow();
        }
        assertThat(stored(source()).names(NameKind.EVENT_TYPE)).hasSize(processes);
        assertThat(stored(source()).names(NameKind.NUMBER)).hasSize(processes);
    }

    @Test
    void goesWithItsSourceOrAggregation() {
        Subject.OfSource older = new Subject.OfSource(name, 2);
        Subject.OfAggregation one = new Subject.OfAggregation(name, 1, name, 3);
        Subject.OfAggregation ofOther = new Subject.OfAggregation(name, 1, name + "x", 3);
        Subject.OfAggregation other = new Subject.OfAggregation(name + "x", 1, name, 3);
        Set<Subject> all = Set.of(source(), older, one, ofOther, other);
        Facts any = new Facts().add(NameKind.EVENT_TYPE, "sale");
        all.forEach(subject -> metadata.add(Map.of(subject, any)));

        leftovers().removeMetadata(new Gone.OfSource(name, 3));
        assertThat(metadata.find(all)).containsOnlyKeys(older, ofOther);

        leftovers().removeMetadata(new Gone.OfAggregation(name));
        assertThat(metadata.find(all)).containsOnlyKeys(older);
    }
}
