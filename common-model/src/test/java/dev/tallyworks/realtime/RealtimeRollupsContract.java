package dev.tallyworks.realtime;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tallyworks.definition.Aggregation;
import dev.tallyworks.event.Attribution;
import dev.tallyworks.event.CommitId;
import dev.tallyworks.event.Event;
import dev.tallyworks.event.EventRef;
import dev.tallyworks.metric.FieldMetrics;
import dev.tallyworks.metric.Leaf;
import dev.tallyworks.metric.Metric;
import dev.tallyworks.metric.ShortText;
import dev.tallyworks.queue.Job;
import dev.tallyworks.rollup.Facts;
import dev.tallyworks.rollup.Folding;
import dev.tallyworks.rollup.RollupDelta;
import dev.tallyworks.rollup.RollupFold;
import dev.tallyworks.rollup.RollupNumbers;
import dev.tallyworks.rollup.Selection;
import dev.tallyworks.rollup.SeriesKey;
import dev.tallyworks.rollup.Told;
import dev.tallyworks.time.Granularity;
import dev.tallyworks.time.TimeRange;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What every adapter of {@link RealtimeRollups} promises. */
public abstract class RealtimeRollupsContract {
    /** How far the clock of the store may be from ours, here. */
    private static final long CLOCKS_MILLIS = 10_000;

    protected static final RealtimeWindow WINDOW = RealtimeWindow.DEFAULT;
    private static final FieldMetrics METRICS = new FieldMetrics();

    private final long now = System.currentTimeMillis();
    private final long minute = Granularity.MINUTE.bucketStartMillis(now);
    private final String id = UUID.randomUUID().toString();
    private final Aggregation aggregation = aggregation(3);

    protected abstract RealtimeRollups realtime();

    /** Jobs in the queue. */
    protected abstract long queued();

    /** Loses all data, as the server's own restart would. */
    protected abstract void lose();

    private Aggregation aggregation(int valuesMax) {
        return new Aggregation(
                id,
                "r1",
                1,
                "aggr_test",
                Granularity.MINUTE,
                new Aggregation.Filter(List.of(), List.of()),
                new Aggregation.Partition(false, 0),
                null,
                new Aggregation.Fields(List.of(), List.of()),
                new Aggregation.Limits(valuesMax, 10_000),
                true,
                List.of(),
                new Aggregation.Sketches(List.of(), List.of()),
                false,
                Instant.EPOCH,
                Instant.EPOCH);
    }

    private SeriesKey series(String type, @Nullable String value) {
        return new SeriesKey(id, 1, Granularity.MINUTE, type, value);
    }

    private SeriesKey total() {
        return series(Attribution.TOTAL, null);
    }

    private Event event(String source, String type, long timestampMillis, Map<String, @Nullable Object> payload) {
        EventRef ref = new EventRef(source, 7, UUID.randomUUID().toString());
        return new Event(ref, type, timestampMillis, now, payload, List.of(new Attribution("user", "u.1")), 1, 100);
    }

    private Event event(long timestampMillis, Map<String, @Nullable Object> payload) {
        return event("shop", "sale", timestampMillis, payload);
    }

    private RealtimeRollups.Commit commit(CommitId commit, List<Event> events) {
        RollupFold fold = new RollupFold();
        events.forEach(event -> fold.add(event, aggregation, METRICS.generate(event, aggregation)));
        List<Job> jobs =
                events.stream().map(event -> new Job(event.ref(), 100, now, "")).toList();
        return new RealtimeRollups.Commit(commit, fold.deltas(), jobs);
    }

    private void add(Event... events) {
        realtime().commit(commit(new CommitId(UUID.randomUUID().toString(), 1), List.of(events)), now);
    }

    private List<Told> read(SeriesKey series, TimeRange range, Metric metric) {
        List<Told> read = new ArrayList<>();
        realtime().read(series, range, Selection.of(metric), rollup -> read.add(Told.of(rollup, metric)));
        return read;
    }

    private List<Told> read(Metric metric) {
        return read(total(), new TimeRange(minute, minute + 60_000), metric);
    }

    private static BigDecimal decimal(String number) {
        return new BigDecimal(number);
    }

