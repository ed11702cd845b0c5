package dev.tallyworks.rollup;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tallyworks.definition.Aggregation;
import dev.tallyworks.event.Attribution;
import dev.tallyworks.event.Event;
import dev.tallyworks.metric.ExactSum;
import dev.tallyworks.metric.FieldMetrics;
import dev.tallyworks.metric.Leaf;
import dev.tallyworks.metric.PercentileSketch;
import dev.tallyworks.time.Granularity;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

class RollupFoldTest {
    private static final Aggregation HOURLY = Folding.hourly("aggr_fold");

    @Provide
    Arbitrary<List<Event>> events() {
        return Folding.events();
    }

    @Property(tries = 500)
    void orderIsFree(@ForAll("events") List<Event> events, @ForAll Random random) {
        List<Event> shuffled = new ArrayList<>(events);
        Collections.shuffle(shuffled, random);
        assertThat(facts(Folding.fold(HOURLY, shuffled))).isEqualTo(facts(Folding.fold(HOURLY, events)));
    }

    @Property(tries = 500)
    void foldingEqualsARecountOfEachDocument(@ForAll("events") List<Event> events) {
        Collection<RollupDelta> deltas = Folding.fold(HOURLY, events);
        assertThat(deltas)
                .extracting(delta -> HexFormat.of().formatHex(delta.id()))
                .doesNotHaveDuplicates();
        int documents = 0;
        for (RollupDelta delta : deltas) {
            RollupDelta.Target target = delta.target();
            List<Event> counted = events.stream()
                    .filter(event -> event.type().equals(target.eventType())
                            && Granularity.HOUR.bucketStartMillis(event.timestampMillis()) == target.bucketMillis()
                            && isOf(event, target.series()))
                    .toList();
            assertThat(facts(delta)).isEqualTo(recount(counted));
            documents += counted.size();
        }
        assertThat(documents)
                .isEqualTo(events.stream()
                        .mapToInt(e -> 1 + e.attributions().size())
                        .sum());
    }

    private static boolean isOf(Event event, SeriesKey series) {
        String value = series.attributionValue();
        return value == null
                ? series.attributionType().equals(Attribution.TOTAL)
                : event.attributions().contains(new Attribution(series.attributionType(), value));
    }

    /** Without any of the code under test. */
    private static Map<String, Object> recount(List<Event> events) {
        Map<String, Object> facts = new TreeMap<>();
        facts.put("count", (long) events.size());
        for (Event event : events) {
            event.payload().forEach((field, value) -> {
                if (value instanceof BigDecimal number) {
                    facts.merge("n " + field, 1L, RollupFoldTest::addFacts);
                    facts.merge("sum " + field, plain(number), RollupFoldTest::addFacts);
                    facts.merge("min " + field, plain(number), (a, b) -> ((BigDecimal) a).min((BigDecimal) b));
                    facts.merge("max " + field, plain(number), (a, b) -> ((BigDecimal) a).max((BigDecimal) b));
                } else if (value != null) {
                    facts.merge("cat " + field + "=" + value, 1L, RollupFoldTest::addFacts);
                    event.payload().forEach((other, beside) -> {
                        if (beside instanceof BigDecimal number) {
                            String name = "compound " + other + " by " + field + "=" + value;
                            facts.merge(name, plain(number), RollupFoldTest::addFacts);
                        }
                    });
                }
            });
        }
        return facts;
    }

    private static Object addFacts(Object one, Object other) {
        return one instanceof BigDecimal number ? plain(number.add((BigDecimal) other)) : (Long) one + (Long) other;
    }

    private static BigDecimal plain(BigDecimal number) {
        return number.signum() == 0 ? BigDecimal.ZERO : number.stripTrailingZeros();
    }

    private static Map<String, Map<String, Object>> facts(Collection<RollupDelta> deltas) {
        Map<String, Map<String, Object>> all = new TreeMap<>();
        deltas.forEach(delta -> all.put(delta.toString(), facts(delta)));
        return all;
    }

    private static Map<String, Object> facts(RollupDelta delta) {
        Map<String, Object> facts = new TreeMap<>();
        facts.put("count", delta.count());
        delta.numbers().forEach((field, stats) -> {
            facts.put("n " + field, stats.count());
            facts.put("sum " + field, stats.sum().value());
            facts.put("min " + field, plain(stats.min()));
            facts.put("max " + field, plain(stats.max()));
        });
        delta.categories()
                .forEach((field, values) -> values.forEach((value, stats) -> {
                    facts.put("cat " + field + "=" + value, stats.count());
                    for (Map.Entry<String, ExactSum> sum : stats.sums().entrySet()) {
                        facts.put(
                                "compound " + sum.getKey() + " by " + field + "=" + value,
                                sum.getValue().value());
                    }
                }));
        return facts;
    }

