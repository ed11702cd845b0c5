package dev.tallyworks.rollup;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tallyworks.Texts;
import dev.tallyworks.time.Granularity;
import java.nio.ByteBuffer;
import java.util.Arrays;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.jspecify.annotations.Nullable;

class SeriesKeyTest {
    @Provide
    Arbitrary<String> texts() {
        return Texts.any();
    }

    @Provide
    Arbitrary<SeriesKey> keys() {
        Arbitrary<@Nullable String> values =
                Texts.any().filter(value -> !value.isEmpty()).injectNull(0.1);
        return Combinators.combine(
                        Arbitraries.of("a", "ab", "b", ""),
                        Arbitraries.integers().between(1, 12),
                        Arbitraries.of(Granularity.class),
                        Texts.any(),
                        values)
                .as(SeriesKey::new);
    }

    @Property
    void idsSortByBucketAlsoBefore1970(
            @ForAll("keys") SeriesKey key,
            @ForAll long one,
            @ForAll long other,
            @ForAll("texts") String type,
            @ForAll("texts") String otherType) {
        byte[] prefix = key.prefix();
        byte[] first = SeriesKey.id(prefix, one, SeriesKey.originHash("s", 1, type));
        byte[] second = SeriesKey.id(prefix, other, SeriesKey.originHash("s", 1, otherType));
        assertThat(first).hasSize(SeriesKey.ID_BYTES).startsWith(prefix);
        if (one != other) {
            assertThat(Integer.signum(Arrays.compareUnsigned(first, second))).isEqualTo(Long.compare(one, other));
        }
        byte[] bound = SeriesKey.lowerBound(prefix, other);
        assertThat(Arrays.compareUnsigned(first, bound) < 0).isEqualTo(one < other);
    }

    @Property(tries = 5_000)
    void eachPartMakesAnotherSeries(@ForAll("keys") SeriesKey one, @ForAll("keys") SeriesKey other) {
        assertThat(Arrays.equals(one.prefix(), other.prefix())).isEqualTo(one.equals(other));
        boolean sameType = new SeriesKey(one.aggregation(), one.generation(), one.width(), one.attributionType(), null)
                .equals(new SeriesKey(
                        other.aggregation(), other.generation(), other.width(), other.attributionType(), null));
        assertThat(Arrays.equals(one.typeHash(), other.typeHash())).isEqualTo(sameType);
    }

    @Property(tries = 5_000)
    void eachOriginIsAnother(
            @ForAll("texts") String source,
            @ForAll long incarnation,
            @ForAll("texts") String type,
            @ForAll("texts") String otherSource,
            @ForAll("texts") String otherType) {
        byte[] origin = SeriesKey.originHash(source, incarnation, type);
        assertThat(Arrays.equals(origin, SeriesKey.originHash(otherSource, incarnation, otherType)))
                .isEqualTo(source.equals(otherSource) && type.equals(otherType));
        assertThat(origin).isNotEqualTo(SeriesKey.originHash(source, incarnation + 1, type));
    }

    @Property
    void anIdTellsItsBucketAndOrigin(
            @ForAll("keys") SeriesKey key, @ForAll long bucketMillis, @ForAll("texts") String type) {
        byte[] origin = SeriesKey.originHash("s", 1, type);
        byte[] id = SeriesKey.id(key.prefix(), bucketMillis, origin);
        assertThat(SeriesKey.bucketMillis(id)).isEqualTo(bucketMillis);
        assertThat(SeriesKey.origin(id)).isEqualTo(ByteBuffer.wrap(origin).getLong());
    }
}
