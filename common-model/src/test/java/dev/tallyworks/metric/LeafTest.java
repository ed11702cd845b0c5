package dev.tallyworks.metric;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tallyworks.Texts;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

class LeafTest {
    @Provide
    Arbitrary<Map<String, String>> values() {
        Arbitrary<String> texts =
                Arbitraries.oneOf(Arbitraries.of("", "%", "%=", "%;", ".", "$", "a=b;c", "__other__x"), Texts.any());
        return Arbitraries.maps(texts, texts).ofMaxSize(6);
    }

    private static String leaf(Map<String, String> values) {
        List<EventMetrics.Category> categories = new ArrayList<>();
        new TreeMap<>(values).forEach((field, value) -> categories.add(new EventMetrics.Category(field, value, false)));
        return Leaf.of(categories);
    }

    @Property(tries = 2_000)
    void itIsReadBackAndHoldsNoPath(@ForAll("values") Map<String, String> values) {
        String leaf = leaf(values);
        assertThat(Leaf.parse(leaf)).isEqualTo(values);
        assertThat(leaf).doesNotContain(".", "$", "\0");
    }

    @Property(tries = 500)
    void withoutValuesItHasTheSameFields(@ForAll("values") Map<String, String> values) {
        String without = Leaf.withoutValues(leaf(values));
        assertThat(Leaf.parse(without).keySet()).isEqualTo(values.keySet());
        assertThat(Leaf.parse(without).values()).allMatch(StoredName.OTHER::equals);
        assertThat(Leaf.withoutValues(without)).isEqualTo(without);
    }
}
