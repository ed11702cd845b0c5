package dev.tallyworks.e2e;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tallyworks.local.process.Api;
import java.io.IOException;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.stream.Collectors;

/**
 * Clients that post events to any of some processes, one or a few at a time, most of them of now, some of them minutes or hours
 * old, and at times those of before again; each until it is answered 2xx. What was posted when is kept.
 */
final class LoadClients {
    static final List<String> TYPES = List.of("sale", "refund", "visit", "click");
    private static final int BATCH_MAX = 8;
    private static final int MINUTES_AGO_MAX = 10;
    private static final int HOURS_AGO_MAX = 20;
    private static final int TRIES_MAX = 50;
    private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(40);
    private static final long RETRY_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    private final List<Api> apis;
    private final Queue<String> wrong;
    private final List<String> sources;
    private final Queue<LoadEvent> events = new ConcurrentLinkedQueue<>();
    private final ReentrantReadWriteLock gate = new ReentrantReadWriteLock(true);
    private final List<String> names = new ArrayList<>();
    private final ExecutorService threads;
    private final List<Future<?>> running = new ArrayList<>();
    private final AtomicInteger retried = new AtomicInteger();
    private volatile boolean stopping;

    /** @param wrong is told of answers that should not be */
    LoadClients(List<Api> apis, int clients, List<String> sources, long seed, Queue<String> wrong) {
        this.apis = apis;
        this.wrong = wrong;
        this.sources = new CopyOnWriteArrayList<>(sources);
        this.threads = Executors.newFixedThreadPool(clients);
        for (int i = 0; i < clients; i++) {
            String name = "c" + i;
            Random random = new Random(seed + i);
            names.add(name);
            running.add(threads.submit(() -> run(name, random)));
        }
    }

    /** Whoever holds it knows that no client has a request under way, nor begins one. */
    Lock stillness() {
        return gate.writeLock();
    }

    /** A source that takes events from now on. */
    void add(String source) {
        sources.add(source);
    }

    List<String> sources() {
        return sources;
    }

    /** The values of the attribution {@code client}. */
    List<String> names() {
        return names;
    }

    /** Requests that were not answered, or refused with 503, and so sent again. */
    int retried() {
        return retried.get();
    }

    /** All that were posted until now, whether they are answered yet or not. */
    List<LoadEvent> events() {
        return List.copyOf(events);
    }

    private void run(String client, Random random) {
        List<LoadEvent> last = List.of();
        for (int n = 0; !stopping; n++) {
            Api api = apis.get(random.nextInt(apis.size()));
            gate.readLock().lock();
            try {
                if (!last.isEmpty() && random.nextInt(10) == 0) {
                    send(api, last, random);
                }
                last = events(client, n, random);
                events.addAll(last);
                send(api, last, random);
                last.forEach(event -> event.call().end());
            } finally {
                gate.readLock().unlock();
            }
            LockSupport.parkNanos(PAUSE_NANOS);
        }
    }

    private List<LoadEvent> events(String client, int n, Random random) {
        String source = sources.get(random.nextInt(sources.size()));
        int size = random.nextBoolean() ? 1 : 2 + random.nextInt(BATCH_MAX - 1);
        Call call = Call.begin();
        List<LoadEvent> made = new ArrayList<>();
        for (int i = 0; i < size; i++) {
            made.add(new LoadEvent(
                    source,
                    client + "-" + n + "-" + i,
                    TYPES.get(random.nextInt(TYPES.size())),
                    timestamp(random),
                    BigDecimal.valueOf(random.nextInt(2_000_000) - 500_000L, 2),
                    client,
                    null,
                    call));
        }
        return made;
    }

    private static long timestamp(Random random) {
        long now = System.currentTimeMillis();
        int when = random.nextInt(10);
        if (when < 6) {
            return now;
        }
        Duration ago = when < 8 ? Duration.ofMinutes(MINUTES_AGO_MAX) : Duration.ofHours(HOURS_AGO_MAX);
        return now - random.nextInt((int) ago.toMillis());
    }

    /** Until it is answered 2xx, by this process or, where that takes none now, by another. */
    private void send(Api api, List<LoadEvent> batch, Random random) {
        String path = batch.get(0).path();
        Api to = api;
        for (int tried = 0; tried < TRIES_MAX; tried++) {
            try {
                Api.Answer answer = batch.size() == 1
                        ? to.post(path, batch.get(0).json())
                        : random.nextBoolean()
                                ? to.postLines(
                                        path,
                                        batch.stream().map(LoadEvent::json).collect(Collectors.joining("\n")))
                                : to.post(
                                        path,
                                        batch.stream().map(LoadEvent::json).collect(Collectors.joining(",", "[", "]")));
                if (answer.status() == 200 || answer.status() == 201) {
                    return;
                }
                if (answer.status() != 503) {
                    wrong.add("posted to " + path + ": HTTP " + answer.status() + ": " + answer.text());
                    return;
                }
            } catch (IOException cut) {
                // Nobody knows what came of it: again.
            }
            retried.incrementAndGet();
            LockSupport.parkNanos(RETRY_NANOS);
            to = apis.get(random.nextInt(apis.size()));
        }
        wrong.add("posted to " + path + " in vain");
    }

    /** Posts a single event of now, under a name of its own, to just this process; returns once it is answered. */
    LoadEvent probe(Api api, String source, String type, String name) throws IOException {
        LoadEvent event = new LoadEvent(
                source, name, type, System.currentTimeMillis(), BigDecimal.ONE, "changer", name, Call.begin());
        events.add(event);
        Api.Answer answer = api.post(event.path(), event.json());
        event.call().end();
        JsonNode json = answer.json();
        if (answer.status() != 201 || !json.path("uuid").asText().equals(name)) {
            wrong.add("posted " + event.json() + " to " + source + ": HTTP " + answer.status() + ": " + answer.text());
        }
        return event;
    }

    /** Returns once all that were begun are answered. */
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
}
