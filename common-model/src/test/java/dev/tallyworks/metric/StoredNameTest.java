package dev.tallyworks.metric;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tallyworks.Texts;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

class StoredNameTest {
    @Provide
    Arbitrary<String> texts() {
        return Texts.any();
    }

    @Property(tries = 10_000)
    void anyTextIsAComponentOfAPathAndReversible(@ForAll("texts") String text) {
        String stored = StoredName.escape(text);
        assertThat(stored).isNotEmpty().doesNotContain(".", "$", "\0").isNotEqualTo(StoredName.OTHER);
        assertThat(StoredName.unescape(stored)).isEqualTo(text);
    }

    @Property(tries = 10_000)
    void differentTextsStayDifferent(@ForAll("texts") String one, @ForAll("texts") String other) {
        assertThat(StoredName.escape(one).equals(StoredName.escape(other))).isEqualTo(one.equals(other));
    }

    @Test
    void plainNamesStayReadable() {
        assertThat(StoredName.escape("amount_2 ä/x")).isEqualTo("amount_2 ä/x");
        assertThat(StoredName.escape("")).isEqualTo("%");
        assertThat(StoredName.escape("a.b")).isEqualTo("a%2Eb");
        assertThat(StoredName.escape("__other__")).isEqualTo("%5F_other__");
    }
}