    @Test
    void leavesFlagsAndSamplesEqualARecount() {
        Aggregation sketched = Folding.sketched("aggr_kinds", 10_000);
        for (int seed = 0; seed < 20; seed++) {
            List<Event> events = Folding.manifoldEvents(new Random(seed), 200);
            for (RollupDelta delta : Folding.fold(sketched, events)) {
                List<Event> counted = events.stream()
                        .filter(event -> Granularity.HOUR.bucketStartMillis(event.timestampMillis())
                                        == delta.target().bucketMillis()
                                && isOf(event, delta.target().series()))
                        .toList();
                Map<Map<String, String>, Long> leaves = new HashMap<>();
                Map<Long, Long> flags = new HashMap<>();
                Map<Integer, Long> samples = new HashMap<>();
                for (Event event : counted) {
                    Map<String, String> texts = new TreeMap<>();
                    event.payload().forEach((field, value) -> {
                        if (!(value instanceof BigDecimal)) {
                            texts.put(field, String.valueOf(value));
                        }
                    });
                    leaves.merge(texts, 1L, Long::sum);
                    if (event.payload().containsKey("paid")) {
                        flags.merge(event.timestampMillis(), 1L, Long::sum);
                    }
                    samples.merge(
                            PercentileSketch.bucket((BigDecimal) event.payload().get("amount")), 1L, Long::sum);
                }
                Map<Map<String, String>, Long> folded = new HashMap<>();
                delta.leaves().forEach((leaf, stats) -> folded.put(Leaf.parse(leaf), stats.count()));
                assertThat(folded).isEqualTo(leaves);
                RollupNumbers.OfFlag read = new RollupNumbers.OfFlag();
                delta.flags()
                        .getOrDefault("paid", Map.of())
                        .forEach((key, times) ->
                                RollupDelta.Flag.read(read, delta.target().bucketMillis(), key, times));
                Map<Long, Long> flagged = new HashMap<>();
                read.values().forEach((at, values) -> flagged.put(at, values.trues() + values.falses()));
                assertThat(flagged).isEqualTo(flags);
                assertThat(delta.percentiles().get("amount").counts()).isEqualTo(samples);
            }
        }
    }

    @Test
    void coarserLevelsHoldTheSameWithoutFlags() {
        Aggregation sketched = Folding.sketched("aggr_levels", 10_000);
        List<Event> events = Folding.manifoldEvents(new Random(3), 300);
        RollupFold fold = new RollupFold();
        events.forEach(event -> fold.add(event, sketched, new FieldMetrics().generate(event, sketched)));
        Aggregation daily = Folding.aggregation("aggr_levels", Granularity.DAY, sketched.partition(), 1_000);
        Aggregation dailySketched = Folding.with(daily, sketched.limits(), List.of(), sketched.sketches());
        Map<String, Map<String, Object>> expected = new TreeMap<>();
        Folding.fold(dailySketched, events).forEach(delta -> {
            Map<String, Object> facts = new TreeMap<>(Facts.of(delta));
            facts.keySet().removeIf(name -> name.startsWith("flag"));
            facts.putAll(facts(delta));
            expected.put(HexFormat.of().formatHex(delta.id()), facts);
        });
        Map<String, Map<String, Object>> levels = new TreeMap<>();
        fold.deltasOfAllLevels().stream()
                .filter(delta -> delta.target().series().width() == Granularity.DAY)
                .forEach(delta -> {
                    assertThat(delta.target().collection()).isEqualTo("aggr_levels.day");
                    Map<String, Object> facts = new TreeMap<>(Facts.of(delta));
                    facts.putAll(facts(delta));
                    levels.put(HexFormat.of().formatHex(delta.id()), facts);
                });
        assertThat(levels).isNotEmpty().isEqualTo(expected);
        assertThat(fold.deltasOfAllLevels()).hasSize(fold.size() + levels.size());
    }

    @Test
    void eachSourceIncarnationTypeBucketAndAttributionIsADocument() {
        List<Event> events = List.of(
                Folding.event("sale", 0, Map.of(), new Attribution("user", "1")),
                Folding.event("sale", 3_599_999, Map.of(), new Attribution("user", "2")),
                Folding.event("sale", -1, Map.of()),
                Folding.event("refund", 0, Map.of()));
        assertThat(Folding.fold(HOURLY, events)).hasSize(5);
    }
}
