package dev.tallyworks.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tallyworks.local.process.Api;
import dev.tallyworks.local.process.AppProcess;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The example plugin in both applications. Skipped where they were built without it; its README tells how to build them with. */
@Timeout(value = 4, unit = TimeUnit.MINUTES)
class PluginIT {
    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final int EVENTS = 2_000;

    /** Whether an application was built with this jar. */
    static boolean isPartOf(Path root, String application, String plugin) throws IOException {
        try (Stream<Path> jars = Files.list(root.resolve(application).resolve("target/quarkus-app/lib/main"))) {
            return jars.anyMatch(jar -> jar.getFileName().toString().contains(plugin));
        }
    }

    @Test
    void itsMetricCountsExactlyOnceThoughAWorkerIsKilled() throws Exception {
        try (Product product = Product.onTestServers(PluginIT.class)) {
            Path root = product.installation().root();
            assumeTrue(
                    isPartOf(root, "ingest-api", "example-plugin")
                            && isPartOf(root, "aggregator-worker", "example-plugin"),
                    "built without the plugin");
            product.with("TALLYWORKS_WORKER_LEASE", "3s");
            List<AppProcess> processes =
                    product.start(product.ingest("ingest"), product.worker("worker-1"), product.worker("worker-2"));
            Api api = Product.api(processes.get(0));
            api.post("/api/v1/sources", "{\"name\": \"shop\", \"openTypes\": true}")
                    .orThrow();
            String report =
                    api.post("/api/v1/reports", """
                    {"name": "r", "aggregations": [{"targetCollection": "aggr_plugged", "filter": {"sources": ["shop"]}}]}""").orThrow().json().path("id").asText();

            Api.Answer refused = api.post("/api/v1/sources/shop/events", event("x", "Atlantis", Instant.now()));
            assertThat(refused.status()).isEqualTo(422);
            assertThat(refused.json().at("/errors/0/code").asText()).isEqualTo("unknown_country");

            Instant now = Instant.now();
            api.post("/api/v1/sources/shop/events", event("now", "DE", now)).orThrow();
            // Of the last minutes it is answered at once.
            assertThat(sum(api, report, "", now)).isEqualByComparingTo("3.99");

            Instant longAgo = Instant.parse("2026-01-05T12:00:00Z");
            for (int batch = 0; batch < 4; batch++) {
                int from = batch * EVENTS / 4;
                String lines = IntStream.range(from, from + EVENTS / 4)
                        .mapToObj(i -> event("e" + i, i % 2 == 0 ? "DE" : "US", longAgo))
                        .collect(Collectors.joining("\n"));
                assertThat(api.postLines("/api/v1/sources/shop/events", lines)
                                .orThrow()
                                .json()
                                .path("accepted")
                                .asInt())
                        .isEqualTo(EVENTS / 4);
                if (batch == 1) {
                    processes.get(1).kill();
                }
            }
            // 19.95 at 20 percent, and at 8.
            BigDecimal europe = new BigDecimal("3.99").multiply(BigDecimal.valueOf(EVENTS / 2));
            BigDecimal americas = new BigDecimal("1.596").multiply(BigDecimal.valueOf(EVENTS / 2));
            await("the tax of all")
                    .atMost(LIMIT)
                    .until(() -> sum(api, report, "", longAgo).compareTo(europe.add(americas)) >= 0);
            Product.awaitCount(api, report, "start=2026-01-05T00:00:00Z&end=2026-01-06T00:00:00Z", EVENTS, LIMIT);
            assertThat(sum(api, report, "", longAgo)).isEqualByComparingTo(europe.add(americas));
            assertThat(sum(api, report, "&attribution=region:EUROPE", longAgo)).isEqualByComparingTo(europe);
            await("it has counted them")
                    .atMost(LIMIT)
                    .until(() -> api.get("/api/v1/plugins/regions")
                                    .json()
                                    .path("EUROPE")
                                    .asInt()
                            == EVENTS / 2 + 1);
        }
    }

    private static String event(String uuid, String country, Instant timestamp) {
        return "{\"uuid\": \"" + uuid + "\", \"type\": \"sale\", \"timestamp\": \"" + timestamp
                + "\", \"payload\": {\"country\": \"" + country + "\", \"amount\": 19.95}}";
    }

    private static BigDecimal sum(Api api, String report, String filter, Instant day) throws IOException {
        JsonNode points = api.get("/api/v1/reports/" + report + "/query?metric=SUM:tax&granularity=all&start="
                        + day.minusSeconds(3_600) + "&end=" + day.plusSeconds(3_600) + filter)
                .orThrow()
                .json()
                .path("points");
        return points.isEmpty() ? BigDecimal.ZERO : points.get(0).path("value").decimalValue();
    }
}
