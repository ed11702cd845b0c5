package dev.tallyworks.mongo;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tallyworks.Texts;
import dev.tallyworks.event.Attribution;
import dev.tallyworks.event.CommitId;
import dev.tallyworks.event.Event;
import dev.tallyworks.event.EventRef;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
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

    @Provide
    Arbitrary<Map<String, @Nullable Object>> payloads() {
        return objects(values(4));
    }

    private static Arbitrary<@Nullable Object> values(int depth) {
        Arbitrary<@Nullable Object> scalars = Arbitraries.oneOf(
                Texts.any().map(text -> text),
                Texts.decimals().map(number -> number),
                Arbitraries.of(true, false),
                Arbitraries.just(null));
        if (depth == 0) {
            return scalars;
        }
        Arbitrary<@Nullable Object> nested = Arbitraries.lazyOf(
                () -> objects(values(depth - 1)).map(object -> object),
                () -> values(depth - 1).list().ofMaxSize(4).map(array -> array));
        return Arbitraries.frequencyOf(Tuple.of(3, scalars), Tuple.of(1, nested));
    }

    private static Arbitrary<Map<String, @Nullable Object>> objects(Arbitrary<@Nullable Object> values) {
        return Arbitraries.maps(Texts.any(), values).ofMaxSize(5).map(LinkedHashMap::new);
    }

    /** Numbers with their scale too: {@link BigDecimal#equals} tells 1.50 from 1.5. */
    @Property
    void anyPayloadIsReadBack(@ForAll("payloads") Map<String, @Nullable Object> payload) {
        Map<String, @Nullable Object> read =
                EventDocuments.toEvent("s", document(withPayload(payload))).payload();
        assertThat(read).isEqualTo(payload);
        assertThat(new ArrayList<>(read.keySet())).isEqualTo(new ArrayList<>(payload.keySet()));
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
