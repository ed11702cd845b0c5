package dev.tallyworks.api.live;

import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import dev.tallyworks.api.http.JsonBody;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/** A client of server-sent events, which keeps all it is told. */
final class EventStream implements AutoCloseable {
    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final HttpClient CLIENT = HttpClient.newHttpClient();

    /** @param points by timestamp, and category if there is one */
    record Told(String id, String data, Map<String, String> points) {}

    final HttpResponse<InputStream> response;
    final List<Told> told = new CopyOnWriteArrayList<>();
    /** Whether the server ended it. */
    volatile boolean ended;

    private final Map<String, String> state = new TreeMap<>();

    private EventStream(HttpResponse<InputStream> response) {
        this.response = response;
        Thread reading = new Thread(this::read, "event-stream");
        reading.setDaemon(true);
        reading.start();
    }

    static EventStream open(String url, @Nullable String lastEventId) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(url)).header("Accept", "text/event-stream");
        if (lastEventId != null) {
            request.header("Last-Event-ID", lastEventId);
        }
        try {
            return new EventStream(CLIENT.send(request.build(), HttpResponse.BodyHandlers.ofInputStream()));
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        } catch (InterruptedException interrupted) {
            throw new AssertionError(interrupted);
        }
    }

    private void read() {
        try (BufferedReader lines =
                new BufferedReader(new InputStreamReader(response.body(), StandardCharsets.UTF_8))) {
            String id = "";
            String data = null;
            String line = lines.readLine();
            while (line != null) {
                if (line.startsWith("id:")) {
                    id = line.substring(3).strip();
                } else if (line.startsWith("data:")) {
                    data = data == null
                            ? line.substring(5).strip()
                            : data + "\n" + line.substring(5).strip();
                } else if (line.isEmpty() && data != null) {
                    add(new Told(id, data, points(data)));
                    data = null;
                }
                line = lines.readLine();
            }
            ended = true;
        } catch (IOException over) {
            // as the test ends it
        }
    }

    private synchronized void add(Told one) {
        state.putAll(one.points);
        told.add(one);
    }

    /** What a client knows that keeps the last value of each point. */
    synchronized Map<String, String> state() {
        return new TreeMap<>(state);
    }

    private static Map<String, String> points(String data) {
        Map<String, String> points = new TreeMap<>();
        try {
            for (JsonNode point : JsonBody.JSON.readTree(data).path("points")) {
                String category =
                        point.has("category") ? " " + point.path("category").textValue() : "";
                points.put(
                        point.path("timestamp").textValue() + category,
                        point.path("value").asText());
            }
        } catch (JsonProcessingException noJson) {
            throw new AssertionError(data, noJson);
        }
        return points;
    }

    Told first() {
        await().atMost(LIMIT).until(() -> !told.isEmpty());
        return told.get(0);
    }

    String lastId() {
        return told.get(told.size() - 1).id();
    }

    void awaitState(Map<String, String> expected) {
        await("until " + expected + " was told, not " + told).atMost(LIMIT).until(() -> state().equals(expected));
    }

    @Override
    public void close() {
        try {
            response.body().close();
        } catch (IOException over) {
            // all the same
        }
    }
}
