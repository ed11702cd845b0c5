package dev.tallyworks.time;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;

class GranularityTest {
    @Test
    void thereAreTheseWidthsAndNoOthers() {
        Map<String, Duration> widths = new LinkedHashMap<>();
        for (int millis : new int[] {100, 200, 250, 500}) {
            widths.put(millis + "ms", Duration.ofMillis(millis));
        }
        widths.put("second", Duration.ofSeconds(1));
        widths.put("minute", Duration.ofMinutes(1));
        for (int minutes : new int[] {5, 10, 15, 30}) {
            widths.put(minutes + "minute", Duration.ofMinutes(minutes));
        }
        widths.put("hour", Duration.ofHours(1));
        for (int hours : new int[] {2, 4, 6, 12}) {
            widths.put(hours + "hour", Duration.ofHours(hours));
        }
        widths.put("day", Duration.ofDays(1));
        for (int days : new int[] {3, 7, 15, 30, 45, 60, 90}) {
            widths.put(days + "day", Duration.ofDays(days));
        }
        Map<String, Duration> actual = new LinkedHashMap<>();
        for (Granularity width : Granularity.values()) {
            actual.put(width.id(), Duration.ofMillis(width.widthMillis()));
            assertThat(Granularity.byId(width.id())).contains(width);
            assertThat(width).hasToString(width.id());
        }
        assertThat(actual).isEqualTo(widths).hasSize(23);
        assertThat(Granularity.byId("2day")).isEmpty();
        assertThat(Granularity.byId("MINUTE")).isEmpty();
    }

    @Property
    void bucketsTileTime(
            @ForAll Granularity width, @ForAll @LongRange(min = -(1L << 62), max = 1L << 62) long instant) {
        long start = width.bucketStartMillis(instant);
        assertThat(start % width.widthMillis()).isZero();
        assertThat(instant).isBetween(start, start + width.widthMillis() - 1);
        assertThat(width.bucketStartMillis(start)).isEqualTo(start);
        assertThat(width.bucketStartMillis(start - 1)).isEqualTo(start - width.widthMillis());
        assertThat(width.bucketStartMillis(start + width.widthMillis())).isEqualTo(start + width.widthMillis());
    }

    @Property
    void ofAWidthThatDividesAnotherBucketsNest(
            @ForAll Granularity fine,
            @ForAll Granularity coarse,
            @ForAll @LongRange(min = -(1L << 62), max = 1L << 62) long instant) {
        boolean nests = coarse.widthMillis() >= fine.widthMillis() && coarse.widthMillis() % fine.widthMillis() == 0;
        assertThat(fine.divides(coarse)).isEqualTo(nests);
        if (nests) {
            assertThat(coarse.bucketStartMillis(fine.bucketStartMillis(instant)))
                    .isEqualTo(coarse.bucketStartMillis(instant));
        }
    }
}