    @Test
    protected void aCommitIsReadBackAtOnce() {
        add(
                event(minute, Map.of("amount", decimal("19.99"), "paid", true)),
                event(minute + 1, Map.of("amount", decimal("-0.01"), "paid", false)),
                event(minute + 60_000, Map.of("amount", decimal("5"))));

        Told sum = read(new Metric.Sum("amount")).get(0);
        assertThat(sum.count()).isEqualTo(2);
        assertThat(sum.fieldCount()).isEqualTo(2);
        assertThat(sum.sum().value()).isEqualByComparingTo("19.98");
        assertThat(List.of(sum.source(), sum.eventType())).containsExactly("shop", "sale");
        assertThat(sum.incarnation()).isEqualTo(7);
        assertThat(read(new Metric.Minimum("amount")).get(0).min()).isEqualByComparingTo("-0.01");
        assertThat(read(new Metric.Maximum("amount")).get(0).max()).isEqualByComparingTo("19.99");
        assertThat(read(new Metric.Category("paid")).get(0).categories()).isEqualTo(Map.of("true", 1L, "false", 1L));
        Map<String, BigDecimal> compound = new TreeMap<>();
        read(new Metric.CompoundSum("amount", "paid"))
                .get(0)
                .compoundSums()
                .forEach((value, part) -> compound.put(value, part.value()));
        assertThat(compound).isEqualTo(Map.of("true", decimal("19.99"), "false", decimal("-0.01")));
        TimeRange both = new TimeRange(minute, minute + 120_000);
        assertThat(read(total(), both, new Metric.Count()))
                .extracting(Told::bucketMillis)
                .containsExactlyInAnyOrder(minute, minute + 60_000);
        assertThat(read(series("user", "u.1"), both, new Metric.Count())).hasSize(2);
        assertThat(read(series("user", "u"), both, new Metric.Count())).isEmpty();
        assertThat(queued()).isEqualTo(3);
    }

    @Test
    void leavesFlagsAndSketchesAreReadBack() {
        Random random = new Random(1);
        List<Event> all = new ArrayList<>();
        Aggregation sketched = sketched(10_000);
        for (int i = 0; i < 3; i++) {
            List<Event> batch = manifold(random);
            realtime().commit(commit(sketched, batch), now);
            all.addAll(batch);
        }
        for (RollupDelta delta : commit(sketched, all).deltas()) {
            assertThat(Facts.of(numbers(delta))).isEqualTo(Facts.of(delta));
        }
    }

    @Test
    void leavesAndFlagsBeyondTheirLimitsKeepTheirTotals() {
        Aggregation few = sketched(30);
        List<Event> all = new ArrayList<>();
        for (int seq = 1; seq <= 5; seq++) {
            List<Event> batch = new ArrayList<>();
            for (int i = 0; i < 300; i++) {
                Map<String, @Nullable Object> payload =
                        new TreeMap<>(Map.of("amount", decimal("0.25"), "a", "a" + seq + i % 20, "paid", i % 3 == 0));
                if (i % 2 == 0) {
                    payload.put("b", "b" + i);
                }
                batch.add(event(minute + seq * 300 + i, payload));
            }
            realtime().commit(commit(few, batch), now);
            all.addAll(batch);
        }
        RollupNumbers stored = numbers(commit(few, all).deltas().iterator().next());
        assertThat(stored.leaves()).hasSize(32);
        Map<Set<String>, Long> byFields = new HashMap<>();
        stored.leaves().forEach((leaf, stats) -> byFields.merge(Leaf.parse(leaf).keySet(), stats.count(), Long::sum));
        assertThat(byFields).isEqualTo(Map.of(Set.of("a", "paid"), 750L, Set.of("a", "b", "paid"), 750L));
        assertThat(stored.flags().get("paid").values()).hasSize(1_000);
        assertThat(stored.flags().get("paid").truncated()).isTrue();
        assertThat(stored.others()).isZero();
    }

