package dev.tallyworks.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tallyworks.local.process.Api;
import dev.tallyworks.local.process.AppProcess;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Whoever has been told that an event is recorded finds it in the very next combined answer, and no answer says less than one
 * before, unless it says {@code partial}: while workers are killed, Redis is emptied and restarted, MongoDB restarted and
 * ingest processes killed. Clients ask any of two ingest processes. The faults follow a seed, which is printed; {@code
 * TW_TEST_SEED} gives it.
 */
class FreshAnswersIT {
    private static final int CLIENTS = 16;
    /** So many show that it is not all excused as partial. */
    private static final long WHOLE_MIN = 50;

    private static final Duration LASTS = Duration.ofSeconds(60);
    private static final Duration PAUSE = Duration.ofSeconds(3);

    private final long seed =
            System.getenv("TW_TEST_SEED") == null ? System.nanoTime() : Long.parseLong(System.getenv("TW_TEST_SEED"));
    private final Queue<String> wrong = new ConcurrentLinkedQueue<>();
    private final AtomicLong asked = new AtomicLong();
    private final AtomicLong combined = new AtomicLong();
    private final AtomicLong whole = new AtomicLong();
    private volatile boolean stopping;

    @Test
    @Timeout(value = 6, unit = TimeUnit.MINUTES)
    void whatWasAnsweredIsInTheNextAnswer() throws Exception {
        System.out.println("FreshAnswersIT: seed " + seed);
        try (RealServers servers = new RealServers();
                Product product = new Product(FreshAnswersIT.class, servers.mongoUrl(), servers.redisUrl())) {
            product.with("TALLYWORKS_WORKER_LEASE", "4s")
                    .with("TALLYWORKS_REALTIME_CLOCK_DIFFERENCE", "1s")
                    .with("TALLYWORKS_REALTIME_BUFFER_AGE", "20s")
                    .with("TALLYWORKS_REALTIME_RETENTION", "60s");
            List<AppProcess> processes = new ArrayList<>(product.start(
                    product.ingest("ingest-1"),
                    product.ingest("ingest-2"),
                    product.worker("worker-1"),
                    product.worker("worker-2")));
            List<Api> apis = processes.subList(0, 2).stream()
                    .map(process -> Product.api(process).within(Duration.ofSeconds(8)))
                    .toList();
            apis.get(0)
                    .post("/api/v1/sources", "{\"name\": \"shop\", \"openTypes\": true}")
                    .orThrow();
            String report = apis.get(0)
                    .post("/api/v1/reports", """
                            {"name": "fresh", "aggregations": [{"targetCollection": "aggr_fresh", "granularity": "second",
                             "filter": {"sources": ["shop"]}}]}""")
                    .orThrow()
                    .json()
                    .path("id")
                    .asText();
            ExecutorService threads = Executors.newFixedThreadPool(CLIENTS);
            List<Future<?>> clients = new ArrayList<>();
            for (int i = 0; i < CLIENTS; i++) {
                int client = i;
                clients.add(threads.submit(() -> run(apis, report, client, new Random(seed + client))));
            }
            harm(servers, product, processes);
            stopping = true;
            for (Future<?> client : clients) {
                client.get(2, TimeUnit.MINUTES);
            }
            threads.shutdown();
            System.out.println("FreshAnswersIT: " + asked + " answers, " + combined + " combined, " + whole
                    + " of them neither partial nor refused");
            assertThat(wrong).isEmpty();
            // How many depends on what dies when, and on how soon the rest has caught up.
            assertThat(whole.get()).as("answers that claim to be whole").isGreaterThan(WHOLE_MIN);
        }
    }

    private void harm(RealServers servers, Product product, List<AppProcess> processes) {
        Random random = new Random(seed);
        long end = System.nanoTime() + LASTS.toNanos();
        while (System.nanoTime() < end) {
            LockSupport.parkNanos(PAUSE.toNanos());
            switch (random.nextInt(8)) {
                case 0, 1, 2 -> replace(2 + random.nextInt(2), product, processes);
                case 3 -> servers.flushRedis();
                case 4 -> servers.restartRedis();
                case 5 -> servers.restartMongo();
                case 6 -> replace(random.nextInt(2), product, processes);
                default -> LockSupport.parkNanos(2 * PAUSE.toNanos());
            }
        }
    }

    private static void replace(int index, Product product, List<AppProcess> processes) {
        AppProcess old = processes.get(index);
        old.kill();
        processes.set(index, product.launch(old.spec()));
    }

    /** Posts under an attribution of its own, and counts along. */
    private void run(List<Api> apis, String report, int client, Random random) {
        String question = "/api/v1/reports/" + report + "/query?metric=COUNT&granularity=all&attribution=client:"
                + client + "&start=" + Instant.now().minusSeconds(600) + "&end="
                + Instant.now().plusSeconds(600);
        long posted = 0;
        long last = 0;
        while (!stopping) {
            posted += post(
                    apis,
                    "{\"uuid\": \"" + client + "-" + posted + "\", \"type\": \"sale\", \"timestamp\": \""
                            + Instant.now().minusMillis(random.nextInt(30_000))
                            + "\", \"attributions\": [{\"type\": \"client\", \"value\": \"" + client + "\"}]}",
                    random);
            for (int asks = 0; asks < 2; asks++) {
                long counted = ask(apis.get(random.nextInt(2)), question, posted, last);
                last = Math.max(last, counted);
            }
        }
    }

    /** Until it is taken, whoever takes it. */
    private int post(List<Api> apis, String event, Random random) {
        while (!stopping) {
            try {
                Api.Answer answer = apis.get(random.nextInt(2)).post("/api/v1/sources/shop/events", event);
                if (answer.succeeded()) {
                    return 1;
                }
                if (answer.status() != 503) {
                    wrong.add("posted: HTTP " + answer.status() + ": " + answer.text());
                    return 0;
                }
            } catch (IOException cut) {
                // Again.
            }
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(50));
        }
        return 0;
    }

    /** @return what a whole answer counts, 0 where there was none */
    private long ask(Api api, String question, long posted, long last) {
        try {
            Api.Answer answer = api.get(question);
            asked.incrementAndGet();
            if (answer.status() == 503) {
                return 0;
            }
            JsonNode json = answer.json();
            if (!answer.succeeded()) {
                wrong.add("asked: HTTP " + answer.status() + ": " + answer.text());
                return 0;
            }
            if (json.path("mode").asText().equals("combined")) {
                combined.incrementAndGet();
            }
            if (json.path("partial").asBoolean()) {
                return 0;
            }
            whole.incrementAndGet();
            long counted = json.at("/points/0/value").asLong();
            if (counted < posted || counted < last || counted > posted + 1) {
                wrong.add(Instant.now() + " " + question + ": posted " + posted + ", before " + last + ", now "
                        + answer.text());
            }
            return counted;
        } catch (IOException cut) {
            return 0;
        }
    }
}
