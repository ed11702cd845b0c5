package dev.tallyworks.api.definitions;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import dev.tallyworks.api.intake.PayloadSchema.Violation;
import dev.tallyworks.definition.EventType;
import dev.tallyworks.definition.Source;
import java.io.IOException;
import java.math.BigDecimal;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class EventSchemasTest {
    private final EventSchemas schemas = new EventSchemas();

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"type\":\"nosuch\"}|/type",
                "{\"properties\":{\"a/b\":{\"minimum\":\"1\"}}}|/properties/a~1b/minimum",
                "{\"required\":\"a\"}|/required",
                "{\"properties\":{\"a\":{\"pattern\":\"(\"}}}|/properties/a/pattern",
                "{\"patternProperties\":{\"[\":{}}}|/patternProperties/[",
                "{\"allOf\":[]}|/allOf",
                "7|''",
                "[]|''",
                "{|''",
                "{\"properties\":{\"a\":{\"$ref\":\"#/$defs/none\"}}}|/properties/a/$ref",
                "{\"$ref\":\"https://example.com/schema\"}|/$ref",
                "{\"items\":{\"$ref\":\"file:///etc/passwd\"}}|/items/$ref",
                "{\"$ref\":\"classpath:application.properties\"}|/$ref",
                "{\"$ref\":\"#nowhere\"}|/$ref",
                "{\"$schema\":\"http://json-schema.org/draft-07/schema#\"}|/$schema",
                "{\"$ref\":\"#\"}|''",
                "{\"allOf\":[{\"$ref\":\"#/$defs/a\"}],\"$defs\":{\"a\":{\"$ref\":\"#/$defs/b\"},\"b\":{\"$ref\":\"#/$defs/a\"}}}|''",
            })
    void saysWhereASchemaIsWrong(String schema, String pointer) {
        assertThat(schemas.check(schema)).hasValueSatisfying(fault -> {
            assertThat(fault.pointer()).isEqualTo(pointer);
            assertThat(fault.detail()).isNotBlank();
        });
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "true",
                "{\"$schema\":\"https://json-schema.org/draft/2020-12/schema\",\"type\":\"object\"}",
                "{\"properties\":{\"a\":{\"$ref\":\"#/$defs/b%20c\"}},\"$defs\":{\"b c\":{\"type\":\"string\"}}}",
                "{\"properties\":{\"a\":{\"$ref\":\"#b\"}},\"$defs\":{\"b\":{\"$anchor\":\"b\"}}}",
                "{\"properties\":{\"a\":{\"$ref\":\"#\"}}}",
                "{\"$ref\":\"https://json-schema.org/draft/2020-12/schema\"}",
                "{\"const\":{\"$ref\":\"#/nowhere\"},\"unknownKeyword\":1}",
                "{\"$id\":\"https://example.com/a\",\"properties\":{\"x\":{\"$ref\":\"https://example.com/a#/$defs/y\"}},"
                        + "\"$defs\":{\"y\":{}}}",
            })
    void takesWhatIsASchema(String schema) {
        assertThat(schemas.check(schema)).isEmpty();
        violation(schema, Map.of("x", "y"));
    }

    @Test
    void saysWhereAPayloadDoesNotFit() {
        String schema = """
                {"type": "object", "required": ["amount"], "additionalProperties": false,
                 "properties": {"amount": {"type": "integer", "maximum": 1e30},
                                "a/b": {"type": "array", "items": {"pattern": "^x"}}}}
                """;
        assertThat(pointer(schema, Map.of())).isEmpty();
        assertThat(pointer(schema, Map.of("amount", new BigDecimal("1.5")))).isEqualTo("/amount");
        assertThat(pointer(schema, Map.of("amount", new BigDecimal("1E400")))).isEqualTo("/amount");
        assertThat(pointer(schema, Map.of("amount", BigDecimal.ONE, "a/b", List.of("x", "y"))))
                .isEqualTo("/a~1b/1");
        assertThat(pointer(schema, Map.of("amount", BigDecimal.ONE, "more", true)))
                .isEmpty();
        assertThat(violation(schema, Map.of("amount", new BigDecimal("1.0")))).isNull();
        assertThat(violation(schema, Map.of("amount", new BigDecimal("1E2")))).isNull();
        assertThat(violation(schema, Map.of("amount", new BigDecimal("9223372036854775808"))))
                .isNull();
    }

    @Test
    void survivesAnExpressionThatOverflowsTheStack() {
        violation("{\"properties\": {\"a\": {\"pattern\": \"^(x|y)*$\"}}}", Map.of("a", "x".repeat(200_000)));
    }

    @Test
    void fetchesNothing() throws IOException {
        AtomicInteger asked = new AtomicInteger();
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            asked.incrementAndGet();
            exchange.close();
        });
        server.start();
        try {
            String url = "http://127.0.0.1:" + server.getAddress().getPort() + "/";
            for (String schema : List.of(
                    "{\"$ref\":\"" + url + "a\"}",
                    "{\"$schema\":\"" + url + "b\"}",
                    "{\"$id\":\"" + url + "c\",\"$ref\":\"d\"}",
                    "{\"$id\":\"" + url + "e/\",\"$defs\":{\"x\":{\"$id\":\"f\",\"$ref\":\"g\"}}}")) {
                assertThat(schemas.check(schema)).isPresent();
            }
        } finally {
            server.stop(0);
        }
        assertThat(asked).hasValue(0);
    }

    private String pointer(String schema, Map<String, @Nullable Object> payload) {
        Violation violation = violation(schema, payload);
        assertThat(violation).isNotNull();
        return violation.pointer();
    }

    private @Nullable Violation violation(String schema, Map<String, @Nullable Object> payload) {
        Instant now = Instant.now();
        EventType type = new EventType("t", null, schema, now, now);
        Source source =
                new Source("s", 1, "s", null, List.of(), null, false, Map.of("t", type), Source.State.OPEN, now, now);
        return schemas.violation(source, type, payload);
    }
}