    @Test
    void allAttributionsOfATypeAreReadTogether() {
        String longName = "l".repeat(300);
        List<Event> events = new ArrayList<>();
        for (int i = 0; i < 60; i++) {
            String user = i % 3 == 0 ? longName : "u." + i % 7;
            EventRef ref = new EventRef("shop", 7, UUID.randomUUID().toString());
            events.add(new Event(
                    ref,
                    "sale",
                    minute + i % 2 * 60_000,
                    now,
                    Map.of("amount", decimal(i + ".5")),
                    List.of(new Attribution("customer", user), new Attribution("campaign", "x")),
                    1,
                    100));
        }
        realtime().commit(commit(aggregation, events.subList(0, 20)), now);
        realtime().commit(commit(aggregation, events.subList(20, 60)), now);
        Map<String, BigDecimal> expected = new TreeMap<>();
        for (Event event : events) {
            expected.merge(
                    event.timestampMillis()
                            + ShortText.cut(event.attributions().get(0).value()),
                    (BigDecimal) Objects.requireNonNull(event.payload().get("amount")),
                    BigDecimal::add);
        }
        Map<String, BigDecimal> found = new TreeMap<>();
        long since = realtime()
                .readAttributions(
                        series("customer", null),
                        new TimeRange(minute, minute + 120_000),
                        Selection.of(new Metric.Sum("amount")),
                        rollup -> found.put(
                                rollup.bucketMillis() + String.valueOf(rollup.attribution()),
                                rollup.numbers().number("amount").sum().value()));
        assertThat(found.keySet()).isEqualTo(expected.keySet());
        found.forEach((name, sum) -> assertThat(sum).isEqualByComparingTo(expected.get(name)));
        assertThat(since).isLessThan(Long.MAX_VALUE);
        lose();
        assertThat(realtime()
                        .readAttributions(
                                series("customer", null),
                                new TimeRange(minute, minute + 60_000),
                                Selection.COUNT,
                                rollup -> {}))
                .isEqualTo(Long.MAX_VALUE);
    }

    private Aggregation sketched(int leavesMax) {
        return Folding.with(
                aggregation,
                new Aggregation.Limits(1_000, leavesMax),
                List.of(),
                new Aggregation.Sketches(List.of("user", "attribution:user"), List.of("amount")));
    }

    private List<Event> manifold(Random random) {
        return Folding.manifoldEvents(random, 150).stream()
                .map(made -> event(minute + made.timestampMillis() % 60_000, made.payload()))
                .toList();
    }

    private RealtimeRollups.Commit commit(Aggregation to, List<Event> events) {
        RollupFold fold = new RollupFold();
        events.forEach(event -> fold.add(event, to, METRICS.generate(event, to)));
        return new RealtimeRollups.Commit(new CommitId(UUID.randomUUID().toString(), 1), fold.deltas(), List.of());
    }

    private RollupNumbers numbers(RollupDelta delta) {
        RollupNumbers numbers = new RollupNumbers();
        long bucket = delta.target().bucketMillis();
        realtime()
                .read(
                        delta.target().series(),
                        new TimeRange(bucket, bucket + 60_000),
                        Facts.SELECTION,
                        rollup -> numbers.add(rollup.numbers()));
        return numbers;
    }

    @Test
    void originsAreKeptApart() {
        add(
                event("shop", "sale", minute, Map.of()),
                event("shop", "a refund", minute, Map.of()),
                event("till", "sale", minute, Map.of()));

        assertThat(read(new Metric.Count()))
                .extracting(rollup -> rollup.source() + '/' + rollup.eventType() + ' ' + rollup.count())
                .containsExactlyInAnyOrder("shop/sale 1", "shop/a refund 1", "till/sale 1");
    }

    @Test
    void commitsAddUpWhateverTheirNamesAndSizes() {
        List<String> names = List.of("", ".", "a.b", "$x", "%", "\0", "naïve", "__other__", "😀", " ");
        for (int i = 0; i < 3; i++) {
            for (String name : names) {
                add(event(minute, Map.of(name, decimal("9999999999999999999999999999999999"), "c" + name, name)));
            }
        }

        for (String name : names) {
            Told read = read(new Metric.Sum(name)).get(0);
            assertThat(read.sum().value()).as(name).isEqualByComparingTo("29999999999999999999999999999999997");
            assertThat(read(new Metric.Category("c" + name)).get(0).categories())
                    .as(name)
                    .isEqualTo(Map.of(name, 3L));
        }
    }

    @Test
    void aCommitThatIsSentTwiceCountsOnce() {
        CommitId commit = new CommitId(UUID.randomUUID().toString(), 5);
        assertThat(realtime().knows(commit)).isFalse();
        RealtimeRollups.Commit added = commit(commit, List.of(event(minute, Map.of())));

        realtime().commit(added, now);
        realtime().commit(added, now);

        assertThat(read(new Metric.Count()).get(0).count()).isEqualTo(1);
        assertThat(queued()).isEqualTo(1);
        assertThat(realtime().knows(commit)).isTrue();
        assertThat(realtime().knows(new CommitId(commit.writer(), 4))).isTrue();
        assertThat(realtime().knows(new CommitId(commit.writer(), 6))).isFalse();
        assertThat(realtime().knows(new CommitId("another", 1))).isFalse();
    }

