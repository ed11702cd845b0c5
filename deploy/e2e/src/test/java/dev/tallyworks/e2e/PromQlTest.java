package dev.tallyworks.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tallyworks.e2e.PromQl.Match;
import dev.tallyworks.e2e.PromQl.Selector;
import java.util.Map;
import org.junit.jupiter.api.Test;

class PromQlTest {
    @Test
    void namesMetricsAndLabelsAndNothingElse() {
        PromQl read =
                PromQl.parse("histogram_quantile(0.95, sum by (le, type) (rate(a_bucket{x=\"}\", y=~\"5..\"}[5m])))"
                        + " / on (instance) group_left () max(b:c offset 5m) > bool 1e3 and absent(d) unless e{}");
        assertThat(read.selectors())
                .containsExactly(
                        new Selector("a_bucket", Map.of("x", new Match("=", "}"), "y", new Match("=~", "5.."))),
                        new Selector("b:c", Map.of()),
                        new Selector("d", Map.of()),
                        new Selector("e", Map.of()));
        assertThat(read.groupings()).containsExactly("le", "type", "instance");
    }
}
