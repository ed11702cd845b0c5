package dev.tallyworks.cli.console;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tallyworks.cli.api.Json;
import java.util.List;
import org.junit.jupiter.api.Test;

class TableTest {
    private static List<JsonNode> rows(String json) throws Exception {
        return Output.rows(Json.MAPPER.readTree(json));
    }

    @Test
    void alignsTextsLeftAndNumbersRight() throws Exception {
        List<JsonNode> rows = rows("[{\"name\": \"a\", \"value\": 19.90}, {\"name\": \"long\", \"value\": -1000}]");

        assertThat(Table.of(rows, Column.all(rows)).lines())
                .containsExactly("name  value", "a     19.90", "long  -1000");
    }

    @Test
    void columnsAreThoseOfAllRows() throws Exception {
        List<JsonNode> rows = rows("[{\"a\": 1}, {\"b\": null, \"c\": [\"x\", \"y\"]}, {\"a\": 2, \"d\": {\"e\": 1}}]");

        assertThat(Table.of(rows, Column.all(rows)).csv())
                .isEqualTo("a,b,c,d\r\n1,,,\r\n,,\"x,y\",\r\n2,,,\"{\"\"e\"\":1}\"\r\n");
    }

    @Test
    void numbersKeepTheirDigits() throws Exception {
        List<JsonNode> rows = rows("[{\"v\": 0.0000000000000000000000000000000012}, {\"v\": 1E+3}, {\"v\": 5.00}]");

        assertThat(Table.of(rows, Column.all(rows)).rows())
                .containsExactly(List.of("0.0000000000000000000000000000000012"), List.of("1000"), List.of("5.00"));
    }

    @Test
    void cellsCommandNoTerminal() throws Exception {
        List<JsonNode> rows = rows("[{\"v\": \"\\u001b[2Jgone\\nnext\"}]");

        assertThat(Table.of(rows, Column.all(rows)).lines()).hasSize(2).noneMatch(line -> line.contains("\u001b"));
    }
}
