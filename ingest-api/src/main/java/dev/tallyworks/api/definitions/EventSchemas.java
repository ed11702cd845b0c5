package dev.tallyworks.api.definitions;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.networknt.schema.AbsoluteIri;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaException;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.PathType;
import com.networknt.schema.SchemaId;
import com.networknt.schema.SchemaLocation;
import com.networknt.schema.SchemaValidatorsConfig;
import com.networknt.schema.SpecVersion.VersionFlag;
import com.networknt.schema.ValidationMessage;
import com.networknt.schema.regex.RegularExpression;
import com.networknt.schema.resource.InputStreamSource;
import dev.tallyworks.api.http.JsonBody;
import dev.tallyworks.api.intake.PayloadSchema;
import dev.tallyworks.definition.EventType;
import dev.tallyworks.definition.Source;
import java.io.FileNotFoundException;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * JSON Schema 2020-12, for event types. A schema stands for itself: it may refer to its own parts and to the meta-schemas,
 * and nothing is ever fetched.
 */
final class EventSchemas implements PayloadSchema, SourceReader.SchemaCheck {
    /** Compiled schemas are kept by their text; more than this begin anew. */
    private static final int KEPT_MAX = 1_000;

    private static final String TOO_MUCH = "it takes too much to check even an empty payload";

    private static final String META_SCHEMAS = "classpath:draft/2020-12/";

    private final JsonSchemaFactory factory =
            JsonSchemaFactory.getInstance(VersionFlag.V202012, builder -> builder.enableSchemaCache(false)
                    .schemaLoaders(loaders -> loaders.add(EventSchemas::refuse)));

    private final SchemaValidatorsConfig settings = SchemaValidatorsConfig.builder()
            .pathType(PathType.JSON_POINTER)
            .locale(Locale.ENGLISH)
            .failFast(true)
            .regularExpressionFactory(EventSchemas::expression)
            .build();

    private final JsonSchema metaSchema = factory.getSchema(
            SchemaLocation.of(SchemaId.V202012),
            SchemaValidatorsConfig.builder()
                    .pathType(PathType.JSON_POINTER)
                    .locale(Locale.ENGLISH)
                    .formatAssertionsEnabled(true)
                    .failFast(true)
                    .build());

    private final Map<String, JsonSchema> kept = new ConcurrentHashMap<>();

    /** Comes before the loaders that would fetch: all but the meta-schemas that are shipped ends here. */
    private static @Nullable InputStreamSource refuse(AbsoluteIri iri) {
        if (iri.toString().startsWith(META_SCHEMAS)) {
            return null;
        }
        return () -> {
            throw new FileNotFoundException("not part of this schema: " + iri);
        };
    }

    private static RegularExpression expression(String text) {
        Pattern compiled = Pattern.compile(text);
        return value -> Effort.isFound(compiled, value);
    }

    @Override
    public Optional<Fault> check(String schemaJson) {
        JsonNode schema;
        try {
            schema = JsonBody.JSON.readTree(schemaJson);
        } catch (JsonProcessingException noJson) {
            return Optional.of(new Fault("", "no JSON: " + noJson.getOriginalMessage()));
        }
        try {
            Set<ValidationMessage> faults = metaSchema.validate(schema);
            if (!faults.isEmpty()) {
                ValidationMessage first = faults.iterator().next();
                return Optional.of(new Fault(first.getInstanceLocation().toString(), first.getError()));
            }
            Optional<Fault> unresolved = References.check(schema);
            if (unresolved.isEmpty()) {
                // A reference to itself without end shows only when it is followed.
                compile(schema).validate(PayloadNode.of(Map.of(), Effort.begin(0)));
            }
            return unresolved;
        } catch (Effort.Exceeded endless) {
            return Optional.of(new Fault("", TOO_MUCH));
        } catch (StackOverflowError endless) {
            return Optional.of(new Fault("", "it refers to itself without end, or is nested too deeply"));
        } catch (JsonSchemaException | IllegalArgumentException unusable) {
            return Optional.of(new Fault("", "unusable: " + unusable.getMessage()));
        } finally {
            Effort.end();
        }
    }

    private JsonSchema compile(JsonNode schema) {
        JsonSchema compiled = factory.getSchema(schema, settings);
        compiled.initializeValidators();
        return compiled;
    }

    @Override
    public @Nullable Violation violation(Source source, EventType type, Map<String, @Nullable Object> payload) {
        String text = type.schema();
        if (text == null) {
            return null;
        }
        try {
            Effort effort = Effort.begin(PayloadNode.characters(payload));
            Set<ValidationMessage> messages = schema(text).validate(PayloadNode.of(payload, effort));
            if (effort.isExceeded()) {
                return beyond();
            }
            if (messages.isEmpty()) {
                return null;
            }
            ValidationMessage first = messages.iterator().next();
            return new Violation(first.getInstanceLocation().toString(), first.getError());
        } catch (StackOverflowError | Effort.Exceeded tooMuch) {
            // Expressions with alternatives recurse for each character, references for each level.
            return beyond();
        } finally {
            Effort.end();
        }
    }

    private static Violation beyond() {
        return new Violation("", "this payload is beyond what its schema can check");
    }

    private JsonSchema schema(String text) {
        JsonSchema known = kept.get(text);
        if (known != null) {
            return known;
        }
        if (kept.size() >= KEPT_MAX) {
            kept.clear();
        }
        return kept.computeIfAbsent(text, json -> {
            try {
                return compile(JsonBody.JSON.readTree(json));
            } catch (JsonProcessingException stored) {
                throw new IllegalStateException("a stored schema is no JSON", stored);
            }
        });
    }
}
