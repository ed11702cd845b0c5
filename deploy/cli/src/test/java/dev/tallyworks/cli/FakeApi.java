package dev.tallyworks.cli;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.tallyworks.cli.api.Json;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** A server that answers as it is told, and remembers what it was asked. */
public final class FakeApi implements AutoCloseable {
    private final HttpServer server;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final Map<String, Reply> replies = new ConcurrentHashMap<>();
    private final List<Asked> asked = new CopyOnWriteArrayList<>();

    /** @param path with its parameters */
    public record Asked(String method, String path, String body, Map<String, List<String>> headers) {
        public String header(String name) {
            return String.join(",", headers.getOrDefault(name, List.of()));
        }
    }

    /** @param headers each "Name: value" */
    public record Answer(int status, String type, String body, List<String> headers) {
        public static Answer json(int status, String body) {
            return new Answer(status, "application/json", body, List.of());
        }

        public static Answer problem(int status, String kind, String detail, String... headers) {
            String body = Json.line(Json.object()
                    .put("type", "urn:tallyworks:" + kind)
                    .put("title", kind)
                    .put("status", status)
                    .put("detail", detail));
            return new Answer(status, "application/problem+json", body, List.of(headers));
        }
    }

    /** What is answered to a request. */
    public interface Reply {
        Answer to(Asked asked);
    }

    public FakeApi() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", this::handle);
        server.setExecutor(threads);
        server.start();
    }

    public String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    /** @param route such as "GET /api/v1/queue", without parameters */
    public FakeApi on(String route, Reply reply) {
        replies.put(route, reply);
        return this;
    }

    public FakeApi on(String route, String json) {
        return on(route, asked -> Answer.json(200, json));
    }

    public List<Asked> asked() {
        return List.copyOf(asked);
    }

    public List<Asked> asked(String method) {
        return asked.stream().filter(one -> one.method().equals(method)).toList();
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            Asked one = new Asked(
                    exchange.getRequestMethod(),
                    exchange.getRequestURI().toString(),
                    new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8),
                    Map.copyOf(exchange.getRequestHeaders()));
            asked.add(one);
            Answer answer = replies.getOrDefault(
                            one.method() + " " + exchange.getRequestURI().getRawPath(),
                            other -> Answer.problem(404, "not_found", "There is no " + other.path() + "."))
                    .to(one);
            if (answer.status() == 0) {
                // As a process that is killed: the connection breaks.
                return;
            }
            exchange.getResponseHeaders().set("Content-Type", answer.type());
            for (String header : answer.headers()) {
                exchange.getResponseHeaders()
                        .set(
                                header.substring(0, header.indexOf(':')),
                                header.substring(header.indexOf(':') + 1).strip());
            }
            byte[] body = answer.body().getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(answer.status(), body.length == 0 ? -1 : body.length);
            exchange.getResponseBody().write(body);
        }
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
