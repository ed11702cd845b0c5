package dev.tallyworks.e2e;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A client of a live stream as a browser is one: keeps the last value of each point, and comes back where it was cut off. */
final class LiveViewer implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final HttpClient CLIENT = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(5))
            .build();
    private static final long AGAIN_MILLIS = 300;

    private final Supplier<String> url;
    private final Map<String, String> points = new TreeMap<>();
    private final AtomicInteger connections = new AtomicInteger();
    private @Nullable String lastId;
    private Flow.@Nullable Subscription reading;
    private volatile boolean closed;
    private volatile String trouble = "";

    /** @param url of the stream, asked anew for each connection */
    LiveViewer(Supplier<String> url) {
        this.url = url;
        connect();
    }

    private void connect() {
        if (closed) {
            return;
        }
        HttpRequest.Builder request =
                HttpRequest.newBuilder(URI.create(url.get())).header("Accept", "text/event-stream");
        synchronized (this) {
            if (lastId != null) {
                request.header("Last-Event-ID", lastId);
            }
        }
        CLIENT.sendAsync(
                        request.build(),
                        answer -> answer.statusCode() == 200
                                ? HttpResponse.BodySubscribers.fromLineSubscriber(new Lines())
                                : HttpResponse.BodySubscribers.replacing(null))
                .whenComplete((answer, failed) -> {
                    trouble = failed != null ? failed.toString() : answer.statusCode() == 200 ? "" : answer.toString();
                    Executor later = CompletableFuture.delayedExecutor(AGAIN_MILLIS, TimeUnit.MILLISECONDS);
                    later.execute(this::connect);
                });
    }

    private final class Lines implements Flow.Subscriber<String> {
        private @Nullable String id;
        private @Nullable String data;

        @Override
        public void onSubscribe(Flow.Subscription subscription) {
            connections.incrementAndGet();
            synchronized (LiveViewer.this) {
                reading = subscription;
            }
            subscription.request(Long.MAX_VALUE);
        }

        @Override
        public void onNext(String line) {
            if (line.startsWith("id:")) {
                id = line.substring(3).strip();
            } else if (line.startsWith("data:")) {
                data = line.substring(5).strip();
            } else if (line.isEmpty() && data != null) {
                told(id, data);
                data = null;
            }
        }

        @Override
        public void onError(Throwable cutOff) {
            // The whole request fails as well, and comes back.
        }

        @Override
        public void onComplete() {
            // As above.
        }
    }

    private synchronized void told(@Nullable String id, String data) {
        try {
            for (JsonNode point : JSON.readTree(data).path("points")) {
                points.put(point.path("timestamp").asText(), point.path("value").asText());
            }
            lastId = id;
        } catch (JsonProcessingException noJson) {
            throw new IllegalStateException(data, noJson);
        }
    }

    /** The last value of each point that it was told. */
    synchronized Map<String, String> points() {
        return new TreeMap<>(points);
    }

    /** Whether it was told anything yet. */
    synchronized boolean isTold() {
        return lastId != null;
    }

    int connections() {
        return connections.get();
    }

    @Override
    public synchronized void close() {
        closed = true;
        if (reading != null) {
            reading.cancel();
        }
    }

    @Override
    public String toString() {
        return "viewer with " + points() + " after " + connections + " connections " + trouble;
    }
}
