package dev.tallyworks.cli.send;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.dataformat.csv.CsvMapper;
import com.fasterxml.jackson.dataformat.csv.CsvParser;
import com.fasterxml.jackson.dataformat.csv.CsvSchema;
import dev.tallyworks.cli.api.Json;
import dev.tallyworks.cli.command.UsageError;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Makes an event of each row. What looks like a JSON number or boolean is one, anything else a text (007 too), what is empty is
 * absent.
 */
final class CsvEvents implements EventLines {
    private static final Pattern NUMBER = Pattern.compile("-?(0|[1-9]\\d*)(\\.\\d+)?([eE][+-]?\\d+)?");
    private static final String MALFORMED = "malformed_csv";

    private final CsvMapping mapping;
    private final CsvTimes.Reader times;
    private final Uuids uuids;
    private final ObjectReader cells;
    private final Map<String, Integer> columns = new HashMap<>();

    private CsvEvents(CsvMapping mapping, Uuids uuids, ObjectReader cells, List<String> header) {
        this.mapping = mapping.of(header);
        this.times = mapping.times().reader();
        this.uuids = uuids;
        this.cells = cells;
        for (int i = 0; i < header.size(); i++) {
            columns.put(header.get(i), i);
        }
    }

    /**
     * @param header the first record
     * @throws UsageError where it lacks a column that is named
     */
    static CsvEvents of(CsvMapping mapping, Uuids uuids, @Nullable Record header) {
        if (header == null) {
            throw new UsageError("the file is empty: its first line must name the columns");
        }
        ObjectReader cells = new CsvMapper()
                .enable(CsvParser.Feature.WRAP_AS_ARRAY)
                .readerFor(String[].class)
                .with(CsvSchema.emptySchema().withColumnSeparator(mapping.delimiter()));
        try {
            return new CsvEvents(mapping, uuids, cells, List.of(cells(cells, header)));
        } catch (IOException malformed) {
            throw new UsageError(
                    "the first line, which must name the columns, can't be read: " + malformed.getMessage());
        }
    }

    private static String[] cells(ObjectReader reader, Record record) throws IOException {
        // Strictly: bytes that are no UTF-8 would go unnoticed otherwise.
        String text = StandardCharsets.UTF_8
                .newDecoder()
                .decode(ByteBuffer.wrap(record.bytes()))
                .toString();
        String[][] rows = reader.forType(String[][].class).readValue(text);
        if (rows.length != 1) {
            throw new IOException("it holds " + rows.length + " rows");
        }
        return rows[0];
    }

    @Override
    public Line read(Record record) {
        String[] row;
        try {
            row = cells(cells, record);
        } catch (CharacterCodingException wrong) {
            return Line.rejected(record, MALFORMED, "it is not written in UTF-8");
        } catch (IOException malformed) {
            return Line.rejected(record, MALFORMED, String.valueOf(malformed.getMessage()));
        }
        if (row.length != columns.size()) {
            return Line.rejected(
                    record, MALFORMED, "it has " + row.length + " cells, the first line " + columns.size());
        }
        try {
            return new Line.Event(record, event(record, row));
        } catch (DateTimeException unreadable) {
            return Line.rejected(record, "invalid_timestamp", String.valueOf(unreadable.getMessage()));
        } catch (IOException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    private byte[] event(Record record, String[] row) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (JsonGenerator json = Json.MAPPER.createGenerator(bytes)) {
            json.writeStartObject();
            String uuid = cell(row, mapping.uuid());
            json.writeStringField("uuid", uuid.isEmpty() ? uuids.of(record) : uuid);
            @Nullable String type = mapping.type();
            json.writeStringField("type", type == null ? cell(row, mapping.typeColumn()) : type);
            String timestamp = cell(row, mapping.timestamp());
            if (!timestamp.isEmpty()) {
                json.writeObjectField("timestamp", times.read(timestamp));
            }
            writePayload(json, row);
            writeAttributions(json, row);
            json.writeEndObject();
        }
        return bytes.toByteArray();
    }

    private String cell(String[] row, @Nullable String column) {
        return column == null ? "" : row[columns.get(column)];
    }

    private void writePayload(JsonGenerator json, String[] row) throws IOException {
        json.writeObjectFieldStart("payload");
        for (Map.Entry<String, String> field : mapping.fields().entrySet()) {
            String text = cell(row, field.getValue());
            if (text.isEmpty()) {
                continue;
            }
            json.writeFieldName(field.getKey());
            if (mapping.texts().contains(field.getValue())) {
                json.writeString(text);
            } else if (NUMBER.matcher(text).matches()) {
                json.writeNumber(text);
            } else if (text.equals("true") || text.equals("false")) {
                json.writeBoolean(text.equals("true"));
            } else {
                json.writeString(text);
            }
        }
        json.writeEndObject();
    }

    private void writeAttributions(JsonGenerator json, String[] row) throws IOException {
        json.writeArrayFieldStart("attributions");
        for (Map.Entry<String, String> attribution : mapping.attributions().entrySet()) {
            String value = cell(row, attribution.getValue());
            if (!value.isEmpty()) {
                json.writeStartObject();
                json.writeStringField("type", attribution.getKey());
                json.writeStringField("value", value);
                json.writeEndObject();
            }
        }
        json.writeEndArray();
    }
}
