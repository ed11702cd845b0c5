package dev.tallyworks.api.query;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigDecimal;
import java.util.HashMap;
import java.util.Map;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ColumnExpressionTest {
    private static Map<String, Object> row() {
        Map<String, Object> row = new HashMap<>();
        row.put("amount_sum", new BigDecimal("12.5"));
        row.put("Amount_sum", new BigDecimal("1"));
        row.put("sale_count", new BigDecimal("4"));
        row.put("zero", BigDecimal.ZERO);
        row.put("a.b_sum", new BigDecimal("7"));
        row.put("currency_by_in progress", new BigDecimal("3"));
        row.put("$odd-name", new BigDecimal("2"));
        row.put("timestamp", "2024-01-01T00:00:00.000Z");
        return row;
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '^',
            value = {
                "amount_sum / sale_count|3.125",
                "amount_sum/Amount_sum|12.5",
                "a.b_sum * 2 - 1|13",
                "`currency_by_in progress` + `$odd-name`|5",
                "(amount_sum + 1) % 4|1.5",
                "-amount_sum|-12.5",
                "1 / 3|0.3333333333333333333333333333333333",
                "round(amount_sum / 3, 2)|4.17",
                "Max(sale_count, 9, zero)|9",
                "COALESCE(missing, 5) + 1|6",
                "if(sale_count > 3 and not (zero > 1), 1, 2)|1",
                "IF(missing == null, 1, 2)|1",
                "if(timestamp < '2025', 1, 0)|1",
                "0.1 + 0.2|0.3",
                "sale_count / zero|",
                "missing + 1|",
                "1 + missing|",
                "missing|",
                "timestamp * 2|",
                "'text'|",
                "true|",
            })
    void computesNumbers(String expression, String expected) throws Exception {
        BigDecimal number = ColumnExpression.parse(expression).number(row());
        if (expected == null) {
            assertThat(number).isNull();
        } else {
            assertThat(number).isEqualByComparingTo(expected);
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "amount_sum > 12|true",
                "amount_sum > 12.5|false",
                "amount_sum >= 12.5 && sale_count != 5|true",
                "missing > 1|false",
                "missing < 1|false",
                "missing > 1 or sale_count = 4|true",
                "missing = null|true",
                "not missing > 1|true",
                "amount_sum|false",
                "sale_count / zero > 1|false",
            })
    void tellsWhatMatches(String expression, boolean expected) throws Exception {
        assertThat(ColumnExpression.parse(expression).matches(row())).isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "1 +",
                "(1",
                "1)",
                "a b",
                "a ^ 9",
                "FACT(9)",
                "random()",
                "1e999999999",
                "9z",
                "`open",
                "'open",
                "a[1]",
                "a; b",
                "\"a\\\"b\"",
                "IF(1)",
                "a ? b",
                "#",
            })
    void refusesWhatItCannotRead(String expression) {
        assertThatThrownBy(() -> ColumnExpression.parse(expression)).isInstanceOf(ColumnExpression.Malformed.class);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {"amount_sum + # 1|character 14", "1 + FACT(3)|no function 'FACT', at character 5", "abc +|operand"
            })
    void saysWhatIsWrongAndWhere(String expression, String said) {
        assertThatThrownBy(() -> ColumnExpression.parse(expression)).hasMessageContaining(said);
    }

    @Property(tries = 2_000)
    void noTextDoesHarm(@ForAll String text) {
        try {
            ColumnExpression expression = ColumnExpression.parse(text);
            expression.number(row());
            expression.matches(row());
        } catch (ColumnExpression.Malformed malformed) {
            assertThat(malformed.getMessage()).isNotBlank();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {20, 400})
    void nestingIsBounded(int depth) {
        String expression = "(".repeat(depth) + "1" + ")".repeat(depth);
        if (depth == 20) {
            assertThat(number(expression)).isEqualByComparingTo("1");
        } else {
            assertThatThrownBy(() -> ColumnExpression.parse(expression)).isInstanceOf(ColumnExpression.Malformed.class);
        }
    }

    /** Each would write out millions of zeros. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "ROUND(1, 2147483647)",
                "ROUND(1, -2147483647)",
                "ROUND(amount_sum, 101)",
                "FLOOR(big * big * big)",
                "IF(big * big * big > 1, 1, 2)",
                "big * big / big",
            })
    void whatWouldHaveTooManyDigitsIsNotComputed(String expression) throws Exception {
        Map<String, Object> row = row();
        row.put("big", new BigDecimal("1e9000"));
        assertThat(ColumnExpression.parse(expression).number(row)).isNull();
        assertThat(ColumnExpression.parse(expression + " > 0").matches(row)).isFalse();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "ROUND(amount_sum, 0)|12",
                "ROUND(1 / 3, 100)|0.3333333333333333333333333333333333",
                "ROUND(125, -1)|120"
            })
    void roundsToSoManyDigits(String expression, BigDecimal expected) {
        assertThat(number(expression)).isEqualByComparingTo(expected);
    }

    private static BigDecimal number(String expression) {
        try {
            return ColumnExpression.parse(expression).number(row());
        } catch (ColumnExpression.Malformed malformed) {
            throw new AssertionError(malformed);
        }
    }
}
