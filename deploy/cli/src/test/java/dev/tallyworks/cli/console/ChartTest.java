package dev.tallyworks.cli.console;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.util.List;
import org.junit.jupiter.api.Test;

class ChartTest {
    private static Chart.Bar bar(String label, String value) {
        return new Chart.Bar(label, new BigDecimal(value));
    }

    @Test
    void barsAreProportionalInEighths() {
        assertThat(Chart.lines(List.of(bar("a", "10"), bar("bb", "5"), bar("c", "0.25"), bar("d", "0")), 20))
                .containsExactly("a     10 ██████████", "bb     5 █████", "c   0.25 ▎", "d      0");
    }

    @Test
    void belowZeroTheyGoLeft() {
        assertThat(Chart.lines(List.of(bar("a", "-5"), bar("b", "5")), 0))
                .containsExactly("a  -5 █████", "b   5      █████");
    }

    @Test
    void whatIsAbsentHasNone() {
        assertThat(Chart.lines(List.of(new Chart.Bar("a", null), bar("b", "1E+1")), 0))
                .containsExactly("a   -", "b  10 ██████████");
        assertThat(Chart.lines(List.of(), 80)).isEmpty();
    }
}
