package dev.tallyworks.partition;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tallyworks.time.Granularity;
import dev.tallyworks.time.TimeRange;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;

class PartitionTest {
    private static final long FAR = Long.MAX_VALUE / 2;

    @Test
    void namesAreFlooredAlsoBeforeTheEpoch() {
        Partition tenMinutes = new Partition("aggr_test", Granularity.MINUTE, 10);
        long noon = Instant.parse("2023-01-01T12:05:00Z").toEpochMilli();
        assertThat(tenMinutes.collectionAt(noon)).isEqualTo("aggr_test_2787624");
        assertThat(tenMinutes.collectionAt(0)).isEqualTo("aggr_test_0");
        assertThat(tenMinutes.collectionAt(599_999)).isEqualTo("aggr_test_0");
        assertThat(tenMinutes.collectionAt(600_000)).isEqualTo("aggr_test_1");
        assertThat(tenMinutes.collectionAt(-1)).isEqualTo("aggr_test_-1");
        assertThat(tenMinutes.collectionAt(-600_000)).isEqualTo("aggr_test_-1");
        assertThat(tenMinutes.collectionAt(-600_001)).isEqualTo("aggr_test_-2");
        assertThat(new Partition("aggr_test", Granularity.MINUTE, 0).collectionAt(-1))
                .isEqualTo("aggr_test");
    }

    @Test
    void aLengthIsNotNegative() {
        assertThatThrownBy(() -> new Partition("aggr_test", Granularity.DAY, -1))
                .isInstanceOf(IllegalArgumentException.class);
    }

    /** Also where width × length is beyond int64. */
    @Property
    void theNumberIsTheFlooredQuotient(
            @ForAll Granularity width,
            @ForAll @LongRange(min = 1) long length,
            @ForAll @LongRange(min = -FAR, max = FAR) long instant) {
        BigInteger run = BigInteger.valueOf(width.widthMillis()).multiply(BigInteger.valueOf(length));
        BigInteger number = new BigDecimal(instant)
                .divide(new BigDecimal(run), 0, RoundingMode.FLOOR)
                .toBigIntegerExact();
        assertThat(new Partition("aggr_x", width, length).collectionAt(instant)).isEqualTo("aggr_x_" + number);
    }

    @Property
    void partitionsTileTime(
            @ForAll Granularity width,
            @ForAll @LongRange(min = 1, max = 100_000) long length,
            @ForAll @LongRange(min = -100_000_000_000_000L, max = 100_000_000_000_000L) long instant) {
        Partition partition = new Partition("aggr_x", width, length);
        long run = width.widthMillis() * length;
        long number = Long.parseLong(partition.collectionAt(instant).substring("aggr_x_".length()));
        long first = number * run;
        assertThat(instant).isBetween(first, first + run - 1);
        assertThat(partition.collectionAt(first)).isEqualTo("aggr_x_" + number);
        assertThat(partition.collectionAt(first + run - 1)).isEqualTo("aggr_x_" + number);
        assertThat(partition.collectionAt(first - 1)).isEqualTo("aggr_x_" + (number - 1));
        assertThat(partition.collectionAt(first + run)).isEqualTo("aggr_x_" + (number + 1));
        // A bucket lies in one partition, whichever of its instants is asked.
        long bucket = width.bucketStartMillis(instant);
        assertThat(partition.collectionAt(bucket)).isEqualTo("aggr_x_" + number);
        assertThat(partition.collectionAt(bucket + width.widthMillis() - 1)).isEqualTo("aggr_x_" + number);
    }

    @Property
    void theCollectionsOfARangeAreThoseOfItsBuckets(
            @ForAll Granularity width,
            @ForAll @LongRange(min = 0, max = 20) long length,
            @ForAll @LongRange(min = -1_000_000, max = 1_000_000) long firstBucket,
            @ForAll @IntRange(max = 200) int buckets) {
        Partition partition = new Partition("aggr_x", width, length);
        long start = firstBucket * width.widthMillis();
        TimeRange range = new TimeRange(start, start + buckets * width.widthMillis());
        Set<String> expected = new LinkedHashSet<>();
        for (int i = 0; i < buckets; i++) {
            expected.add(partition.collectionAt(start + i * width.widthMillis()));
        }
        List<String> collections = partition.collections(range);
        if (length == 0) {
            assertThat(collections).containsExactly("aggr_x");
        } else {
            assertThat(collections).isEqualTo(new ArrayList<>(expected));
        }
        assertThat(partition.count(range)).isEqualTo(Math.max(1, collections.size()));
    }

    @Property
    void thoseThatExistAreFoundAmongAllNames(
            @ForAll Granularity width,
            @ForAll @LongRange(min = 0, max = 20) long length,
            @ForAll @LongRange(min = -1_000, max = 1_000) long firstBucket,
            @ForAll @IntRange(min = 1, max = 200) int buckets,
            @ForAll @IntRange(min = 1, max = 5) int each) {
        Partition partition = new Partition("aggr_x", width, length);
        long start = firstBucket * width.widthMillis();
        TimeRange range = new TimeRange(start, start + buckets * width.widthMillis());
        List<String> names = new ArrayList<>(List.of("events_x", "aggr_x", "aggr_x_metrics", "aggr_x_y_0", "aggr_x_"));
        List<String> expected = new ArrayList<>();
        List<String> collections = partition.collections(range);
        for (int i = 0; i < collections.size(); i += each) {
            names.add(0, collections.get(i));
            expected.add(collections.get(i));
        }
        names.add(partition.collectionAt(range.endMillis() + length * width.widthMillis()));
        names.add(partition.collectionAt(start - Math.max(1, length) * width.widthMillis()));
        assertThat(partition.collections(range, names)).isEqualTo(expected);
    }

    @Property
    void aCollectionIsBeforeWhatLiesBehindItsLastBucket(
            @ForAll @LongRange(min = -1_000_000_000L, max = 1_000_000_000L) long millis,
            @ForAll @LongRange(min = -1_000_000_000L, max = 1_000_000_000L) long at,
            @ForAll @LongRange(min = 1, max = 5_000) long length) {
        Partition partition = new Partition("aggr_a", Granularity.MILLIS_100, length);
        String collection = partition.collectionAt(millis);
        boolean before = partition.isBefore(collection, at);
        assertThat(before).isEqualTo(!collection.equals(partition.collectionAt(at)) && millis < at);
        assertThat(new Partition("aggr", Granularity.MILLIS_100, length).isBefore(collection, at))
                .isFalse();
        assertThat(partition.isBefore("aggr_a_metrics", at)).isFalse();
        assertThat(new Partition("aggr_a", Granularity.MILLIS_100, 0).isBefore("aggr_a", at))
                .isFalse();
    }
}
