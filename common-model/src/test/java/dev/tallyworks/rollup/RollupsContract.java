package dev.tallyworks.rollup;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tallyworks.definition.Aggregation;
import dev.tallyworks.event.Attribution;
import dev.tallyworks.event.Event;
import dev.tallyworks.failure.OutcomeUnknown;
import dev.tallyworks.metric.ExactSum;
import dev.tallyworks.metric.FieldMetrics;
import dev.tallyworks.metric.Leaf;
import dev.tallyworks.metric.Metric;
import dev.tallyworks.metric.ShortText;
import dev.tallyworks.metric.StoredName;
import dev.tallyworks.partition.Partition;
import dev.tallyworks.time.Granularity;
import dev.tallyworks.time.TimeRange;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What every adapter of {@link Rollups} and {@link RollupScan} promises. */
public abstract class RollupsContract {
    private static final AtomicInteger TARGETS = new AtomicInteger();
    private static final long HOUR = 3_600_000;
    private static final long DAY = 24 * HOUR;

    private final Rollups rollups = rollups();
    private final RollupScan scan = scan();
    private Aggregation hourly = Folding.hourly("aggr_none");

    /** Another process's view of the same store. */
    protected abstract Rollups rollups();

    /** One whose first writes are done, but whose answers get lost. */
    protected abstract Rollups losingAnswers(int answers);

    protected abstract RollupScan scan();

    protected abstract AttributionScan attributions();

    @BeforeEach
    void useAnotherTarget() {
        hourly = Folding.hourly(target());
    }

    private static String target() {
        return "aggr_contract_" + TARGETS.incrementAndGet();
    }

    private static Aggregation limited(int valuesMax) {
        return Folding.aggregation(target(), Granularity.HOUR, new Aggregation.Partition(false, 0), valuesMax);
    }

    private static Collection<RollupDelta> fold(Aggregation aggregation, List<Event> events) {
        return Folding.fold(aggregation, events);
    }

    private static Event sale(Map<String, @Nullable Object> payload) {
        return Folding.event("sale", HOUR + 1, payload);
    }

    private static Event sale(String number) {
        return sale(Map.of("amount", new BigDecimal(number)));
    }

    @Test
    void whatWasAppliedIsReadBack() {
        for (int seed = 0; seed < 15; seed++) {
            Aggregation aggregation = Folding.hourly(target());
            Random random = new Random(seed);
            List<Event> all = new ArrayList<>();
            for (int seq = 1; seq <= 4; seq++) {
                List<Event> batch = Folding.someEvents(random);
                rollups.apply("l0" + seq % 2, seq, fold(aggregation, batch));
                all.addAll(batch);
            }
            assertHolds(aggregation, fold(aggregation, all), "seed " + seed);
        }
    }

    /** Of few fields a long range is read whole, of many only what is selected. */
    @ParameterizedTest
    @ValueSource(ints = {1, 3, 4, 12})
    void onlyWhatIsSelectedIsReadOfShortAndOfLongRanges(int fields) {
        Map<String, @Nullable Object> payload = new HashMap<>(Map.of("amount", new BigDecimal("19.99")));
        for (int i = 1; i < fields; i++) {
            payload.put("other" + i, new BigDecimal(i));
        }
        rollups.apply("l00", 1, fold(hourly, List.of(sale(payload), sale("-7"))));
        SeriesKey total =
                new SeriesKey(hourly.id(), hourly.generation(), hourly.granularity(), Attribution.TOTAL, null);
        for (int days : List.of(1, 1_000)) {
            TimeRange range = new TimeRange(HOUR - days * DAY, HOUR + DAY);
            List<RollupNumbers> read = new ArrayList<>();
            for (Metric metric : List.of(new Metric.Sum("amount"), new Metric.Maximum("amount"), new Metric.Count())) {
                scan.scan(RollupFold.partition(hourly), total, range, Selection.of(metric), rollup -> {
                    assertThat(rollup.bucketMillis()).isEqualTo(HOUR);
                    assertThat(rollup.eventType()).isEqualTo("sale");
                    read.add(rollup.numbers());
                });
            }
            assertThat(read).hasSize(3);
            assertThat(read.get(0).numbers().keySet()).containsExactly("amount");
            assertThat(read.get(0).number("amount").sum().value()).isEqualByComparingTo("12.99");
            assertThat(read.get(0).number("amount").max()).isNull();
            assertThat(read.get(1).numbers().keySet()).containsExactly("amount");
            assertThat(read.get(1).number("amount").max()).isEqualByComparingTo("19.99");
            assertThat(read.get(2).numbers()).isEmpty();
            assertThat(read.get(2).count()).isEqualTo(2);
        }
    }

