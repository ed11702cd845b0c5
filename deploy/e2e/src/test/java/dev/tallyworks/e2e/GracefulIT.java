package dev.tallyworks.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoClients;
import com.mongodb.client.MongoDatabase;
import com.mongodb.client.model.Filters;
import dev.tallyworks.local.process.Api;
import dev.tallyworks.local.process.AppProcess;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.bson.Document;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Processes are told to end while clients post as fast as they can. Leases are so long that nothing here can wait for one: what
 * an ending worker does not give back itself would be missed.
 */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class GracefulIT {
    private static final Duration LEASE = Duration.ofMinutes(20);
    /** What an orchestrator is told to allow; both have settings below it. */
    private static final Duration GRACE = Duration.ofSeconds(40);

    private static final Duration LIMIT = Duration.ofSeconds(90);
    private static final int HOUR_MILLIS = 3_600_000;
    private static final String RANGE = "start=2026-01-05T00:00:00Z&end=2026-01-06T00:00:00Z";

    private final Product product = Product.onTestServers(GracefulIT.class)
            .with("TALLYWORKS_WORKER_LEASE", LEASE.toSeconds() + "s")
            .with("TALLYWORKS_WORKER_LANES", "4")
            .with("TALLYWORKS_WORKER_BATCH_EVENTS_MAX", "200");
    private final MongoClient client = MongoClients.create(product.mongoUrl());
    private final MongoDatabase database = client.getDatabase(product.database());
    private final List<AppProcess> ingests = new ArrayList<>();
    private String report = "";

    @BeforeEach
    void start() throws IOException {
        ingests.addAll(product.start(product.ingest("ingest-1"), product.ingest("ingest-2")));
        Api api = Product.api(ingests.get(0));
        api.post("/api/v1/sources", "{\"name\": \"shop\", \"openTypes\": true}").orThrow();
        report = api.post("/api/v1/reports", """
                {"name": "r", "aggregations": [{"targetCollection": "aggr_g", "granularity": "hour",
                 "filter": {"sources": ["shop"]}}]}""").orThrow().json().path("id").asText();
    }

    @AfterEach
    void stop() {
        product.close();
        client.close();
    }

    private Clients clients() {
        return new Clients(ingests.stream().map(Product::api).toList(), 6, System.nanoTime());
    }

    private void awaitCounted(long atLeast) {
        await("numbers grow").atMost(LIMIT).until(() -> counted() >= atLeast);
    }

    /** Events that were aggregated. */
    private long counted() {
        return database.getCollection("events_shop").countDocuments(Filters.exists("batchVersion"));
    }

    /** All that was answered counts once, and nothing else does. */
    private void isExact(Clients clients, AppProcess ingest) throws Exception {
        clients.finish(LIMIT);
        assertThat(clients.refused()).isEmpty();
        Product.awaitCount(
                Product.api(ingest), report, RANGE, clients.acknowledged().size(), LIMIT);
        assertThat(Recount.differences(
                        Recount.ofEvents(database, "shop", HOUR_MILLIS), Recount.ofRollups(database, "aggr_g")))
                .isEmpty();
    }

    /** It is asked to end, and does by itself. */
    private static void end(AppProcess process) throws Exception {
        process.requestStop();
        process.onExit().get(GRACE.toSeconds(), TimeUnit.SECONDS);
    }

    private static JsonNode queue(AppProcess ingest) throws IOException {
        return Product.api(ingest).get("/api/v1/queue").orThrow().json();
    }

    private void nobodyOwnsALane() {
        assertThat(database.getCollection("lanes")
                        .find(Filters.gt("leaseUntil", 0L))
                        .into(new ArrayList<Document>()))
                .isEmpty();
        assertThat(database.getCollection("workers").countDocuments()).isZero();
    }

    @Test
    void workersGiveTheirLanesToOthersAtOnce() throws Exception {
        List<AppProcess> workers =
                new ArrayList<>(product.start(product.worker("worker-1"), product.worker("worker-2")));
        Clients clients = clients();
        for (int round = 1; round <= 3; round++) {
            awaitCounted(counted() + 1_000);
            AppProcess old = workers.remove(0);
            end(old);
            awaitCounted(counted() + 200);
            workers.add(product.launch(old.spec()));
        }
        isExact(clients, ingests.get(0));
    }

    @Test
    void scaledToZeroAndBackNothingIsLost() throws Exception {
        List<AppProcess> workers = product.start(product.worker("worker-1"), product.worker("worker-2"));
        Clients clients = clients();
        awaitCounted(1_000);
        workers.forEach(AppProcess::requestStop);
        for (AppProcess worker : workers) {
            worker.onExit().get(GRACE.toSeconds(), TimeUnit.SECONDS);
        }
        nobodyOwnsALane();
        assertThat(queue(ingests.get(0)).path("processing").asLong()).isZero();
        assertThat(database.getCollection("lanes").countDocuments(Filters.ne("state", "done")))
                .isZero();
        long before = counted();
        int posted = clients.acknowledged().size();
        await("more is posted").atMost(LIMIT).until(() -> clients.acknowledged().size() > posted + 1_000);
        assertThat(counted()).isEqualTo(before);

        product.start(product.worker("worker-3"));
        isExact(clients, ingests.get(0));
    }

    @Test
    void theIngestApiAnswersWhatItHasTaken() throws Exception {
        product.start(product.worker("worker-1"));
        Clients clients = clients();
        for (int round = 1; round <= 3; round++) {
            int posted = clients.acknowledged().size();
            await("posts are answered")
                    .atMost(LIMIT)
                    .until(() -> clients.acknowledged().size() > posted + 500);
            AppProcess old = ingests.remove(0);
            end(old);
            int since = clients.acknowledged().size();
            await("the other takes them")
                    .atMost(LIMIT)
                    .until(() -> clients.acknowledged().size() > since + 200);
            AppProcess next = product.launch(old.spec());
            Product.awaitReady(next);
            ingests.add(next);
        }
        isExact(clients, ingests.get(0));
        System.out.println("GracefulIT: " + clients.cutOff() + " requests were cut off and sent again");
    }

    @Test
    void aRequestThatIsUnderWayIsAnswered() throws Exception {
        AppProcess ingest = ingests.get(0);
        String body = IntStream.range(0, 2_000)
                .mapToObj(i -> "{\"uuid\": \"slow" + i + "\", \"type\": \"sale\"}")
                .collect(Collectors.joining("\n"));
        int half = body.length() / 2;
        try (Socket socket = new Socket("127.0.0.1", ingest.spec().port())) {
            socket.setSoTimeout((int) LIMIT.toMillis());
            OutputStream out = socket.getOutputStream();
            BufferedReader in =
                    new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII));
            write(
                    out,
                    "POST /api/v1/sources/shop/events HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\n"
                            + "Content-Type: application/x-ndjson\r\nContent-Length: " + body.length() + "\r\n\r\n");
            assertThat(in.readLine()).contains("100");
            assertThat(in.readLine()).isEmpty();
            write(out, body.substring(0, half));

            ingest.requestStop();
            Api api = Product.api(ingest);
            await("new requests are not taken any more").atMost(LIMIT).until(() -> statusOf(api) == 503);
            assertThat(ingest.isAlive()).isTrue();
            write(out, body.substring(half));
            String status = in.readLine();
            while (status.isEmpty() || status.contains(" 100 ")) {
                status = in.readLine();
            }
            assertThat(status).contains(" 200 ");
            assertThat(in.lines().anyMatch(line -> line.contains("\"accepted\":2000")))
                    .isTrue();
        }
        ingest.onExit().get(GRACE.toSeconds(), TimeUnit.SECONDS);
    }

    private static int statusOf(Api api) {
        try {
            return api.get("/api/v1/sources").status();
        } catch (IOException closed) {
            return 0;
        }
    }

    private static void write(OutputStream out, String text) throws IOException {
        out.write(text.getBytes(StandardCharsets.US_ASCII));
        out.flush();
    }
}
