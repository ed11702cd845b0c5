package dev.tallyworks.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tallyworks.Texts;
import dev.tallyworks.event.EventRef;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.CharRange;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.StringLength;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JobTest {
    @Provide
    Arbitrary<String> texts() {
        return Texts.any();
    }

    @Provide
    Arbitrary<String> traces() {
        return Texts.any().map(text -> text.replace('|', '-'));
    }

    @Property(tries = 2_000)
    void readsBackWhatItWrites(
            @ForAll("texts") String uuid,
            @ForAll("traces") String trace,
            @ForAll @StringLength(min = 1, max = 30) @CharRange(from = 'a', to = 'z') String source,
            @ForAll long incarnation,
            @ForAll @IntRange int size,
            @ForAll long enqueuedAt) {
        Job job = new Job(new EventRef(source, incarnation, uuid), size, enqueuedAt, trace);
        assertThat(Job.decode(job.encode())).isEqualTo(job);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "1", "1|2|3|4|s|t", "2|1|1|1|s||u", "1|x|1|1|s||u", "1|1|1|1.5|s||u"})
    void whatIsNoJobIsRefused(String text) {
        assertThatThrownBy(() -> Job.decode(text)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aTraceHoldsNoSeparator() {
        EventRef event = new EventRef("s", 1, "u");
        assertThatThrownBy(() -> new Job(event, 1, 1, "a|b")).isInstanceOf(IllegalArgumentException.class);
    }
}
