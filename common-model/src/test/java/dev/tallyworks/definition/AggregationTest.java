package dev.tallyworks.definition;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tallyworks.partition.Partition;
import dev.tallyworks.time.Granularity;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.LongRange;

class AggregationTest {
    /** Names that often begin with each other. */
    @Provide
    Arbitrary<String> targets() {
        Arbitrary<String> parts = Arbitraries.of("a", "b", "_", "__", "0", "12", "_7", "_metrics", "metrics", "_-1");
        return Combinators.combine(parts, parts.list().ofMaxSize(3))
                .as((first, rest) -> "aggr_" + first + String.join("", rest))
                .map(name -> name.replace("-", ""));
    }

    @Property(tries = 5_000)
    void targetsClashInBothDirections(@ForAll("targets") String one, @ForAll("targets") String other) {
        assertThat(Aggregation.targetsClash(one, other)).isEqualTo(Aggregation.targetsClash(other, one));
        assertThat(Aggregation.targetsClash(one, one)).isTrue();
    }

    @Property(tries = 5_000)
    void collectionsOfTargetsThatDoNotClashAreDifferent(
            @ForAll("targets") String one,
            @ForAll("targets") String other,
            @ForAll @LongRange(min = -20, max = 20) long first,
            @ForAll @LongRange(min = -20, max = 20) long second,
            @ForAll @LongRange(max = 2) long oneLength,
            @ForAll @LongRange(max = 2) long otherLength) {
        String ofOne = new Partition(one, Granularity.DAY, oneLength).collectionAt(first * 86_400_000L);
        String ofOther = new Partition(other, Granularity.DAY, otherLength).collectionAt(second * 86_400_000L);
        if (!Aggregation.targetsClash(one, other)) {
            assertThat(ofOne).isNotEqualTo(ofOther).isNotEqualTo(other + "_metrics");
        }
    }

    @Property
    void aPartitionOrViewOfATargetClashesWithIt(
            @ForAll("targets") String target, @ForAll @LongRange(min = 0) long number) {
        assertThat(Aggregation.targetsClash(target, target + "_" + number)).isTrue();
        assertThat(Aggregation.targetsClash(target + "_metrics", target)).isTrue();
        assertThat(Aggregation.targetsClash(target, target + "_" + number + "x"))
                .isFalse();
        assertThat(Aggregation.targetsClash(target, target + "_metrics_")).isFalse();
    }
}