    @Test
    void theSameBatchAgainChangesNothing() {
        List<Event> first = List.of(sale("19.99"), sale("-7"));
        List<Event> second = List.of(sale("1E+30"));
        rollups.apply("l00", 1, fold(hourly, first));
        rollups.apply("l00", 1, fold(hourly, first));
        rollups().apply("l00", 1, fold(hourly, first));
        rollups.apply("l00", 2, fold(hourly, second));
        rollups.apply("l00", 1, fold(hourly, first));
        rollups.apply("l00", 2, fold(hourly, second));
        assertHolds(hourly, fold(hourly, concat(first, second)), "twice");
    }

    @Test
    void lanesAreCountedApart() {
        List<Event> batch = List.of(sale("1"));
        rollups.apply("l00", 7, fold(hourly, batch));
        rollups.apply("l01", 7, fold(hourly, batch));
        rollups.apply("l02", 3, fold(hourly, batch));
        rollups.apply("l01", 7, fold(hourly, batch));
        assertHolds(hourly, fold(hourly, concat(batch, concat(batch, batch))), "lanes");
    }

    /** An owner that was thought dead and its heir. */
    @Test
    void twoOwnersAtOnceCountOnce() throws Exception {
        List<Event> all = new ArrayList<>();
        for (int seq = 1; seq <= 10; seq++) {
            int batchSeq = seq;
            List<Event> batch = sales(100, i -> "v" + batchSeq + i % 40);
            all.addAll(batch);
            atOnce(2, owner -> () -> {
                rollups().apply("l00", batchSeq, fold(hourly, batch));
                return true;
            });
        }
        assertHolds(hourly, fold(hourly, all), "two owners");
    }

    @Test
    void anUnknownOutcomeIsRepeatedAndCountsOnce() {
        List<Event> all = new ArrayList<>();
        for (int lost = 1; lost <= 4; lost++) {
            Rollups losing = losingAnswers(lost);
            List<Event> batch = sales(1_500, i -> "v" + i); // beyond what is written without a look
            all.addAll(batch);
            boolean applied = false;
            int attempts = 0;
            while (!applied && attempts++ < 20) {
                try {
                    losing.apply("l00", lost, fold(hourly, batch));
                    applied = true;
                } catch (OutcomeUnknown unknown) {
                    // The same again, as the lanes do.
                }
            }
            assertThat(attempts).isGreaterThan(1);
        }
        assertTotals(hourly, all);
    }

    @Test
    void extremesAreExactForAnyNumbers() {
        List<String> numbers = List.of(
                "5",
                "4294967297",
                "2147483648",
                "9007199254740993",
                "-4294967297",
                "9223372036854775807",
                "0.5",
                "9223372036854775808",
                "-9223372036854775809",
                "1E+30",
                "-0.000000000000000000000000000001",
                "-1E+6000",
                "9.999999999999999999999999999999999E+6144",
                "-3");
        long seq = 0;
        List<Event> all = new ArrayList<>();
        for (String number : numbers) {
            all.add(sale(number));
            rollups.apply("l00", ++seq, fold(hourly, List.of(sale(number))));
            assertHolds(hourly, fold(hourly, all), number);
        }
        for (String number : List.of("4294967296", "4294967295", "-4294967296", "1E+10", "10000000001")) {
            Aggregation other = Folding.hourly(target());
            rollups.apply("l00", 1, fold(other, List.of(sale("4294967296.5"))));
            rollups.apply("l00", 2, fold(other, List.of(sale(number))));
            assertHolds(other, fold(other, List.of(sale("4294967296.5"), sale(number))), number);
        }
    }

