package dev.tallyworks.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tallyworks.local.process.Api;
import dev.tallyworks.local.process.AppProcess;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Two hundred viewers on two ingest processes, while one of these is killed, Redis is restarted, and some read nothing. */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class LiveIT {
    private static final int VIEWERS = 200;
    private static final Duration LIMIT = Duration.ofSeconds(90);
    /** Minutes of a thousand categories with long names: more than what lies between a server and who reads nothing. */
    private static final int WIDE_MINUTES = 30;

    private static final int WIDE_VALUES = 1_000;

    private final Instant began = Instant.now();
    private final AtomicInteger posted = new AtomicInteger();

    @FunctionalInterface
    private interface Outage {
        void happen();
    }

    @Test
    void viewersGetOnWhereAProcessIsKilled() throws Exception {
        try (Product product = Product.onTestServers(LiveIT.class)) {
            viewersGetOn(product, () -> {});
        }
    }

    @Test
    void viewersGetOnWhereRedisIsRestarted() throws Exception {
        try (RealServers servers = new RealServers();
                Product product = new Product(LiveIT.class, servers.mongoUrl(), servers.redisUrl())) {
            viewersGetOn(product, servers::restartRedis);
        }
    }

    private void viewersGetOn(Product product, Outage outage) throws Exception {
        product.with("TALLYWORKS_LIVE_STUCK_AFTER", "5s");
        List<AppProcess> processes =
                product.start(product.ingest("ingest-1"), product.ingest("ingest-2"), product.worker("worker"));
        Api first = Product.api(processes.get(0));
        Api second = Product.api(processes.get(1));
        first.post("/api/v1/sources", "{\"name\": \"shop\", \"openTypes\": true}")
                .orThrow();
        first.post("/api/v1/sources", "{\"name\": \"wide\", \"openTypes\": true}")
                .orThrow();
        String report = report(first, "shop");
        String path = "/api/v1/reports/" + report + "/live?metric=SUM:amount";
        List<String> bases = new ArrayList<>(List.of(base(processes.get(0)), base(processes.get(1))));

        List<LiveViewer> viewers = new ArrayList<>();
        try (Socket stuck = reader(processes.get(0), path)) {
            for (int i = 0; i < VIEWERS - 1; i++) {
                int number = i;
                // Where its process is gone, it goes to the other.
                viewers.add(new LiveViewer(() -> bases.get(number % bases.size()) + path));
            }
            awaitAll("was told what is there", viewers, LiveViewer::isTold);
            post(first, second, 20);
            awaitTruth(first, report, viewers);

            dropsWhoReadsNothing(processes.get(0), first);

            outage.happen();
            post(first, second, 20);
            awaitTruth(first, report, viewers);

            processes.get(1).kill();
            bases.remove(1);
            post(first, first, 20);
            awaitTruth(first, report, viewers);
            assertThat(viewers).anyMatch(viewer -> viewer.connections() > 1);

            AppProcess again = product.start(processes.get(1).spec()).get(0);
            bases.add(base(again));
            post(first, Product.api(again), 20);
            awaitTruth(first, report, viewers);
            assertThat(stuck.isClosed()).isFalse();
        } finally {
            viewers.forEach(LiveViewer::close);
        }
        await("the viewers that left are counted no more").atMost(LIMIT).until(() -> viewersOf(first) <= 1);
    }

    private static String base(AppProcess process) {
        return "http://127.0.0.1:" + process.spec().port();
    }

    private static String report(Api api, String source) throws IOException {
        return api.post(
                        "/api/v1/reports",
                        "{\"name\": \"r\", \"aggregations\": [{\"targetCollection\": \"aggr_" + source
                                + "\", \"filter\": {\"sources\": [\"" + source + "\"]}}]}")
                .orThrow()
                .json()
                .path("id")
                .asText();
    }

    private void post(Api one, Api other, int events) throws IOException {
        for (int i = 0; i < events; i++) {
            String event = "{\"uuid\": \"" + UUID.randomUUID() + "\", \"type\": \"sale\", \"payload\": {\"amount\": "
                    + posted.incrementAndGet() + "}}";
            (i % 2 == 0 ? one : other)
                    .post("/api/v1/sources/shop/events", event)
                    .orThrow();
        }
    }

    /** Every viewer comes to know what a question is answered, which is what was posted. */
    private void awaitTruth(Api api, String report, List<LiveViewer> viewers) {
        long sum = (long) posted.get() * (posted.get() + 1) / 2;
        await("the report has " + sum)
                .atMost(LIMIT)
                .until(() -> truth(api, report).values().stream()
                                .mapToLong(Long::parseLong)
                                .sum()
                        == sum);
        Map<String, String> truth = truth(api, report);
        awaitAll("knows " + truth, viewers, viewer -> viewer.points().equals(truth));
    }

    private Map<String, String> truth(Api api, String report) {
        Map<String, String> points = new TreeMap<>();
        try {
            JsonNode answer = api.get("/api/v1/reports/" + report + "/query?metric=SUM:amount&granularity=minute&start="
                            + began + "&end=" + began.plusSeconds(3_600))
                    .json();
            answer.path("points")
                    .forEach(point -> points.put(
                            point.path("timestamp").asText(),
                            point.path("value").asText()));
        } catch (IOException away) {
            // asked again
        }
        return points;
    }

    private static void awaitAll(String what, List<LiveViewer> viewers, Predicate<LiveViewer> condition) {
        await("every viewer " + what)
                .atMost(LIMIT)
                .pollInterval(Duration.ofMillis(100))
                .conditionEvaluationListener(evaluated -> {
                    if (!evaluated.isSatisfied() && evaluated.getRemainingTimeInMS() < 1_000) {
                        viewers.stream().filter(condition.negate()).limit(3).forEach(System.err::println);
                    }
                })
                .until(() -> viewers.stream().allMatch(condition));
    }

    /** Asks for a stream and reads nothing of it, not even into a buffer to speak of. */
    private static Socket reader(AppProcess process, String path) throws IOException {
        Socket socket = new Socket();
        socket.setReceiveBufferSize(4_096);
        socket.connect(new InetSocketAddress("127.0.0.1", process.spec().port()));
        socket.getOutputStream()
                .write(("GET " + path + " HTTP/1.1\r\nHost: localhost\r\n\r\n").getBytes(StandardCharsets.US_ASCII));
        return socket;
    }

    private void dropsWhoReadsNothing(AppProcess process, Api api) throws IOException {
        String report = report(api, "wide");
        String value = "v".repeat(190);
        for (int minute = 1; minute <= WIDE_MINUTES; minute++) {
            Instant when = began.minus(Duration.ofMinutes(minute));
            String lines = IntStream.range(0, WIDE_VALUES)
                    .mapToObj(i -> "{\"uuid\": \"" + when + i + "\", \"type\": \"t\", \"timestamp\": \"" + when
                            + "\", \"payload\": {\"who\": \"" + value + i + "\"}}")
                    .collect(Collectors.joining("\n"));
            api.postLines("/api/v1/sources/wide/events", lines).orThrow();
        }
        String question = "/api/v1/reports/" + report + "/query?metric=CATEGORY:who&granularity=minute&start="
                + began.minusSeconds(3_600) + "&end=" + began.plusSeconds(3_600);
        await("it is all there")
                .atMost(LIMIT)
                .until(() -> api.get(question).json().path("points").size() >= WIDE_MINUTES * WIDE_VALUES);
        double before = dropped(api);
        try (Socket wide = reader(process, "/api/v1/reports/" + report + "/live?metric=CATEGORY:who")) {
            await("it is dropped").atMost(LIMIT).until(() -> dropped(api) > before);
            assertThat(wide.isConnected()).isTrue();
        }
    }

    private static double dropped(Api api) throws IOException {
        return metric(api, "tallyworks_live_dropped_total");
    }

    private static double viewersOf(Api api) throws IOException {
        return metric(api, "tallyworks_live_viewers");
    }

    private static double metric(Api api, String name) throws IOException {
        return api.get("/q/metrics")
                .text()
                .lines()
                .filter(line -> line.startsWith(name + " ") || line.startsWith(name + "{"))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                .sum();
    }
}
