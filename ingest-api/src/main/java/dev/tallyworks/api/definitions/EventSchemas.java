package dev.tallyworks.api.definitions;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.PathType;
import com.networknt.schema.SchemaId;
import com.networknt.schema.SchemaLocation;
import com.networknt.schema.SchemaValidatorsConfig;
import com.networknt.schema.SpecVersion;
import com.networknt.schema.ValidationMessage;
import com.networknt.schema.resource.DisallowSchemaLoader;
import dev.tallyworks.api.http.JsonBody;
import dev.tallyworks.api.intake.PayloadSchema;
import dev.tallyworks.definition.EventType;
import dev.tallyworks.definition.Source;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The JSON Schemas (2020-12) of event types: checked when they are defined, and each event's payload against them. Nothing
 * but the meta-schemas is ever loaded, neither from the network nor from files.
 */
final class EventSchemas implements PayloadSchema, SourceReader.SchemaCheck {
    private static final String META_SCHEMA = SchemaId.V202012;
    private static final int COMPILED_MAX = 1_000;

    private static final SchemaValidatorsConfig CONFIG =
            SchemaValidatorsConfig.builder().pathType(PathType.JSON_POINTER).build();
    private static final JsonSchemaFactory FACTORY = JsonSchemaFactory.getInstance(
            SpecVersion.VersionFlag.V202012,
            // The meta-schemas are found by mapping their ids to resources, which are asked before this loader's
            // refusal.
            factory -> factory.schemaLoaders(loaders -> loaders.add(iri -> isMetaSchema(iri.toString())
                            ? null
                            : DisallowSchemaLoader.getInstance().getSchema(iri)))
                    .enableSchemaCache(false));

    /** By text: the same schema is compiled once, whatever type has it. */
    private final Map<String, JsonSchema> compiled = Collections.synchronizedMap(new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, JsonSchema> eldest) {
            return size() > COMPILED_MAX;
        }
    });

    private static boolean isMetaSchema(String iri) {
        return iri.startsWith("classpath:draft/2020-12/") || iri.startsWith("https://json-schema.org/draft/2020-12/");
    }

    @Override
    public Optional<Fault> check(String schema) {
        JsonNode read = parse(schema);
        if (!read.isObject() && !read.isBoolean()) {
            return Optional.of(new Fault("", "A JSON Schema is an object, true or false."));
        }
        JsonNode dialect = read.get("$schema");
        if (dialect != null
                && !(META_SCHEMA.equals(dialect.asText()) || (META_SCHEMA + "#").equals(dialect.asText()))) {
            return Optional.of(new Fault("/$schema", "'$schema' must be " + META_SCHEMA + ", or absent."));
        }
        try {
            Set<ValidationMessage> faults =
                    FACTORY.getSchema(SchemaLocation.of(META_SCHEMA), CONFIG).validate(read);
            if (!faults.isEmpty()) {
                ValidationMessage first = faults.iterator().next();
                return Optional.of(new Fault(
                        first.getInstanceLocation().toString(), "No valid JSON Schema: " + first.getMessage() + "."));
            }
            compile(schema).initializeValidators();
            return Optional.empty();
        } catch (RuntimeException unusable) {
            // What the library throws for references that lead nowhere, or expressions that don't compile, is no one
            // type.
            return Optional.of(new Fault("", "The JSON Schema can't be used: " + unusable.getMessage()));
        }
    }

    @Override
    public @Nullable Violation violation(Source source, EventType type, Map<String, @Nullable Object> payload) {
        String text = type.schema();
        if (text == null) {
            return null;
        }
        JsonSchema schema = compiled.computeIfAbsent(text, EventSchemas::compile);
        JsonNode instance = JsonBody.JSON.valueToTree(payload);
        for (ValidationMessage message : schema.validate(instance)) {
            return new Violation(message.getInstanceLocation().toString(), message.getMessage());
        }
        return null;
    }

    private static JsonSchema compile(String schema) {
        return FACTORY.getSchema(parse(schema), CONFIG);
    }

    private static JsonNode parse(String schema) {
        try {
            return JsonBody.JSON.readTree(schema);
        } catch (JsonProcessingException impossible) {
            throw new IllegalStateException("a schema that was read is no JSON", impossible);
        }
    }
}
