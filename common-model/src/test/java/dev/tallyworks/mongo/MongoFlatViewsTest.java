package dev.tallyworks.mongo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.tallyworks.definition.Aggregation;
import dev.tallyworks.definition.Snapshot;
import dev.tallyworks.definition.Source;
import dev.tallyworks.event.Event;
import dev.tallyworks.rollup.Folding;
import dev.tallyworks.rollup.RollupDelta;
import dev.tallyworks.rollup.RollupFold;
import dev.tallyworks.rollup.Selection;
import dev.tallyworks.rollup.SeriesKey;
import dev.tallyworks.rollup.StoredRollup;
import dev.tallyworks.servers.Servers;
import dev.tallyworks.time.Granularity;
import dev.tallyworks.time.TimeRange;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.bson.types.Decimal128;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The views say what questions are answered with; on servers that have views. */
class MongoFlatViewsTest {
    @RegisterExtension
    static final TestDatabase STORE = new TestDatabase();

    private static final TimeRange SOME_HOURS = new TimeRange(0, 4 * 3_600_000L);

    private final MongoFlatViews views = new MongoFlatViews(STORE.database());

    private static Snapshot definitions(long incarnation, Aggregation... aggregations) {
        Source source = new Source(
                Folding.SOURCE,
                incarnation,
                "Shop",
                null,
                List.of(),
                null,
                true,
                Map.of(),
                Source.State.OPEN,
                Instant.EPOCH,
                Instant.EPOCH);
        Map<String, Aggregation> all =
                Stream.of(aggregations).collect(Collectors.toMap(Aggregation::id, Function.identity()));
        return new Snapshot(1, Map.of(source.id(), source), Map.of(), all);
    }

    private static void apply(Aggregation aggregation, long seq, List<Event> events) {
        Collection<RollupDelta> deltas = Folding.fold(aggregation, events);
        new MongoRollups(STORE.database()).apply("l00", seq, deltas);
    }

    private static List<Event> events(int seed) {
        return Folding.manifoldEvents(new Random(seed), 200);
    }

    /** Each document of a view in one line. */
    private static List<String> shown(Aggregation aggregation) {
        return STORE
                .database()
                .getCollection(aggregation.targetCollection() + "_metrics")
                .find()
                .into(new ArrayList<>())
                .stream()
                .map(number -> line(
                        number.getDate("timestamp").getTime(),
                        number.getString("eventType"),
                        number.getString("attributionValue"),
                        number.getString("metric"),
                        number.getString("field"),
                        number.getString("by"),
                        number.getString("category"),
                        number.get("value", Decimal128.class).bigDecimalValue()))
                .toList();
    }

    private static String line(
            long timestampMillis,
            String type,
            @Nullable String attribution,
            String metric,
            @Nullable String field,
            @Nullable String by,
            @Nullable String category,
            BigDecimal value) {
        return timestampMillis + "|" + type + "|" + attribution + "|" + metric + "|" + field + "|" + by + "|" + category
                + "|" + value.stripTrailingZeros().toPlainString();
    }

    private static List<String> expected(Aggregation aggregation) {
        List<String> lines = new ArrayList<>();
        SeriesKey total =
                new SeriesKey(aggregation.id(), aggregation.generation(), aggregation.granularity(), "_total", null);
        addLines(aggregation, total, null, lines);
        for (int user = 0; user < 5; user++) {
            SeriesKey series = new SeriesKey(
                    aggregation.id(), aggregation.generation(), aggregation.granularity(), "user", "a" + user);
            addLines(aggregation, series, "a" + user, lines);
        }
        return lines;
    }

    private static void addLines(
            Aggregation aggregation, SeriesKey series, @Nullable String attribution, List<String> to) {
        new MongoRollupScan(STORE.database())
                .scan(
                        RollupFold.partition(aggregation),
                        series,
                        SOME_HOURS,
                        Selection.ALL,
                        rollup -> addLines(rollup, attribution, to));
    }

