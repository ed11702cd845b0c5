package dev.tallyworks.api.definitions;

import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import dev.tallyworks.api.definitions.SourceReader.SchemaCheck.Fault;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.Optional;

/** Finds references that lead nowhere, as the validator would find them only when an event needs them. */
final class References {
    private static final String META_SCHEMA = "https://json-schema.org/draft/2020-12/";

    /** A thousand of schemas are large; some lines that refer to each other twice each are more than all others. */
    private static final long SIZE_MAX = 20_000;

    private final JsonNode root;
    private final Map<String, JsonNode> named = new HashMap<>();
    /** How many schemas each unfolds to; 1 while that is being found out, as where it refers to itself. */
    private final Map<JsonNode, Long> sizes = new IdentityHashMap<>();

    private References(JsonNode root) {
        this.root = root;
        collect(root);
    }

    static Optional<Fault> check(JsonNode schema) {
        References references = new References(schema);
        Optional<Fault> fault = references.check(schema, "");
        if (fault.isEmpty() && references.size(schema) > SIZE_MAX) {
            return Optional.of(new Fault("", "with all its references it has more than " + SIZE_MAX + " parts"));
        }
        return fault;
    }

    /** How many objects there are once each reference stands for what it refers to, those in circles but once. */
    private long size(JsonNode node) {
        if (!node.isContainerNode()) {
            return 0;
        }
        Long known = sizes.get(node);
        if (known != null) {
            return known;
        }
        sizes.put(node, 1L);
        long size = 1;
        for (JsonNode part : node) {
            size = Math.min(size + size(part), SIZE_MAX + 1);
        }
        for (String referring : new String[] {"$ref", "$dynamicRef"}) {
            if (node.path(referring).isTextual()) {
                size = Math.min(size + size(target(node.get(referring).textValue())), SIZE_MAX + 1);
            }
        }
        sizes.put(node, size);
        return size;
    }

    /** Missing where it is not found here: then the validator has it from elsewhere, or never. */
    private JsonNode target(String reference) {
        int hash = reference.indexOf('#');
        String base = hash < 0 ? reference : reference.substring(0, hash);
        String fragment = hash < 0 ? "" : reference.substring(hash + 1);
        JsonNode from = base.isEmpty()
                ? root
                : named.entrySet().stream()
                        .filter(name -> isSame(name.getKey(), base))
                        .map(Map.Entry::getValue)
                        .findFirst()
                        .orElse(MissingNode.getInstance());
        if (fragment.isEmpty()) {
            return from;
        }
        return fragment.startsWith("/")
                ? from.at(JsonPointer.compile(decode(fragment)))
                : named.getOrDefault(fragment, MissingNode.getInstance());
    }

    private static String decode(String fragment) {
        return URLDecoder.decode(fragment.replace("+", "%2B"), StandardCharsets.UTF_8);
    }

    private static boolean isSame(String name, String base) {
        return name.equals(base) || name.endsWith('/' + base) || base.endsWith('/' + name);
    }

    /** Of anchors, and of embedded schemas. */
    private void collect(JsonNode node) {
        for (String naming : new String[] {"$id", "$anchor", "$dynamicAnchor"}) {
            if (node.path(naming).isTextual()) {
                named.putIfAbsent(node.get(naming).textValue(), node);
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
        if (fragment.isEmpty() || named.containsKey(fragment)) {
            return true;
        }
        if (!fragment.startsWith("/")) {
            return false;
        }
        return embedsSchemas()
                || !root.at(JsonPointer.compile(decode(fragment))).isMissingNode();
    }

    /** References may be relative to the schema's own id. */
    private boolean isNamed(String base) {
        return named.keySet().stream().anyMatch(name -> isSame(name, base));
    }

    /** Then a pointer may be relative to an embedded one, which is left to the validator. */
    private boolean embedsSchemas() {
        return named.keySet().stream()
                .anyMatch(name -> !name.equals(root.path("$id").asText()) && name.contains("/"));
    }
}
