package dev.tallyworks.metric;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tallyworks.Texts;
import java.nio.charset.StandardCharsets;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;

class ShortTextTest {
    /** Around the bound, cut at every place within code points of one to four bytes, and long ones. */
    @Provide
    Arbitrary<String> texts() {
        Arbitrary<String> repeated = Arbitraries.of("a", "é", "€", "😀", "a€", "😀é");
        Arbitrary<Integer> times = Arbitraries.frequencyOf(
                Tuple.of(5, Arbitraries.integers().between(1, 210)), Tuple.of(1, Arbitraries.of(10_000)));
        return Combinators.combine(Texts.any(), repeated, times, Texts.any())
                .as((before, middle, count, after) -> before + middle.repeat(count) + after);
    }

    private static int bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8).length;
    }

    @Property(tries = 5_000)
    void aTextIsKeptOrCutToItsBeginningAndAHash(@ForAll("texts") String text) {
        String cut = ShortText.cut(text);
        assertThat(bytes(cut)).isLessThanOrEqualTo(200);
        if (bytes(text) <= 200) {
            assertThat(cut).isEqualTo(text);
        } else {
            assertThat(cut).matches("(?s).*#[0-9a-f]{32}");
            String beginning = cut.substring(0, cut.length() - 33);
            assertThat(text).startsWith(beginning);
            assertThat(bytes(beginning)).isBetween(164, 167);
        }
        assertThat(ShortText.cut(cut)).isEqualTo(cut);
        // A code point cut in two would be read as U+FFFD.
        assertThat(new String(cut.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8))
                .isEqualTo(cut);
    }

    @Property(tries = 5_000)
    void textsThatDifferAtTheirEndStayDifferent(@ForAll("texts") String text, @ForAll("ends") String end) {
        assertThat(ShortText.cut(text + end)).isNotEqualTo(ShortText.cut(text));
    }

    @Provide
    Arbitrary<String> ends() {
        return Texts.any().filter(end -> !end.isEmpty());
    }
}
