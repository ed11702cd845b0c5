package dev.tallyworks.local.process;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Requests to one application, each bounded in time. Thread-safe. */
public final class Api {
    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .build();
    private static final HttpClient CLIENT = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(5))
            .build();
    private static final Duration TIMEOUT = Duration.ofSeconds(30);
    private static final Duration HEALTH_TIMEOUT = Duration.ofSeconds(3);

    private final String base;
    private final Duration timeout;

    public Api(int port) {
        this("http://127.0.0.1:" + port, TIMEOUT);
    }

    private Api(String base, Duration timeout) {
        this.base = base;
        this.timeout = timeout;
    }

    public Api within(Duration limit) {
        return new Api(base, limit);
    }

    /** @param text as it came */
    public record Answer(int status, String text) {
        /** Missing where it is no JSON. */
        public JsonNode json() {
            try {
                return JSON.readTree(text);
            } catch (JsonProcessingException other) {
                return MissingNode.getInstance();
            }
        }

        public boolean succeeded() {
            return status < 300;
        }

        /** @throws IllegalStateException where it did not succeed */
        public Answer orThrow() {
            if (!succeeded()) {
                throw new IllegalStateException("HTTP " + status + ": " + text);
            }
            return this;
        }
    }

    public Answer get(String path) throws IOException {
        return send(request(path).GET());
    }

    public Answer post(String path, String json) throws IOException {
        return send("POST", path, "application/json", json);
    }

    public Answer postLines(String path, String ndjson) throws IOException {
        return send("POST", path, "application/x-ndjson", ndjson);
    }

    public Answer send(String method, String path, String contentType, String body) throws IOException {
        return send(request(path)
                .header("Content-Type", contentType)
                .method(method, HttpRequest.BodyPublishers.ofString(body)));
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create(base + path)).timeout(timeout);
    }

    private static Answer send(HttpRequest.Builder request) throws IOException {
        try {
            HttpResponse<String> response = CLIENT.send(request.build(), HttpResponse.BodyHandlers.ofString());
            return new Answer(response.statusCode(), response.body());
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", interrupted);
        }
    }

    /** Whether a probe answers that all is well; {@code probe} is live, ready or started. */
    public boolean isHealthy(String probe) {
        return health(probe) == 200;
    }

    /** The status of a probe's answer, 0 where there is none. */
    public int health(String probe) {
        try {
            return within(HEALTH_TIMEOUT).get("/q/health/" + probe).status();
        } catch (IOException down) {
            return 0;
        }
    }

    /** What its readiness says is missing; empty where nothing is, or nothing answers. */
    public String whyNotReady() {
        List<String> reasons = new ArrayList<>();
        try {
            JsonNode answer = within(HEALTH_TIMEOUT).get("/q/health/ready").json();
            for (JsonNode check : answer.path("checks")) {
                if (!check.path("status").asText().equals("UP")) {
                    reasons.add(check.path("name").asText() + details(check.path("data")));
                }
            }
        } catch (IOException down) {
            // It can't say.
        }
        return String.join("; ", reasons);
    }

    private static String details(JsonNode data) {
        StringBuilder details = new StringBuilder();
        data.properties().forEach(detail -> {
            if (!detail.getValue().asText().equals("up")) {
                details.append(details.isEmpty() ? ": " : ", ")
                        .append(detail.getKey())
                        .append(' ')
                        .append(detail.getValue().asText());
            }
        });
        return details.toString();
    }

    public static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }
}
