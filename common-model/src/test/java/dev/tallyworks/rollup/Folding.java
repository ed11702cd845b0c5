package dev.tallyworks.rollup;

import dev.tallyworks.Texts;
import dev.tallyworks.definition.Aggregation;
import dev.tallyworks.event.Attribution;
import dev.tallyworks.event.Event;
import dev.tallyworks.event.EventRef;
import dev.tallyworks.metric.EventMetrics;
import dev.tallyworks.metric.FieldMetrics;
import dev.tallyworks.time.Granularity;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import org.jspecify.annotations.Nullable;

/** Events and aggregations for tests of what is folded and stored. */
public final class Folding {
    public static final String SOURCE = "shop";
    public static final long INCARNATION = 3;

    private Folding() {}

    public static Aggregation aggregation(
            String target, Granularity width, Aggregation.Partition partition, int valuesMax) {
        return new Aggregation(
                target.substring("aggr_".length()),
                "report",
                1,
                target,
                width,
                new Aggregation.Filter(List.of(), List.of()),
                partition,
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

    /** With sketches, a coarser level, and few leaves. */
    public static Aggregation sketched(String target, int leavesMax) {
        Aggregation plain = hourly(target);
        return with(
                plain,
                new Aggregation.Limits(1_000, leavesMax),
                List.of(Granularity.DAY),
                new Aggregation.Sketches(List.of("user", "attribution:user"), List.of("amount")));
    }

    /** The same with other limits, levels and sketches. */
    public static Aggregation with(
            Aggregation plain, Aggregation.Limits limits, List<Granularity> rollupTo, Aggregation.Sketches sketches) {
        return new Aggregation(
                plain.id(),
                plain.report(),
                plain.generation(),
                plain.targetCollection(),
                plain.granularity(),
                plain.filter(),
                plain.partition(),
                plain.retention(),
                plain.fields(),
                limits,
                true,
                rollupTo,
                sketches,
                false,
                plain.createdAt(),
                plain.updatedAt());
    }

    /** Events with leaves, flags and what sketches take. */
    public static List<Event> manifoldEvents(Random random, int events) {
        List<Event> made = new ArrayList<>();
        for (int i = 0; i < events; i++) {
            Map<String, @Nullable Object> payload = new HashMap<>();
            payload.put("amount", new BigDecimal(BigInteger.valueOf(random.nextInt(2_000_000) - 500_000), 3));
            if (random.nextInt(4) > 0) {
                payload.put(
                        "user", random.nextBoolean() ? "u" + random.nextInt(50) : new BigDecimal(random.nextInt(50)));
            }
            if (random.nextBoolean()) {
                payload.put("paid", random.nextBoolean());
            }
            payload.put("c.ountry", random.nextInt(3) == 0 ? "" : "%" + random.nextInt(4));
            if (random.nextBoolean()) {
                payload.put("", "__other__");
            }
            made.add(event(
                    "sale",
                    random.nextInt(3) * 3_600_000L + random.nextInt(20),
                    payload,
                    new Attribution("user", "a" + random.nextInt(5))));
        }
        return made;
    }

    public static Aggregation hourly(String target) {
        return aggregation(target, Granularity.HOUR, new Aggregation.Partition(false, 0), 1_000);
    }

    public static Event event(
            String type, long timestampMillis, Map<String, @Nullable Object> payload, Attribution... attributions) {
        return new Event(
                new EventRef(SOURCE, INCARNATION, "u"),
                type,
                timestampMillis,
                timestampMillis,
                payload,
                List.of(attributions),
                1,
                100);
    }

    public static Collection<RollupDelta> fold(Aggregation aggregation, Collection<Event> events) {
        RollupFold fold = new RollupFold();
        for (Event event : events) {
            EventMetrics metrics = new FieldMetrics().generate(event, aggregation);
            fold.add(event, aggregation, metrics);
        }
        return fold.deltas();
    }

    /** Few names, types, buckets and attributions, so that much falls together; any numbers. */
    public static Arbitrary<List<Event>> events() {
        Arbitrary<String> names = Arbitraries.of("amount", "a.b", "$", "", "__other__", "n\0");
        Arbitrary<String> texts = Arbitraries.oneOf(Arbitraries.of("EUR", "USD", "", "__other__", "."), Texts.any());
        Arbitrary<Object> values = Arbitraries.oneOf(
                Texts.decimals().map(number -> number), texts.map(text -> text), Arbitraries.of(true, false));
        Arbitrary<Attribution> attributions = Combinators.combine(
                        Arbitraries.of("user", "$x"), Arbitraries.of("1", "2"))
                .as(Attribution::new);
        return Combinators.combine(
                        Arbitraries.of("sale", "refund"),
                        Arbitraries.of(-3_600_001L, -1L, 0L, 1_700_000_000_000L),
                        Arbitraries.maps(names, values).ofMaxSize(5),
                        attributions.set().ofMaxSize(2))
                .as((type, at, payload, of) -> event(type, at, new HashMap<>(payload), of.toArray(Attribution[]::new)))
                .list()
                .ofMaxSize(20);
    }

    /** As {@link #events}, for tests that are no properties. */
    public static List<Event> someEvents(Random random) {
        List<String> names = List.of("amount", "a.b", "$", "", "__other__", "n\0");
        List<Object> values = List.of("EUR", "USD", "", "__other__", ".", true, false);
        long[] times = {-3_600_001L, -1L, 0L, 7_200_000L};
        List<Event> events = new ArrayList<>();
        for (int i = random.nextInt(30); i >= 0; i--) {
            Map<String, @Nullable Object> payload = new HashMap<>();
            for (int fields = random.nextInt(5); fields > 0; fields--) {
                Object value = random.nextBoolean()
                        ? new BigDecimal(new BigInteger(110, random).negate(), random.nextInt(80) - 40)
                        : values.get(random.nextInt(values.size()));
                payload.put(names.get(random.nextInt(names.size())), value);
            }
            Attribution attribution = new Attribution("user", Integer.toString(random.nextInt(2)));
            events.add(event(
                    random.nextBoolean() ? "sale" : "refund",
                    times[random.nextInt(times.length)],
                    payload,
                    random.nextBoolean() ? new Attribution[] {attribution} : new Attribution[0]));
        }
        return events;
    }

    /** A batch in parts, in order. */
    public static <T> List<List<T>> split(List<T> whole, Random random) {
        List<List<T>> parts = new ArrayList<>();
        int from = 0;
        while (from < whole.size()) {
            int to = from + 1 + random.nextInt(whole.size() - from);
            parts.add(whole.subList(from, to));
            from = to;
        }
        return parts;
    }
}
