package dev.tallyworks.api.definitions;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import com.sun.net.httpserver.HttpServer;
import dev.tallyworks.api.intake.PayloadSchema.Violation;
import dev.tallyworks.definition.EventType;
import dev.tallyworks.definition.Source;
import java.io.IOException;
import java.math.BigDecimal;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
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

    @ParameterizedTest
    @ValueSource(
            strings = {
                "^(a+)+$",
                "^(a|a)*$",
                "^(a|aa)+$",
                "^(.*)*=$",
                "(a*)*(a*)*(a*)*b",
                "^(([a-z])+.)+[A-Z]([a-z])+$",
                "(.*)\\\\1(.*)\\\\2=",
                "^(?=(a+)+$)a*$"
            })
    void anExpressionThatGoesBackAndForthIsGivenUp(String expression) {
        for (String schema : List.of(
                "{\"properties\": {\"a\": {\"pattern\": \"" + expression + "\"}}}",
                "{\"additionalProperties\": {\"not\": {\"pattern\": \"" + expression + "\"}}}",
                "{\"patternProperties\": {\"" + expression + "\": {\"type\": \"string\"}}}",
                "{\"propertyNames\": {\"pattern\": \"" + expression + "\"}}")) {
            assertTimeoutPreemptively(Duration.ofSeconds(20), () -> {
                assertThat(schemas.check(schema)).isEmpty();
                // Whatever comes of it: it comes.
                violation(schema, Map.of("a", "a".repeat(5_000) + "!"));
                violation(schema, Map.of("a".repeat(5_000) + "!", "a"));
            });
        }
    }

    @Test
    void whatIsGivenUpNeverFits() {
        String expression = "{\"pattern\": \"^(.*)*=$\"}";
        for (String schema : List.of(expression, "{\"not\": " + expression + "}")) {
            assertThat(violation("{\"properties\": {\"a\": " + schema + "}}", Map.of("a", "a".repeat(5_000))))
                    .isEqualTo(new Violation("", "this payload is beyond what its schema can check"));
        }
    }

    @Test
    void ordinaryExpressionsAreCheckedInLargePayloads() {
        String schema = """
                {"properties": {"list": {"items": {"pattern": "^[A-Za-z0-9._%+-]+@[A-Za-z0-9.-]+[.][A-Za-z]{2,}$"}},
                                "text": {"pattern": ".*needle.*"}}}""";
        List<String> list = Collections.nCopies(5_000, "some.body+tag@mail.example.com");
        assertThat(violation(schema, Map.of("list", list, "text", "hay ".repeat(10_000) + "needle")))
                .isNull();
        List<String> oneWrong = new ArrayList<>(list);
        oneWrong.set(4_000, "nobody");
        assertThat(pointer(schema, Map.of("list", oneWrong))).isEqualTo("/list/4000");
    }

    @Test
    void schemasThatUnfoldWithoutEndAreRefused() {
        StringBuilder definitions = new StringBuilder();
        for (int i = 0; i < 60; i++) {
            String next = "{\"$ref\": \"#/$defs/a" + (i + 1) + "\"}";
            definitions.append("\"a" + i + "\": {\"allOf\": [" + next + ", " + next + "]}, ");
        }
        definitions.append("\"a60\": true");
        for (String use : List.of("\"$ref\": \"#/$defs/a0\"", "\"items\": {\"$ref\": \"#/$defs/a0\"}")) {
            assertTimeoutPreemptively(Duration.ofSeconds(20), () -> assertThat(
                            schemas.check("{" + use + ", \"$defs\": {" + definitions + "}}"))
                    .hasValueSatisfying(fault -> assertThat(fault.detail()).contains("parts")));
        }
    }

    @Test
    void aSchemaThatRefersToItselfTwiceIsGivenUpWhereItTakesTooLong() {
        String schema = """
                {"properties": {"a": {"anyOf": [{"allOf": [{"$ref": "#"}, {"not": {}}]}, {"$ref": "#"}]}}}""";
        Map<String, @Nullable Object> payload = new HashMap<>();
        for (int depth = 0; depth < 60; depth++) {
            payload = new HashMap<>(Map.of("a", payload));
        }
        Map<String, @Nullable Object> deep = payload;
        assertTimeoutPreemptively(Duration.ofSeconds(20), () -> {
            assertThat(schemas.check(schema)).isEmpty();
            assertThat(violation(schema, Map.of("a", Map.of("a", Map.of())))).isNull();
            assertThat(violation(schema, deep)).isNotNull();
        });
    }

    @Test
    void aTreeMayReferToItself() {
        String schema = """
                {"$defs": {"tree": {"properties": {"value": {"type": "number"},
                    "children": {"items": {"$ref": "#/$defs/tree"}}}}}, "$ref": "#/$defs/tree"}""";
        Map<String, @Nullable Object> leaf = Map.of("value", BigDecimal.ONE);
        Map<String, @Nullable Object> tree =
                Map.of("children", Collections.nCopies(3_000, Map.of("children", List.of(leaf))));
        assertThat(schemas.check(schema)).isEmpty();
        assertThat(violation(schema, tree)).isNull();
        assertThat(pointer(schema, Map.of("children", List.of(tree, Map.of("value", "x")))))
                .isEqualTo("/children/1/value");
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
