package dev.tallyworks.cli.api;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What is asked of the API.
 *
 * @param path after the base URL, encoded, with its parameters
 * @param contentType null without a body
 * @param repeatable whether sending it twice is the same as sending it once
 */
public record Request(
        String method, String path, @Nullable String contentType, byte @Nullable [] body, boolean repeatable) {
    public static final String JSON = "application/json";
    private static final String ROOT = "/api/v1";

    public static Request get(String... segments) {
        return new Request("GET", route(segments), null, null, true);
    }

    public static Request post(String... segments) {
        return new Request("POST", route(segments), null, null, false);
    }

    public static Request put(String... segments) {
        return new Request("PUT", route(segments), null, null, true);
    }

    public static Request patch(String... segments) {
        return new Request("PATCH", route(segments), null, null, true);
    }

    /** Not repeatable: the second finds nothing. */
    public static Request delete(String... segments) {
        return new Request("DELETE", route(segments), null, null, false);
    }

    /** A path outside the API, such as a probe's. */
    public static Request probe(String path) {
        return new Request("GET", path, null, null, false);
    }

    private static String route(String... segments) {
        StringBuilder path = new StringBuilder(ROOT);
        for (String segment : segments) {
            path.append('/').append(encoded(segment));
        }
        return path.toString();
    }

    /** @param value of no parameter, where null */
    public Request with(String name, @Nullable Object value) {
        if (value == null) {
            return this;
        }
        String parameter = (path.indexOf('?') < 0 ? '?' : '&') + encoded(name) + '=' + encoded(value.toString());
        return new Request(method, path + parameter, contentType, body, repeatable);
    }

    /** One parameter with all values, separated by commas; none without a value. */
    public Request withAll(String name, List<String> values) {
        return values.isEmpty() ? this : with(name, String.join(",", values));
    }

    /** One parameter for each value. */
    public Request withEach(String name, List<String> values) {
        Request all = this;
        for (String value : new ArrayList<>(values)) {
            all = all.with(name, value);
        }
        return all;
    }

    public Request json(JsonNode json) {
        return body(JSON, Json.line(json).getBytes(StandardCharsets.UTF_8));
    }

    public Request body(String type, byte[] content) {
        return new Request(method, path, type, content, repeatable);
    }

    /** The same, where sending it twice is known to be the same as sending it once. */
    public Request asRepeatable() {
        return new Request(method, path, contentType, body, true);
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }
}