    @Test
    void aSumOfZeroIsNotNone() {
        rollups.apply("l00", 1, fold(hourly, List.of(sale("5"), sale("0.00"))));
        rollups.apply("l00", 2, fold(hourly, List.of(sale("-5"), sale(Map.of("c", "x", "zero", BigDecimal.ZERO)))));
        Told sum = only(hourly, new Metric.Sum("amount"));
        assertThat(sum.fieldCount()).isEqualTo(3);
        assertThat(sum.sum().value()).isZero();
        assertThat(only(hourly, new Metric.CompoundSum("zero", "c")).compoundSums())
                .containsOnlyKeys("x");
        assertThat(only(hourly, new Metric.Sum("unknown")).fieldCount()).isZero();
        assertThat(only(hourly, new Metric.Minimum("unknown")).min()).isNull();
        assertThat(only(hourly, new Metric.Category("unknown")).categories()).isEmpty();
    }

    @Test
    void lanesThatCreateTheSameDocumentsLoseNothing() throws Exception {
        int lanes = 8;
        int batches = 4;
        List<List<Event>> ofLanes = new ArrayList<>();
        List<Event> all = new ArrayList<>();
        for (int lane = 0; lane < lanes; lane++) {
            List<Event> events = new ArrayList<>();
            for (int i = 0; i < 200; i++) {
                Map<String, @Nullable Object> payload =
                        Map.of("amount", new BigDecimal(lane + "." + i), "currency", "c" + i % 7);
                events.add(Folding.event(
                        "t" + i % 3, i % 5 * HOUR, payload, new Attribution("user", Integer.toString(i % 30))));
            }
            ofLanes.add(events);
            for (int batch = 0; batch < batches; batch++) {
                all.addAll(events);
            }
        }
        atOnce(lanes, lane -> () -> {
            Rollups process = lane % 2 == 0 ? rollups : rollups();
            for (int seq = 1; seq <= batches; seq++) {
                process.apply("l0" + lane, seq, fold(hourly, ofLanes.get(lane)));
            }
            return true;
        });
        assertHolds(hourly, fold(hourly, all), "race");
    }

    @Test
    void partitionsHoldTheirBuckets() {
        Aggregation partitioned =
                Folding.aggregation(target(), Granularity.HOUR, new Aggregation.Partition(true, 3), 1_000);
        List<Event> events = IntStream.range(-10, 10)
                .mapToObj(i -> Folding.event("sale", i * HOUR + 5, Map.of("amount", new BigDecimal(i))))
                .toList();
        rollups.apply("l00", 1, fold(partitioned, events));
        assertHolds(partitioned, fold(partitioned, events), "partitions");
        List<Long> buckets = new ArrayList<>();
        scan(
                partition(partitioned),
                total(partitioned),
                new TimeRange(-4 * HOUR, 5 * HOUR),
                new Metric.Count(),
                found -> buckets.add(found.bucketMillis()));
        assertThat(buckets)
                .containsExactlyElementsOf(
                        IntStream.range(-4, 5).mapToObj(i -> i * HOUR).toList());
    }

    @Test
    void manyDocumentsInOneBatch() {
        int documents = 5_500; // beyond one bulk
        List<Event> events = IntStream.range(0, documents)
                .mapToObj(i -> Folding.event("sale", i * HOUR, Map.of("amount", new BigDecimal("0.1"))))
                .toList();
        rollups.apply("l00", 1, fold(hourly, events));
        rollups.apply("l00", 1, fold(hourly, events));
        rollups.apply("l00", 2, fold(hourly, events));
        ExactSum sum = new ExactSum();
        List<Long> buckets = new ArrayList<>();
        scan(partition(hourly), total(hourly), new TimeRange(0, documents * HOUR), new Metric.Sum("amount"), found -> {
            assertThat(found.count()).isEqualTo(2);
            buckets.add(found.bucketMillis());
            sum.add(found.sum());
        });
        assertThat(buckets).hasSize(documents).isSorted();
        assertThat(sum.value()).isEqualByComparingTo("1100");
    }

