package dev.tallyworks.api.query;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonSerializer;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.annotation.JsonSerialize;
import dev.tallyworks.api.http.Numbers;
import java.io.IOException;
import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One row of an answer: its columns in their order, each a text, a number, a boolean, null, or a list of texts or rows.
 *
 * @param columns to read only
 */
@JsonSerialize(using = Row.AsJson.class)
record Row(Map<String, @Nullable Object> columns) {
    static final class AsJson extends JsonSerializer<Row> {
        @Override
        public void serialize(Row row, JsonGenerator to, SerializerProvider provider) throws IOException {
            to.writeStartObject();
            for (Map.Entry<String, @Nullable Object> column : row.columns.entrySet()) {
                to.writeFieldName(column.getKey());
                write(column.getValue(), to, provider);
            }
            to.writeEndObject();
        }

        private void write(@Nullable Object value, JsonGenerator to, SerializerProvider provider) throws IOException {
            if (value instanceof BigDecimal number) {
                to.writeNumber(Numbers.text(number));
            } else if (value instanceof Integer number) {
                to.writeNumber(number);
            } else if (value instanceof Boolean truth) {
                to.writeBoolean(truth);
            } else if (value instanceof Row row) {
                serialize(row, to, provider);
            } else if (value instanceof List<?> list) {
                to.writeStartArray();
                for (Object element : list) {
                    write(element, to, provider);
                }
                to.writeEndArray();
            } else if (value == null) {
                to.writeNull();
            } else {
                to.writeString(value.toString());
            }
        }
    }
}