    @Test
    void valuesBeyondTheLimitCountUnderOther() {
        IntStream.range(0, 10).forEach(i -> add(event(minute, Map.of("n", decimal("1"), "page", "p" + i))));
        add(event(minute, Map.of("n", decimal("1"), "page", "p1")));

        Told read = read(new Metric.Category("page")).get(0);
        assertThat(read.categories()).isEqualTo(Map.of("p0", 1L, "p1", 2L, "p2", 1L, RollupNumbers.OTHER, 7L));
        assertThat(read.others()).isEqualTo(7);
        assertThat(read(new Metric.CompoundSum("n", "page"))
                        .get(0)
                        .compoundSums()
                        .get(RollupNumbers.OTHER)
                        .value())
                .isEqualByComparingTo("7");
    }

    @Test
    void fieldsBeyondTheLimitCountUnderOther() {
        for (int i = 0; i < 25; i++) {
            Map<String, @Nullable Object> payload = new TreeMap<>();
            for (int field = 0; field < 50; field++) {
                payload.put("n" + (50 * i + field), decimal("1"));
            }
            for (int field = 0; field < 20; field++) {
                payload.put("c" + (20 * i + field), "x");
            }
            add(event(minute, payload));
        }
        for (int i = 25; i < 60; i++) {
            Map<String, @Nullable Object> payload = new TreeMap<>();
            for (int field = 0; field < 20; field++) {
                payload.put("c" + (20 * i + field), "x");
            }
            add(event(minute, payload));
        }

        Told read = read(new Metric.Count()).get(0);
        assertThat(read.count()).isEqualTo(60);
        assertThat(read.others()).isEqualTo(250 + 200);
        assertThat(read(new Metric.Sum("n999")).get(0).fieldCount()).isEqualTo(1);
        assertThat(read(new Metric.Sum("n1000")).get(0).fieldCount()).isZero();
        assertThat(read(new Metric.Category("c999")).get(0).categories()).isEqualTo(Map.of("x", 1L));
        assertThat(read(new Metric.Category("c1000")).get(0).categories()).isEmpty();
    }

    @Test
    void whatIsTooOldIsNotKept() {
        long old = minute - 3_600_000;
        add(event(old, Map.of()), event(minute, Map.of()));

        assertThat(read(total(), new TimeRange(old, minute + 60_000), new Metric.Count()))
                .hasSize(1);
        assertThat(queued()).isEqualTo(2);
    }

    @Test
    void aLossIsNoticedByWhoeverComesFirst() {
        CommitId before = new CommitId(UUID.randomUUID().toString(), 1);
        realtime().commit(commit(before, List.of(event(minute, Map.of()))), now);
        lose();
        long lost = WINDOW.completeFromMillis(System.currentTimeMillis() - CLOCKS_MILLIS);
        TimeRange range = new TimeRange(minute, minute + 60_000);

        assertThat(realtime().read(total(), range, Selection.ALL, rollup -> {})).isEqualTo(Long.MAX_VALUE);
        assertThat(realtime().knows(before)).isFalse();
        // As if it had been under way for an hour.
        realtime().commit(commit(new CommitId("late", 1), List.of(event(minute, Map.of()))), now - 3_600_000);
        assertThat(realtime().read(total(), range, Selection.ALL, rollup -> {}))
                .isBetween(lost, WINDOW.completeFromMillis(System.currentTimeMillis() + CLOCKS_MILLIS));

        lose();
        long since = realtime().beat();
        assertThat(since).isBetween(lost, WINDOW.completeFromMillis(System.currentTimeMillis() + CLOCKS_MILLIS));
        assertThat(realtime().beat()).isEqualTo(since);
        assertThat(realtime().read(total(), range, Selection.ALL, rollup -> {})).isEqualTo(since);
        realtime().completeFromTheBeginning(since + 1);
        assertThat(realtime().read(total(), range, Selection.ALL, rollup -> {})).isEqualTo(since);
        realtime().completeFromTheBeginning(since);
        assertThat(realtime().read(total(), range, Selection.ALL, rollup -> {})).isZero();
    }

    @Test
    void longRangesAreReadInParts() {
        realtime().beat();
        add(event(minute - 900_000, Map.of()), event(minute, Map.of()));

        TimeRange range = new TimeRange(minute - 5_000 * 60_000L, minute + 60_000);
        assertThat(read(total(), range, new Metric.Count())).hasSize(2);
    }
}
