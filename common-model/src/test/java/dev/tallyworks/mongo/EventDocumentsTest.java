package dev.tallyworks.mongo;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tallyworks.event.Attribution;
import dev.tallyworks.event.CommitId;
import dev.tallyworks.event.Event;
import dev.tallyworks.event.EventRef;
import dev.tallyworks.metric.StoredName;
import java.math.BigDecimal;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.bson.BsonBinaryWriter;
import org.bson.BsonType;
import org.bson.RawBsonDocument;
import org.bson.io.BasicOutputBuffer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EventDocumentsTest {
    private static final CommitId COMMIT = new CommitId("w1", 7);

    @Test
    void readsBackWhatWasWritten() {
        Map<String, @Nullable Object> inner = new LinkedHashMap<>();
        inner.put("", "empty name");
        inner.put("a.b", "dots");
        inner.put("$set", "dollar");
        inner.put("nul\0nul", "NUL \0 too");
        inner.put("100%", null);
        Map<String, @Nullable Object> payload = new LinkedHashMap<>();
        payload.put("amount", new BigDecimal("19.90"));
        payload.put("inner", inner);
        payload.put("list", Arrays.asList(new BigDecimal(1), "two", null, false, Map.of(), List.of()));
        Event event = new Event(
                new EventRef("stripe", 3, "u-1"),
                "sale",
                -62_135_596_800_000L,
                1_700_000_000_123L,
                payload,
                List.of(new Attribution("customer", "acme"), new Attribution("%", "$.\0")),
                12,
                345);

        RawBsonDocument document = document(event);

        assertThat(EventDocuments.toEvent("stripe", document)).isEqualTo(event);
        assertThat(EventDocuments.commitOf(document)).isEqualTo(COMMIT);
        assertThat(EventDocuments.toRecorded("stripe", document).aggregated()).isFalse();
    }

    @ParameterizedTest
    @CsvSource({
        "100, INT64",
        "-9223372036854775808, INT64",
        "9223372036854775807, INT64",
        "9223372036854775808, DECIMAL128",
        "-9223372036854775809, DECIMAL128",
        "1E2, DECIMAL128",
        "100.0, DECIMAL128",
        "1E400, DECIMAL128",
        "9.999999999999999999999999999999999E6144, DECIMAL128",
        "1E-6176, DECIMAL128",
        "0, INT64",
        "0.00, DECIMAL128",
    })
    void numbersKeepTheirDigits(BigDecimal number, BsonType stored) {
        RawBsonDocument document = document(withPayload(Map.of("n", number)));

        assertThat(document.getDocument("payload").get("n").getBsonType()).isEqualTo(stored);
        assertThat(EventDocuments.toEvent("s", document).payload().get("n")).isEqualTo(number);
    }

    @Property(tries = 2_000)
    void anyNameIsReversible(@ForAll String name) {
        String stored = StoredName.escape(name);

        assertThat(stored).isNotEmpty().doesNotContain(".", "$", "\0");
        assertThat(StoredName.unescape(stored)).isEqualTo(name);
    }

    private static Event withPayload(Map<String, @Nullable Object> payload) {
        return new Event(new EventRef("s", 1, "u"), "t", 0, 0, payload, List.of(), 1, 1);
    }

    private static RawBsonDocument document(Event event) {
        BasicOutputBuffer buffer = new BasicOutputBuffer();
        try (BsonBinaryWriter writer = new BsonBinaryWriter(buffer)) {
            EventDocuments.write(writer, event, COMMIT);
        }
        return new RawBsonDocument(buffer.toByteArray());
    }
}
