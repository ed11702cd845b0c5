package dev.tallyworks.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tallyworks.local.Ports;
import dev.tallyworks.local.process.Api;
import dev.tallyworks.servers.Servers;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** {@code deploy/local/run} on servers that are given. */
class LocalRunOnServersIT {
    private Path state;

    @BeforeEach
    void ownState() throws IOException {
        state = LocalRun.newState(LocalRunOnServersIT.class);
    }

    @BeforeAll
    static void jarsAreFresh() throws IOException {
        LocalRun.jarsAreFresh();
    }

    @Test
    void startsNoServersAndLeavesTheGivenOnesTheirData() throws Exception {
        int port = Ports.free(2);
        Map<String, String> servers = Map.of(
                "TW_MONGODB_URL", Servers.mongoUrl(Servers.freshDatabaseName()),
                "TW_REDIS_URL", Servers.redisUrl(),
                "TW_REDIS_NAMESPACE", Servers.freshNamespace());
        for (int round = 1; round <= 2; round++) {
            try (LocalRun run = LocalRun.start(LocalRun.SCRIPT, state, servers, "--port", "" + port, "--no-sample")
                    .awaitStarted()) {
                assertThat(state).isDirectoryNotContaining("glob:**/{mongodb,redis,data}*");
                Api api = new Api(port);
                assertThat(api.post("/api/v1/sources", "{\"name\": \"Shop\", \"openTypes\": true}")
                                .status())
                        .isEqualTo(round == 1 ? 201 : 200);
                String report = report(api);
                api.post(
                                "/api/v1/sources/shop/events",
                                "{\"uuid\": \"" + round
                                        + "\", \"type\": \"sale\", \"timestamp\": \"2026-01-15T10:30:00Z\"}")
                        .orThrow();
                Product.awaitCount(
                        api,
                        report,
                        "start=2026-01-15T00:00:00Z&end=2026-01-16T00:00:00Z",
                        round,
                        Duration.ofMinutes(2));
                List<ProcessHandle> processes = run.below();
                run.signal("TERM");
                run.awaitEnd();
                LocalRun.awaitGone(processes);
            }
        }
    }

    private static String report(Api api) throws IOException {
        for (var report : api.get("/api/v1/reports").orThrow().json().path("items")) {
            return report.path("id").asText();
        }
        return api.post(
                        "/api/v1/reports",
                        "{\"name\": \"Sales\", \"aggregations\": [{\"targetCollection\": \"aggr_sales\","
                                + " \"filter\": {\"sources\": [\"shop\"]}}]}")
                .orThrow()
                .json()
                .path("id")
                .asText();
    }
}
