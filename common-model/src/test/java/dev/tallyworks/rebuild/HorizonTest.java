package dev.tallyworks.rebuild;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tallyworks.definition.Aggregation;
import dev.tallyworks.definition.Generations;
import dev.tallyworks.definition.Retention;
import dev.tallyworks.definition.Snapshot;
import dev.tallyworks.definition.Source;
import dev.tallyworks.time.Granularity;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class HorizonTest {
    private static final Instant NOW = Instant.parse("2023-03-31T12:34:56.789Z");
    private static final long DAY = Granularity.DAY.widthMillis();

    private static Source source(String id, @Nullable Integer hotDays) {
        Retention retention = hotDays == null ? null : new Retention(hotDays, null);
        Instant then = Instant.EPOCH;
        return new Source(id, 1, id, null, List.of(), retention, true, Map.of(), Source.State.OPEN, then, then);
    }

    private static Snapshot defined(Source... sources) {
        return new Snapshot(
                1, Arrays.stream(sources).collect(Collectors.toMap(Source::id, one -> one)), Map.of(), Map.of());
    }

    private static Aggregation.Meaning meaning(List<String> sources, Granularity... coarser) {
        return new Aggregation.Meaning(
                Granularity.MINUTE,
                new Aggregation.Filter(sources, List.of()),
                new Aggregation.Partition(false, 0),
                new Aggregation.Fields(List.of(), List.of()),
                new Aggregation.Limits(10, 10),
                List.of(coarser),
                new Aggregation.Sketches(List.of(), List.of()));
    }

    @Test
    void whatNeverExpiresCanAllBeMadeAnew() {
        Snapshot defined = defined(source("shop", null), source("other", 3));

        assertThat(Horizon.whole(defined, meaning(List.of("shop")), NOW)).isEqualTo(Generations.ALWAYS);
        assertThat(Horizon.millis(defined, meaning(List.of("shop")), NOW)).isEqualTo(Long.MIN_VALUE);
    }

    @Test
    void ofManySourcesTheShortestKeptDecides() {
        Snapshot defined = defined(source("shop", 30), source("other", 3), source("third", null));
        long threeDaysAgo = NOW.toEpochMilli() - 3 * DAY;

        assertThat(Horizon.millis(defined, meaning(List.of()), NOW)).isEqualTo(threeDaysAgo);
        assertThat(Horizon.millis(defined, meaning(List.of("third", "other")), NOW))
                .isEqualTo(threeDaysAgo);
        assertThat(Horizon.millis(defined, meaning(List.of("shop", "third")), NOW))
                .isEqualTo(NOW.toEpochMilli() - 30 * DAY);
    }

    @Test
    void itBeginsWithAWholeBucketOfTheCoarsestWidth() {
        Snapshot defined = defined(source("shop", 30));

        assertThat(Horizon.whole(defined, meaning(List.of(), Granularity.HOUR, Granularity.DAY), NOW)
                        .startMillis())
                .isEqualTo(Instant.parse("2023-03-02T00:00:00Z").toEpochMilli());
        assertThat(Horizon.whole(defined, meaning(List.of()), NOW).startMillis())
                .isEqualTo(Instant.parse("2023-03-01T12:35:00Z").toEpochMilli());
    }

    @Property
    void noEventOfItsBucketsCanHaveExpired(
            @ForAll @LongRange(min = -4_000_000_000_000L, max = 4_000_000_000_000L) long nowMillis,
            @ForAll @IntRange(min = 1, max = 4_000) int hotDays) {
        Aggregation.Meaning meaning = meaning(List.of(), Granularity.HOUR);
        Instant now = Instant.ofEpochMilli(nowMillis);
        long start =
                Horizon.whole(defined(source("shop", hotDays)), meaning, now).startMillis();
        long oldestKept = nowMillis - hotDays * DAY;

        assertThat(start).isBetween(oldestKept, oldestKept + Granularity.HOUR.widthMillis() - 1);
        assertThat(Math.floorMod(start, Granularity.HOUR.widthMillis())).isZero();
    }
}
