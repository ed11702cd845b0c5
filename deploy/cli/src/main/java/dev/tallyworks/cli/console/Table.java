package dev.tallyworks.cli.console;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.csv.CsvGenerator;
import com.fasterxml.jackson.dataformat.csv.CsvMapper;
import com.fasterxml.jackson.dataformat.csv.CsvSchema;
import java.util.ArrayList;
import java.util.List;

/**
 * Rows of texts under names.
 *
 * @param rows each with a text for every name
 */
public record Table(List<String> names, List<List<String>> rows) {
    /** Longer cells are cut where people read. */
    private static final int CELL_MAX = 60;

    private static final String GAP = "  ";
    private static final String NUMBER = "-?\\d+(\\.\\d+)?";
    private static final CsvMapper CSV = CsvMapper.builder()
            .enable(CsvGenerator.Feature.STRICT_CHECK_FOR_QUOTING)
            .build();

    public Table {
        names = List.copyOf(names);
        rows = List.copyOf(rows);
    }

    public static Table of(Iterable<JsonNode> items, List<Column> columns) {
        List<List<String>> rows = new ArrayList<>();
        for (JsonNode item : items) {
            rows.add(columns.stream().map(column -> column.cell().apply(item)).toList());
        }
        return new Table(columns.stream().map(Column::name).toList(), rows);
    }

    /** Lines for people: columns aligned, numbers to the right. */
    public List<String> lines() {
        List<List<String>> shown = new ArrayList<>();
        shown.add(names);
        rows.forEach(row -> shown.add(row.stream().map(Table::cut).toList()));
        int[] widths = new int[names.size()];
        for (List<String> row : shown) {
            for (int i = 0; i < widths.length; i++) {
                widths[i] = Math.max(widths[i], length(row.get(i)));
            }
        }
        boolean[] numeric = new boolean[names.size()];
        for (int i = 0; i < numeric.length; i++) {
            numeric[i] = isNumeric(i);
        }
        return shown.stream().map(row -> line(row, widths, numeric)).toList();
    }

    private boolean isNumeric(int column) {
        boolean some = false;
        for (List<String> row : rows) {
            String text = row.get(column);
            if (!text.isEmpty() && !text.matches(NUMBER)) {
                return false;
            }
            some |= !text.isEmpty();
        }
        return some;
    }

    private static String line(List<String> row, int[] widths, boolean[] numeric) {
        StringBuilder line = new StringBuilder();
        for (int i = 0; i < widths.length; i++) {
            String text = row.get(i);
            String blanks = " ".repeat(widths[i] - length(text));
            line.append(i == 0 ? "" : GAP).append(numeric[i] ? blanks + text : text + blanks);
        }
        return line.toString().stripTrailing();
    }

    private static String cut(String cell) {
        String line = Console.harmless(cell).replace('\n', '\ufffd');
        return length(line) <= CELL_MAX ? line : line.substring(0, line.offsetByCodePoints(0, CELL_MAX - 1)) + "…";
    }

    private static int length(String text) {
        return text.codePointCount(0, text.length());
    }

    public String csv() {
        CsvSchema.Builder schema = CsvSchema.builder().setUseHeader(true).setLineSeparator("\r\n");
        names.forEach(schema::addColumn);
        try {
            return CSV.writerFor(List.class).with(schema.build()).writeValueAsString(rows);
        } catch (JsonProcessingException impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}