    @Test
    void namesMayBeAnything() {
        String long1 = "n".repeat(10_000);
        List<String> names =
                List.of("", ".", "a.b", "$", "$inc", "%", "%25", "\0", "_id", "__other__", "%5F_other__", "ä😀", long1);
        List<Event> events = new ArrayList<>();
        for (String name : names) {
            events.add(sale(Map.of("f" + name, new BigDecimal("1.5"), name, name + "x", "c", name)));
            events.add(sale(Map.of(name, BigDecimal.TEN, "c" + name, true)));
            events.add(Folding.event("t" + name, 0, Map.of(), new Attribution("x" + name, "y" + name)));
        }
        rollups.apply("l00", 1, fold(hourly, events));
        rollups.apply("l01", 1, fold(hourly, events));
        assertHolds(hourly, fold(hourly, concat(events, events)), "names");
    }

    /** A client's {@code __other__} is a value like any other. */
    @Test
    void whatIsBeyondTheLimitIsCountedUnderOther() {
        Aggregation three = limited(3);
        List<Event> all = new ArrayList<>();
        for (int seq = 1; seq <= 6; seq++) {
            List<Event> batch = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                String value = i == 0 ? "__other__" : "v" + (seq * i) % 9;
                batch.add(sale(Map.of("amount", new BigDecimal(seq + "." + i), "c", value, "d", i % 2 == 0)));
            }
            Rollups process = seq % 2 == 0 ? rollups : rollups();
            process.apply("l0" + seq % 3, seq, fold(three, batch));
            process.apply("l0" + seq % 3, seq, fold(three, batch));
            all.addAll(batch);
        }
        assertTotals(three, all);
        assertThat(only(three, new Metric.Category("d")).categories()).isEqualTo(Map.of("true", 12L, "false", 12L));
        // The client's own and the rest are shown as one.
        assertThat(only(three, new Metric.Category("c")).categories())
                .hasSize(3)
                .containsKey(StoredName.OTHER);
    }

    @Test
    void aBatchWithMoreNewValuesThanTheLimit() {
        Aggregation limited = limited(100);
        List<Event> first = sales(1_000, i -> "v" + i);
        List<Event> second = sales(1_000, i -> "v" + (i + 500));
        rollups.apply("l00", 1, fold(limited, first));
        rollups.apply("l01", 1, fold(limited, second));
        rollups.apply("l00", 1, fold(limited, first));
        assertTotals(limited, concat(first, second));
        Told stored = only(limited, new Metric.Category("c"));
        assertThat(stored.categories()).hasSize(101).containsKey(StoredName.OTHER);
        assertThat(stored.others()).isEqualTo(stored.categories().get(StoredName.OTHER));
    }

    @Test
    void lanesThatAddValuesAtOnceStayWithinTheLimit() throws Exception {
        Aggregation limited = limited(50);
        int lanes = 6;
        List<Event> all = new ArrayList<>();
        List<List<List<Event>>> batches = new ArrayList<>();
        for (int lane = 0; lane < lanes; lane++) {
            batches.add(new ArrayList<>());
            for (int seq = 0; seq < 10; seq++) {
                int from = lane * 100 + seq * 7;
                List<Event> batch = sales(20, i -> "v" + (from + i));
                batches.get(lane).add(batch);
                all.addAll(batch);
            }
        }
        atOnce(lanes, lane -> () -> {
            Rollups process = lane % 2 == 0 ? rollups : rollups();
            for (int seq = 0; seq < 10; seq++) {
                process.apply(
                        "l0" + lane, seq + 1, fold(limited, batches.get(lane).get(seq)));
            }
            return true;
        });
        assertTotals(limited, all);
        assertThat(only(limited, new Metric.Category("c")).categories()).hasSizeLessThanOrEqualTo(51);
    }

    /** Numeric and categorical fields. */
    @Test
    void fieldsBeyondAThousandAreCountedUnderOther() {
        int names = 2_500;
        List<Event> events = new ArrayList<>();
        for (int i = 0; i < names; i++) {
            events.add(sale(Map.of("n" + i, new BigDecimal("1.25"), "c" + i, "x", "amount", BigDecimal.ONE)));
        }
        int seq = 0;
        for (List<Event> batch : Folding.split(events, new Random(5))) {
            rollups.apply("l00", ++seq, fold(hourly, batch));
            rollups.apply("l00", seq, fold(hourly, batch));
        }
        assertThat(only(hourly, new Metric.Count()).count()).isEqualTo(names);
        assertThat(only(hourly, new Metric.Sum("amount")).sum().value()).isEqualByComparingTo("" + names);
        ExactSum kept = new ExactSum();
        long values = 0;
        int fields = 0;
        for (int i = 0; i < names; i++) {
            kept.add(only(hourly, new Metric.Sum("n" + i)).sum());
            long counted =
                    only(hourly, new Metric.Category("c" + i)).categories().getOrDefault("x", 0L);
            values += counted;
            fields += counted > 0 ? 1 : 0;
        }
        assertThat(fields).isEqualTo(1_000);
        long numbersKept = kept.value().divide(new BigDecimal("1.25")).longValueExact();
        assertThat(numbersKept).isEqualTo(999);
        assertThat(only(hourly, new Metric.Count()).others()).isEqualTo(2L * names - values - numbersKept);
    }

    @Test
    void leavesFlagsAndSketchesAreReadBackInAllLevels() {
        for (int seed = 0; seed < 6; seed++) {
            Random random = new Random(seed);
            Aggregation sketched = Folding.sketched(target(), 10_000);
            List<Event> all = new ArrayList<>();
            for (int seq = 1; seq <= 3; seq++) {
                List<Event> batch = Folding.manifoldEvents(random, 150);
                rollups.apply("l00", seq, levels(sketched, batch));
                rollups.apply("l00", seq, levels(sketched, batch));
                all.addAll(batch);
            }
            for (RollupDelta delta : levels(sketched, all)) {
                assertThat(Facts.of(read(sketched, delta))).as("seed " + seed).isEqualTo(Facts.of(delta));
            }
        }
    }

    @Test
    void leavesAndFlagsBeyondTheirLimitsKeepTheirTotals() {
        Aggregation few = Folding.sketched(target(), 30);
        List<Event> all = new ArrayList<>();
        for (int seq = 1; seq <= 5; seq++) {
            List<Event> batch = new ArrayList<>();
            for (int i = 0; i < 300; i++) {
                Map<String, @Nullable Object> payload = new HashMap<>(
                        Map.of("amount", new BigDecimal("0.25"), "a", "a" + seq + i % 20, "paid", i % 3 == 0));
                if (i % 2 == 0) {
                    payload.put("b", "b" + i);
                }
                batch.add(Folding.event("sale", HOUR + seq * 300 + i, payload));
            }
            rollups.apply("l00", seq, levels(few, batch));
            rollups.apply("l00", seq, levels(few, batch));
            all.addAll(batch);
        }
        RollupDelta delta = fold(few, all).iterator().next();
        RollupNumbers stored = read(few, delta);
        assertThat(stored.leaves()).hasSize(32);
        Map<Set<String>, Long> byFields = new HashMap<>();
        ExactSum sum = new ExactSum();
        stored.leaves().forEach((leaf, stats) -> {
            byFields.merge(Leaf.parse(leaf).keySet(), stats.count(), Long::sum);
            sum.add(stats.sum("amount"));
        });
        assertThat(byFields).isEqualTo(Map.of(Set.of("a", "paid"), 750L, Set.of("a", "b", "paid"), 750L));
        assertThat(sum.value()).isEqualByComparingTo("375");
        RollupNumbers.OfFlag flag = stored.flags().get("paid");
        assertThat(flag.values()).hasSize(1_000);
        assertThat(flag.truncated()).isTrue();
        assertThat(stored.categories().get("paid").get("true").count()).isEqualTo(500);
        assertThat(stored.count()).isEqualTo(1_500);
    }

    @Test
    void allAttributionsOfATypeAreReadTogether() {
        Aggregation sketched = Folding.sketched(target(), 10_000);
        List<Event> events = new ArrayList<>(Folding.manifoldEvents(new Random(2), 200));
        String longName = "l".repeat(300);
        events.add(Folding.event("sale", 1, Map.of(), new Attribution("user", longName)));
        events.add(Folding.event("sale", 1, Map.of(), new Attribution("campaign", "x")));
        rollups.apply("l00", 1, levels(sketched, events));
        Map<String, Map<String, Object>> expected = new HashMap<>();
        for (RollupDelta delta : fold(sketched, events)) {
            SeriesKey series = delta.target().series();
            if (series.attributionType().equals("user") && delta.target().bucketMillis() < 2 * HOUR) {
                expected.put(
                        ShortText.cut(String.valueOf(series.attributionValue()))
                                + delta.target().bucketMillis(),
                        Facts.of(delta));
            }
        }
        Map<String, Map<String, Object>> found = new HashMap<>();
        attributions()
                .scan(
                        partition(sketched),
                        new SeriesKey(sketched.id(), 1, Granularity.HOUR, "user", null),
                        new TimeRange(0, 2 * HOUR),
                        Facts.SELECTION,
                        rollup -> found.put(rollup.attribution() + rollup.bucketMillis(), Facts.of(rollup.numbers())));
        assertThat(found).hasSizeGreaterThan(6).isEqualTo(expected);
    }

    private static List<RollupDelta> levels(Aggregation aggregation, List<Event> events) {
        RollupFold fold = new RollupFold();
        events.forEach(event -> fold.add(event, aggregation, new FieldMetrics().generate(event, aggregation)));
        return fold.deltasOfAllLevels();
    }

    private RollupNumbers read(Aggregation aggregation, RollupDelta delta) {
        RollupDelta.Target target = delta.target();
        Granularity width = target.series().width();
        List<StoredRollup> found = new ArrayList<>();
        scan.scan(
                RollupFold.partition(aggregation, width),
                target.series(),
                new TimeRange(target.bucketMillis(), target.bucketMillis() + width.widthMillis()),
                Facts.SELECTION,
                found::add);
        assertThat(found).hasSize(1);
        return found.get(0).numbers();
    }

    /** By few, but very long names of fields. */
    @Test
    void aDocumentThatIsFullGoesOnUnderOther() {
        List<Event> all = new ArrayList<>();
        for (int seq = 1; seq <= 10; seq++) {
            List<Event> batch = longFields(all.size(), 20);
            rollups.apply("l0" + seq % 2, seq, fold(hourly, batch));
            rollups.apply("l0" + seq % 2, seq, fold(hourly, batch));
            all.addAll(batch);
        }
        assertTotals(hourly, all);
        assertNamed(all);
        List<Event> known = longFields(0, 10);
        rollups.apply("l00", 100, fold(hourly, known));
        all.addAll(known);
        assertTotals(hourly, all);
        assertNamed(all);
    }

    /** Until not even what stands for the rest would fit. */
    @Test
    void aDocumentThatIsFilledSlowlyGoesOnUnderOther() {
        List<Event> all = new ArrayList<>();
        long seq = 0;
        for (int size : new int[] {60, 60, 30, 10, 2, 2, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1}) {
            List<Event> batch = longFields(all.size(), size);
            rollups.apply("l00", ++seq, fold(hourly, batch));
            all.addAll(batch);
        }
        for (int i = 0; i < 100; i++) {
            // Each with another limb and other names, always longer ones.
            String name = "n".repeat(1 + i * i / 2) + i;
            List<Event> batch =
                    List.of(sale(Map.of("amount", new BigDecimal("1E" + 9 * i), name, "x", "c", "c" + i % 5)));
            rollups.apply("l00", ++seq, fold(hourly, batch));
            all.addAll(batch);
        }
        assertTotals(hourly, all);
        assertNamed(all);
    }

    private static List<Event> longFields(int from, int fields) {
        List<Event> events = new ArrayList<>();
        for (int i = from; i < from + fields; i++) {
            String name = i + "f".repeat(50_000);
            events.add(sale(Map.of("amount", new BigDecimal("0.01"), name, "x", "c", "c" + i % 3)));
        }
        return events;
    }

    /** What has its name, and what is counted as having none, is all there is: two values an event. */
    private void assertNamed(List<Event> events) {
        Set<String> fields = new HashSet<>();
        events.forEach(event -> fields.addAll(event.payload().keySet()));
        fields.remove("amount");
        long named = 0;
        for (String field : fields) {
            for (Map.Entry<String, Long> value :
                    only(hourly, new Metric.Category(field)).categories().entrySet()) {
                named += value.getKey().equals(StoredName.OTHER) ? 0 : value.getValue();
            }
        }
        long unnamed = only(hourly, new Metric.Count()).others();
        assertThat(unnamed).isPositive();
        assertThat(named + unnamed).isEqualTo(2L * events.size());
    }

    @Test
    void aBatchLargerThanADocument() {
        Aggregation wide = limited(100_000);
        List<Event> batch = sales(40_000, RollupsContract::longValue);
        rollups.apply("l00", 1, fold(wide, batch));
        rollups.apply("l00", 1, fold(wide, batch));
        assertTotals(wide, batch);
        assertThat(only(wide, new Metric.Category("c")).categories()).hasSizeGreaterThan(1_000);
    }

    private static String longValue(int number) {
        String text = Integer.toString(number);
        return text + "v".repeat(190 - text.length());
    }

    private static List<Event> sales(int events, IntFunction<String> value) {
        List<Event> batch = new ArrayList<>();
        for (int i = 0; i < events; i++) {
            batch.add(sale(Map.of("amount", new BigDecimal("0.01"), "c", value.apply(i))));
        }
        return batch;
    }

    private static List<Event> concat(List<Event> one, List<Event> other) {
        return Stream.concat(one.stream(), other.stream()).toList();
    }

    /** COUNT and SUM are exact; CATEGORY and COMPOUND_SUM add up to them, and what is named is exact or less. */
    private void assertTotals(Aggregation aggregation, List<Event> events) {
        RollupDelta expected = fold(aggregation, events).iterator().next();
        Told stored = only(aggregation, new Metric.Sum("amount"));
        assertThat(stored.count()).isEqualTo(events.size());
        assertThat(stored.fieldCount()).isEqualTo(events.size());
        assertThat(stored.sum().value())
                .isEqualByComparingTo(expected.numbers().get("amount").sum().value());
        Map<String, Long> categories = new HashMap<>();
        long withC = events.stream().filter(e -> e.payload().containsKey("c")).count();
        Told byCategory = only(aggregation, new Metric.Category("c"));
        categories.putAll(byCategory.categories());
        assertThat(categories.values().stream().mapToLong(n -> n).sum()).isEqualTo(withC);
        Told compound = only(aggregation, new Metric.CompoundSum("amount", "c"));
        assertThat(compound.compoundSums().keySet()).isEqualTo(categories.keySet());
        ExactSum sum = new ExactSum();
        compound.compoundSums().values().forEach(sum::add);
        ExactSum expectedSum = new ExactSum();
        Map<String, RollupDelta.CategoryStats> values = expected.categories().get("c");
        values.values().forEach(value -> expectedSum.add(value.sums().get("amount")));
        assertThat(sum.value()).isEqualByComparingTo(expectedSum.value());
        categories.forEach((value, count) -> {
            if (!value.equals(StoredName.OTHER)) {
                assertThat(count).isBetween(1L, values.get(value).count());
            }
        });
        long unnamed = categories.getOrDefault(StoredName.OTHER, 0L);
        if (!values.containsKey(StoredName.OTHER)) {
            assertThat(byCategory.others()).isGreaterThanOrEqualTo(unnamed);
        }
    }

    private void scan(Partition partition, SeriesKey series, TimeRange range, Metric metric, Consumer<Told> to) {
        scan.scan(partition, series, range, Selection.of(metric), rollup -> to.accept(Told.of(rollup, metric)));
    }

    private Told only(Aggregation aggregation, Metric metric) {
        List<Told> found = new ArrayList<>();
        scan(partition(aggregation), total(aggregation), new TimeRange(HOUR, 2 * HOUR), metric, found::add);
        assertThat(found).hasSize(1);
        return found.get(0);
    }

    private static Partition partition(Aggregation aggregation) {
        return RollupFold.partition(aggregation);
    }

    private static SeriesKey total(Aggregation aggregation) {
        return new SeriesKey(aggregation.id(), 1, aggregation.granularity(), Attribution.TOTAL, null);
    }

    /** Every number of every document, and no document more in the buckets around. */
    private void assertHolds(Aggregation aggregation, Collection<RollupDelta> expected, String what) {
        Map<SeriesKey, Set<String>> documents = new HashMap<>();
        Set<String> found = new HashSet<>();
        for (RollupDelta delta : expected) {
            documents
                    .computeIfAbsent(delta.target().series(), series -> new HashSet<>())
                    .add(document(delta.target().bucketMillis(), delta.target().eventType()));
            assertHolds(aggregation, delta, what);
        }
        documents.forEach((series, buckets) -> {
            found.clear();
            scan(
                    partition(aggregation),
                    series,
                    new TimeRange(-12 * HOUR, 12 * HOUR),
                    new Metric.Count(),
                    one -> found.add(document(one.bucketMillis(), one.eventType())));
            buckets.removeIf(bucket -> Long.parseLong(bucket.substring(0, bucket.indexOf(' '))) >= 12 * HOUR);
            assertThat(found).as(what).isEqualTo(buckets);
        });
    }

    private static String document(long bucketMillis, String type) {
        return bucketMillis + " " + type;
    }

    private void assertHolds(Aggregation aggregation, RollupDelta delta, String what) {
        assertThat(stored(aggregation, delta, new Metric.Count()).count())
                .as(what)
                .isEqualTo(delta.count());
        delta.numbers().forEach((field, stats) -> {
            Told sum = stored(aggregation, delta, new Metric.Average(field));
            assertThat(sum.fieldCount()).as(what).isEqualTo(stats.count());
            assertThat(sum.sum().value()).as(what).isEqualTo(stats.sum().value());
            assertThat(stored(aggregation, delta, new Metric.Minimum(field)).min())
                    .as(what)
                    .isEqualByComparingTo(stats.min());
            assertThat(stored(aggregation, delta, new Metric.Maximum(field)).max())
                    .as(what)
                    .isEqualByComparingTo(stats.max());
        });
        delta.categories().forEach((field, values) -> {
            Map<String, Long> counts = new HashMap<>();
            Map<String, Map<String, BigDecimal>> sums = new HashMap<>();
            values.forEach((value, stats) -> {
                counts.put(value, stats.count());
                stats.sums().forEach((number, sum) -> sums.computeIfAbsent(number, n -> new HashMap<>())
                        .put(value, sum.value()));
            });
            assertThat(stored(aggregation, delta, new Metric.Category(field)).categories())
                    .as(what)
                    .isEqualTo(counts);
            sums.forEach((number, expected) -> {
                Map<String, BigDecimal> stored = new HashMap<>();
                stored(aggregation, delta, new Metric.CompoundSum(number, field))
                        .compoundSums()
                        .forEach((value, sum) -> stored.put(value, sum.value()));
                assertThat(stored).as(what).isEqualTo(expected);
            });
        });
    }

    private Told stored(Aggregation aggregation, RollupDelta delta, Metric metric) {
        RollupDelta.Target target = delta.target();
        List<Told> found = new ArrayList<>();
        scan(
                partition(aggregation),
                target.series(),
                new TimeRange(
                        target.bucketMillis(),
                        target.bucketMillis() + aggregation.granularity().widthMillis()),
                metric,
                one -> {
                    if (one.eventType().equals(target.eventType())) {
                        found.add(one);
                    }
                });
        assertThat(found).hasSize(1);
        assertThat(found.get(0).bucketMillis()).isEqualTo(target.bucketMillis());
        assertThat(found.get(0).source()).isEqualTo(target.source());
        return found.get(0);
    }

    private static void atOnce(int threads, IntFunction<Callable<Boolean>> work) throws Exception {
        ExecutorService pool = Executors.newFixedThreadPool(threads);
        try {
            CyclicBarrier start = new CyclicBarrier(threads);
            List<Future<Boolean>> running = new ArrayList<>();
            for (int t = 0; t < threads; t++) {
                Callable<Boolean> one = work.apply(t);
                running.add(pool.submit(() -> {
                    start.await(30, TimeUnit.SECONDS);
                    return one.call();
                }));
            }
            for (Future<Boolean> future : running) {
                assertThat(future.get(120, TimeUnit.SECONDS)).isTrue();
            }
        } finally {
            pool.shutdownNow();
        }
    }
}
