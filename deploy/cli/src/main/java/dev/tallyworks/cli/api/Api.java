package dev.tallyworks.cli.api;

import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Locale;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * One Tallyworks API. What fails for the moment is tried again for a bounded time where a second request is the same as one: no
 * connection, 429, 502, 503, 504, and, of what is repeatable, any other failure of the server or the connection. Thread-safe.
 */
public final class Api {
    private static final int TOO_MANY_REQUESTS = 429;
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(10);

    private final Settings settings;
    private final Waiting waiting;
    private final Backoff backoff;
    private final HttpClient client;

    /**
     * @param base of the URL, without a path's end
     * @param key null for none
     * @param timeout of one request
     * @param retryFor how long a request is tried again at most
     * @param agent how the client names itself
     */
    public record Settings(URI base, @Nullable String key, Duration timeout, Duration retryFor, String agent) {
        Settings retryingFor(Duration limit) {
            return new Settings(base, key, timeout, limit, agent);
        }
    }

    public Api(Settings settings, Waiting waiting, RandomGenerator random) {
        this(
                settings,
                waiting,
                new Backoff(random),
                HttpClient.newBuilder()
                        .version(HttpClient.Version.HTTP_1_1)
                        .connectTimeout(CONNECT_TIMEOUT)
                        .build());
    }

    private Api(Settings settings, Waiting waiting, Backoff backoff, HttpClient client) {
        this.settings = settings;
        this.waiting = waiting;
        this.backoff = backoff;
        this.client = client;
    }

    public Settings settings() {
        return settings;
    }

    /** The same API, tried again for another time. */
    public Api retryingFor(Duration limit) {
        return new Api(settings.retryingFor(limit), waiting, backoff, client);
    }

    /**
     * The answer, also one that refuses. The last one where the time for tries is over.
     *
     * @param says is told why another try is due
     * @throws Unavailable where nothing answers
     */
    public Answer exchange(Request request, Consumer<String> says) throws InterruptedException {
        long end = waiting.nanos() + settings.retryFor().toNanos();
        for (int tries = 1; ; tries++) {
            @Nullable Answer answer = null;
            @Nullable IOException failure = null;
            try {
                answer = once(request);
            } catch (IOException failed) {
                failure = failed;
            }
            if (answer != null && !(answer.isTemporary() && mayRepeat(request, answer))) {
                return answer;
            }
            long pause = backoff.millis(tries, answer == null ? 0 : answer.retryAfterSeconds());
            boolean over = waiting.nanos() + Duration.ofMillis(pause).toNanos() > end;
            if (over && answer != null) {
                return answer;
            }
            if (failure != null && (over || !mayRepeat(request, failure))) {
                throw new Unavailable(inWords(failure), null);
            }
            says.accept(String.format(
                    Locale.ROOT,
                    "%s, trying again in %.1f s",
                    failure == null ? "the server answers " + answer.status() : inWords(failure),
                    pause / 1e3));
            waiting.sleep(pause);
        }
    }

    /** Whether nothing can have happened, or what happened can happen again. */
    private static boolean mayRepeat(Request request, Answer answer) {
        return request.repeatable() || answer.status() == TOO_MANY_REQUESTS;
    }

    private static boolean mayRepeat(Request request, IOException failure) {
        return request.repeatable()
                || failure instanceof ConnectException
                || failure instanceof HttpConnectTimeoutException;
    }

    private String inWords(IOException failure) {
        if (failure instanceof ConnectException || failure instanceof HttpConnectTimeoutException) {
            return "nothing answers at " + settings.base();
        }
        if (failure instanceof HttpTimeoutException) {
            return settings.base() + " has not answered for "
                    + settings.timeout().toSeconds() + " s";
        }
        String message = failure.getMessage();
        return "the connection to " + settings.base() + " failed" + (message == null ? "" : " (" + message + ")");
    }

    private Answer once(Request request) throws IOException, InterruptedException {
        HttpResponse<String> response = client.send(
                http(request).timeout(settings.timeout()).build(),
                HttpResponse.BodyHandlers.ofString(StandardCharsets.UTF_8));
        return new Answer(response.statusCode(), response.body(), retryAfterSeconds(response));
    }

    private static long retryAfterSeconds(HttpResponse<?> response) {
        return response.headers()
                .firstValue("Retry-After")
                .map(String::strip)
                .filter(text -> text.matches("\\d{1,9}"))
                .map(Long::parseLong)
                .orElse(0L);
    }

    private HttpRequest.Builder http(Request request) {
        byte @Nullable [] body = request.body();
        HttpRequest.Builder http = HttpRequest.newBuilder(URI.create(settings.base() + request.path()))
                .header("Accept", "application/json, application/problem+json")
                .header("User-Agent", settings.agent())
                .method(
                        request.method(),
                        body == null
                                ? HttpRequest.BodyPublishers.noBody()
                                : HttpRequest.BodyPublishers.ofByteArray(body));
        if (request.contentType() != null) {
            http.header("Content-Type", request.contentType());
        }
        if (settings.key() != null) {
            http.header("Authorization", "Bearer " + settings.key());
        }
        return http;
    }
}