    private static void addLines(StoredRollup rollup, @Nullable String attribution, List<String> to) {
        long at = rollup.bucketMillis();
        String type = rollup.eventType();
        to.add(line(
                at,
                type,
                attribution,
                "COUNT",
                null,
                null,
                null,
                BigDecimal.valueOf(rollup.numbers().count())));
        rollup.numbers().numbers().forEach((field, number) -> {
            BigDecimal count = BigDecimal.valueOf(number.count());
            to.add(line(at, type, attribution, "FIELD_COUNT", field, null, null, count));
            to.add(line(
                    at,
                    type,
                    attribution,
                    "SUM",
                    field,
                    null,
                    null,
                    number.sum().value()));
            to.add(line(at, type, attribution, "MIN", field, null, null, number.min()));
            to.add(line(at, type, attribution, "MAX", field, null, null, number.max()));
        });
        rollup.numbers()
                .categories()
                .forEach((field, values) -> values.forEach((value, part) -> {
                    BigDecimal count = BigDecimal.valueOf(part.count());
                    to.add(line(at, type, attribution, "CATEGORY", field, null, value, count));
                    part.sums()
                            .forEach((number, sum) -> to.add(
                                    line(at, type, attribution, "COMPOUND_SUM", number, field, value, sum.value())));
                }));
    }

    @Test
    void showWhatIsInForce() {
        assumeThat(Servers.areGiven()).isTrue();
        Aggregation plain = Folding.hourly("aggr_flat_plain");
        Aggregation cut =
                Folding.aggregation("aggr_flat_cut", Granularity.HOUR, new Aggregation.Partition(true, 1), 1_000);
        apply(plain, 1, events(1));
        apply(cut, 1, events(2));
        views.show(definitions(Folding.INCARNATION, plain, cut));
        assertThat(shown(plain)).hasSizeGreaterThan(200).containsExactlyInAnyOrderElementsOf(expected(plain));
        // Its first partition has come after the view.
        assertThat(shown(cut)).hasSizeGreaterThan(200).containsExactlyInAnyOrderElementsOf(expected(cut));

        apply(plain, 2, events(3));
        assertThat(shown(plain)).containsExactlyInAnyOrderElementsOf(expected(plain));
        apply(cut, 2, List.of(Folding.event("sale", 3 * 3_600_000L, Map.of("amount", BigDecimal.TEN))));
        views.show(definitions(Folding.INCARNATION, plain, cut));
        assertThat(shown(cut)).containsExactlyInAnyOrderElementsOf(expected(cut));
    }

    @Test
    void hideWhatIsNot() {
        assumeThat(Servers.areGiven()).isTrue();
        Aggregation hourly = Folding.hourly("aggr_flat_hidden");
        apply(hourly, 1, events(4));
        STORE.database()
                .getCollection(hourly.targetCollection())
                .insertOne(STORE.database()
                        .getCollection(hourly.targetCollection())
                        .find()
                        .first()
                        .append("_id", "a stray one")
                        .append("generation", 7));
        views.show(definitions(Folding.INCARNATION, hourly));
        assertThat(shown(hourly)).containsExactlyInAnyOrderElementsOf(expected(hourly));
        views.show(definitions(Folding.INCARNATION + 1, hourly));
        assertThat(shown(hourly)).isEmpty();
        views.show(definitions(Folding.INCARNATION));
        assertThat(STORE.database().listCollectionNames().into(new ArrayList<>()))
                .contains(hourly.targetCollection())
                .doesNotContain(hourly.targetCollection() + "_metrics");
    }

    @Test
    void nothingHappensWithoutViews() {
        assumeThat(Servers.areGiven()).isFalse();
        Aggregation hourly = Folding.hourly("aggr_flat_none");
        views.show(definitions(Folding.INCARNATION, hourly));
        assertThat(STORE.database().listCollectionNames().into(new ArrayList<>()))
                .doesNotContain(hourly.targetCollection() + "_metrics");
    }
}
