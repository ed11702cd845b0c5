package dev.tallyworks.e2e;

import dev.tallyworks.local.process.Api;
import java.io.IOException;
import java.net.ConnectException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/**
 * Clients that post sales of a shop until they are told to stop, one event or a batch at a time, each again and again until it
 * is answered 2xx, whatever is cut or refused; at times one that was answered long ago.
 */
final class Clients {
    static final Instant FROM = Instant.parse("2026-01-05T00:00:00Z");
    static final int HOURS = 3;
    static final int USERS = 20;
    private static final int BATCH_MAX = 60;
    private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(15);
    private static final String PATH = "/api/v1/sources/shop/events";

    private final List<Api> apis;
    private final Set<String> acknowledged = ConcurrentHashMap.newKeySet();
    private final Set<String> sent = ConcurrentHashMap.newKeySet();
    private final Set<String> refused = ConcurrentHashMap.newKeySet();
    private final ExecutorService threads;
    private final List<Future<?>> running = new ArrayList<>();
    private final AtomicInteger cutOff = new AtomicInteger();
    private volatile boolean stopping;

    Clients(List<Api> apis, int clients, long seed) {
        this.apis = apis.stream().map(api -> api.within(Duration.ofSeconds(8))).toList();
        this.threads = Executors.newFixedThreadPool(clients);
        for (int i = 0; i < clients; i++) {
            int client = i;
            running.add(threads.submit(() -> run(client, new Random(seed + client))));
        }
    }

    private void run(int client, Random random) {
        List<String> last = List.of();
        for (int n = 0; !stopping; n++) {
            if (!last.isEmpty() && random.nextInt(10) == 0) {
                post(last, random);
            }
            List<String> events = new ArrayList<>();
            int size = random.nextBoolean() ? 1 : 2 + random.nextInt(BATCH_MAX);
            for (int i = 0; i < size; i++) {
                events.add(event("c" + client + "-" + n + "-" + i, random));
            }
            post(events, random);
            last = events;
            LockSupport.parkNanos(PAUSE_NANOS);
        }
    }

    private static String event(String uuid, Random random) {
        Instant timestamp = FROM.plusMillis(random.nextInt(HOURS * 3_600_000));
        String amount = (random.nextInt(20_000) - 5_000) + "." + (10 + random.nextInt(90));
        return "{\"uuid\": \"" + uuid + "\", \"type\": \"" + (random.nextInt(5) == 0 ? "refund" : "sale")
                + "\", \"timestamp\": \"" + timestamp + "\", \"payload\": {\"amount\": " + amount
                + ", \"currency\": \"" + List.of("EUR", "USD", "GBP").get(random.nextInt(3))
                + "\", \"paid\": " + random.nextBoolean() + "}, \"attributions\": [{\"type\": \"user\", \"value\": \"u"
                + random.nextInt(USERS) + "\"}]}";
    }

    /** Goes on after the stop too: what was begun is brought to an end. */
    private void post(List<String> events, Random random) {
        List<String> uuids = events.stream().map(Clients::uuidOf).toList();
        sent.addAll(uuids);
        while (!Thread.currentThread().isInterrupted()) {
            Api api = apis.get(random.nextInt(apis.size()));
            try {
                Api.Answer answer = events.size() == 1
                        ? api.post(PATH, events.get(0))
                        : api.postLines(PATH, String.join("\n", events));
                if (answer.status() == 200 || answer.status() == 201) {
                    acknowledged.addAll(uuids);
                    return;
                }
                if (answer.status() != 503) {
                    refused.add("HTTP " + answer.status() + ": " + answer.text());
                    return;
                }
            } catch (ConnectException closed) {
                // Nobody is there: again.
            } catch (IOException cut) {
                // Nobody knows what came of it: again.
                cutOff.incrementAndGet();
            }
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(100));
        }
    }

    private static String uuidOf(String event) {
        return event.substring(10, event.indexOf('"', 10));
    }

    /** No new events; returns once all that were begun are answered. */
    void finish(Duration limit) throws InterruptedException, ExecutionException, TimeoutException {
        stopping = true;
        try {
            long end = System.nanoTime() + limit.toNanos();
            for (Future<?> client : running) {
                client.get(Math.max(1, end - System.nanoTime()), TimeUnit.NANOSECONDS);
            }
        } finally {
            threads.shutdownNow();
        }
    }

    Set<String> acknowledged() {
        return acknowledged;
    }

    Set<String> sent() {
        return sent;
    }

    /** Requests that ended without an answer, though somebody had taken the connection. */
    int cutOff() {
        return cutOff.get();
    }

    /** Answers that neither took the events nor asked to try again. */
    Set<String> refused() {
        return refused;
    }
}
