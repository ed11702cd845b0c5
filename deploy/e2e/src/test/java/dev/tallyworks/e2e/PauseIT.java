package dev.tallyworks.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tallyworks.local.process.Api;
import dev.tallyworks.local.process.AppProcess;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * The queue is paused while events are posted, Redis forgets everything, that it is paused included, and workers come and go:
 * nothing is aggregated until it is resumed, answers contain it all the same, and in the end each event counts once.
 */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class PauseIT {
    private static final Duration LIMIT = Duration.ofSeconds(60);

    private static void post(Api api, int from, int to) throws IOException {
        StringBuilder lines = new StringBuilder();
        for (int i = from; i < to; i++) {
            lines.append("{\"uuid\": \"e")
                    .append(i)
                    .append("\", \"type\": \"sale\", \"timestamp\": \"")
                    .append(Instant.now())
                    .append("\"}\n");
        }
        api.postLines("/api/v1/sources/shop/events", lines.toString()).orThrow();
    }

    private static JsonNode count(Api api, String report, String mode) throws IOException {
        return api.get("/api/v1/reports/" + report + "/query?metric=COUNT&granularity=all&mode=" + mode + "&start="
                        + Instant.now().minusSeconds(600) + "&end="
                        + Instant.now().plusSeconds(600))
                .orThrow()
                .json();
    }

    private static long value(JsonNode answer) {
        return answer.at("/points/0/value").asLong();
    }

    private static JsonNode queue(Api api) throws IOException {
        return api.get("/api/v1/queue").orThrow().json();
    }

    @Test
    void nothingIsClaimedUntilTheQueueIsResumed() throws Exception {
        try (Product product = Product.onTestServers(PauseIT.class)) {
            product.with("TALLYWORKS_WORKER_LEASE", "3s");
            AppProcess ingest = product.start(
                            product.ingest("ingest"), product.worker("worker-1"), product.worker("worker-2"))
                    .get(0);
            Api api = Product.api(ingest);
            api.post("/api/v1/sources", "{\"name\": \"shop\", \"openTypes\": true}")
                    .orThrow();
            String report =
                    api.post("/api/v1/reports", """
                    {"name": "r", "aggregations": [{"targetCollection": "aggr_paused", "granularity": "second",
                     "filter": {"sources": ["shop"]}}]}""").orThrow().json().path("id").asText();
            post(api, 0, 2_000);
            JsonNode paused = api.post("/api/v1/queue/pause", "").orThrow().json();
            assertThat(paused.path("paused").asBoolean()).isTrue();
            await("running batches have ended")
                    .atMost(LIMIT)
                    .until(() -> queue(api).path("processing").asInt() == 0);
            long before = value(count(api, report, "historical"));

            post(api, 2_000, 2_500);
            assertThat(value(count(api, report, "combined"))).isEqualTo(2_500);
            assertThat(count(api, report, "combined").path("partial").asBoolean())
                    .isFalse();

            product.forgetQueue();
            post(api, 2_500, 3_000);
            AppProcess late = product.start(product.worker("worker-3")).get(0);
            await("the relay has found all that Redis lost")
                    .atMost(LIMIT)
                    .until(() -> queue(api).path("ready").asLong() >= 3_000 - before);
            late.kill();
            assertThat(queue(api).path("paused").asBoolean()).isTrue();
            assertThat(value(count(api, report, "historical"))).isEqualTo(before);
            assertThat(queue(api).path("processing").asInt()).isZero();

            JsonNode resumed = api.post("/api/v1/queue/resume", "").orThrow().json();
            assertThat(resumed.path("paused").asBoolean()).isFalse();
            await("all of them count").atMost(LIMIT).until(() -> value(count(api, report, "historical")) == 3_000);
            await("the queue is empty")
                    .atMost(LIMIT)
                    .until(() -> queue(api).path("ready").asLong() == 0);
            assertThat(value(count(api, report, "historical"))).isEqualTo(3_000);
        }
    }
}
