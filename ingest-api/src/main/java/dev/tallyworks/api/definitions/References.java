package dev.tallyworks.api.definitions;

import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.databind.JsonNode;
import dev.tallyworks.api.definitions.SourceReader.SchemaCheck.Fault;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Finds references that lead nowhere, as the validator would find them only when an event needs them. */
final class References {
    private static final String META_SCHEMA = "https://json-schema.org/draft/2020-12/";

    private final JsonNode root;
    private final Set<String> names = new HashSet<>();

    private References(JsonNode root) {
        this.root = root;
        collect(root);
    }

    static Optional<Fault> check(JsonNode schema) {
        return new References(schema).check(schema, "");
    }

    /** Of anchors, and of embedded schemas. */
    private void collect(JsonNode node) {
        for (String naming : new String[] {"$id", "$anchor", "$dynamicAnchor"}) {
            if (node.path(naming).isTextual()) {
                names.add(node.get(naming).textValue());
            }
        }
        node.forEach(this::collect);
    }

    private Optional<Fault> check(JsonNode node, String pointer) {
        for (Map.Entry<String, JsonNode> member : node.properties()) {
            String at = pointer + '/' + member.getKey().replace("~", "~0").replace("/", "~1");
            Optional<Fault> fault = checkMember(member.getKey(), member.getValue(), at);
            if (fault.isPresent()) {
                return fault;
            }
        }
        for (int i = 0; node.isArray() && i < node.size(); i++) {
            Optional<Fault> fault = check(node.get(i), pointer + '/' + i);
            if (fault.isPresent()) {
                return fault;
            }
        }
        return Optional.empty();
    }

    private Optional<Fault> checkMember(String name, JsonNode value, String at) {
        return switch (name) {
            case "enum", "const", "default", "examples" -> Optional.empty();
            case "$schema" ->
                value.isTextual() && !value.textValue().startsWith(META_SCHEMA + "schema")
                        ? Optional.of(new Fault(at, "only JSON Schema 2020-12 is understood"))
                        : Optional.empty();
            case "$ref", "$dynamicRef" ->
                value.isTextual() && !resolves(value.textValue())
                        ? Optional.of(new Fault(at, "'" + value.textValue() + "' is not part of this schema"))
                        : check(value, at);
            default -> check(value, at);
        };
    }

    private boolean resolves(String reference) {
        int hash = reference.indexOf('#');
        String base = hash < 0 ? reference : reference.substring(0, hash);
        String fragment = hash < 0 ? "" : reference.substring(hash + 1);
        if (base.startsWith(META_SCHEMA) || !base.isEmpty() && isNamed(base)) {
            return true;
        }
        if (!base.isEmpty()) {
            return false;
        }
        if (fragment.isEmpty() || names.contains(fragment)) {
            return true;
        }
        if (!fragment.startsWith("/")) {
            return false;
        }
        String decoded = URLDecoder.decode(fragment.replace("+", "%2B"), StandardCharsets.UTF_8);
        return embedsSchemas() || !root.at(JsonPointer.compile(decoded)).isMissingNode();
    }

    /** References may be relative to the schema's own id. */
    private boolean isNamed(String base) {
        return names.stream()
                .anyMatch(name -> name.equals(base) || name.endsWith('/' + base) || base.endsWith('/' + name));
    }

    /** Then a pointer may be relative to an embedded one, which is left to the validator. */
    private boolean embedsSchemas() {
        return names.stream().anyMatch(name -> !name.equals(root.path("$id").asText()) && name.contains("/"));
    }
}
