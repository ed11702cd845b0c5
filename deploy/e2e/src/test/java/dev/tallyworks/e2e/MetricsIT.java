package dev.tallyworks.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.tallyworks.local.process.Api;
import dev.tallyworks.local.process.AppProcess;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;

/** Metrics of a running pair, and that the dashboard and the alerts ask for nothing else. */
@Timeout(180)
class MetricsIT {
    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final String RANGE = "start=2026-01-01T00:00:00Z&end=2026-02-01T00:00:00Z";
    /** Prometheus adds these to what it scrapes. */
    private static final Set<String> OF_SCRAPES = Set.of("instance", "job");

    private static final String OF_PROMETHEUS = "ALERTS";

    private static Product product;
    private static List<AppProcess> pair;
    private static Api ingest;
    private static Api worker;
    private static Path grafana;

    @BeforeAll
    static void start() throws IOException {
        product = Product.onTestServers(MetricsIT.class);
        pair = product.start(product.ingest("ingest"), product.worker("worker"));
        ingest = Product.api(pair.get(0));
        worker = Product.api(pair.get(1));
        grafana = product.installation().root().resolve("deploy/grafana");

        ingest.post("/api/v1/sources", "{\"name\": \"Shop\", \"eventTypes\": [{\"name\": \"sale\"}]}")
                .orThrow();
        String report =
                ingest.post("/api/v1/reports", """
                        {"name": "Sales", "aggregations": [
                          {"targetCollection": "aggr_sales", "granularity": "day", "filter": {"sources": ["shop"]}}]}""").orThrow().json().path("id").asText();
        ingest.post("/api/v1/sources/shop/events", """
                        [{"uuid": "a", "type": "sale", "timestamp": "2026-01-15T10:30:00Z", "payload": {"amount": 1}},
                         {"uuid": "b", "type": "sale", "timestamp": "2026-01-15T10:31:00Z", "payload": {"amount": 2}},
                         {"uuid": "a", "type": "sale", "payload": {}},
                         {"uuid": "c", "type": "unheard of", "payload": {}}]""");
        Product.awaitCount(ingest, report, RANGE, 2, LIMIT);
        ingest.post("/api/v1/reports/" + report + "/audits", """
                        {"timeRange": {"start": "2026-01-01T00:00:00Z", "end": "2026-02-01T00:00:00Z"}}""").orThrow();
    }

    @AfterAll
    static void stop() {
        product.close();
    }

    @Test
    void whatHappenedIsCounted() throws Exception {
        await("the gauges know of it").atMost(LIMIT).untilAsserted(() -> {
            Scrape all = Scrape.of(ingest, worker);
            assertThat(all.sum("tallyworks_intake_events_total", Map.of("outcome", "accepted")))
                    .isEqualTo(2);
            assertThat(all.sum("tallyworks_intake_events_total", Map.of("outcome", "duplicate")))
                    .isEqualTo(1);
            assertThat(all.sum("tallyworks_intake_rejected_events_total", Map.of("code", "unknown_event_type")))
                    .isEqualTo(1);
            assertThat(all.sum("tallyworks_intake_rejected_events_total", Map.of()))
                    .isEqualTo(1);
            assertThat(all.sum("tallyworks_intake_commit_events_sum", Map.of())).isEqualTo(4);
            assertThat(all.sum("tallyworks_intake_enqueued_jobs_total", Map.of("outcome", "done")))
                    .isEqualTo(2);
            assertThat(all.sum("tallyworks_events_aggregated_total", Map.of())).isEqualTo(2);
            assertThat(all.sum("tallyworks_audits_total", Map.of("outcome", "exact")))
                    .isEqualTo(1);
            assertThat(all.sum("tallyworks_query_seconds_count", Map.of("type", "metric")))
                    .isPositive();
            assertThat(all.sum("tallyworks_workers_alive", Map.of())).isEqualTo(1);
            assertThat(all.sum("tallyworks_lag_seconds", Map.of())).isZero();
            assertThat(all.sum("tallyworks_dead_events", Map.of())).isZero();
            assertThat(all.sum("tallyworks_realtime_incomplete_seconds", Map.of()))
                    .isZero();
            assertThat(all.sum("tallyworks_lanes_owned", Map.of())).isEqualTo(2);
            assertThat(all.named("tallyworks_store_up")).hasSize(4).allMatch(up -> up.value() == 1);
            assertThat(all.named("tallyworks_definitions_version")).hasSize(2).allMatch(known -> known.value() == 2);
            assertThat(all.named("tallyworks_queue_jobs")).hasSize(6).allMatch(jobs -> jobs.value() == 0);
            assertThat(all.named("tallyworks_batch_phase_seconds_count"))
                    .hasSize(6)
                    .allMatch(phase -> phase.value() > 0);
        });
    }

    @Test
    void withoutWorkersTheQueueAndTheLagGrow() throws Exception {
        try (Product lonely = Product.onTestServers(MetricsIT.class)) {
            List<AppProcess> both = lonely.start(lonely.ingest("lonely-ingest"), lonely.worker("killed-worker"));
            Api api = Product.api(both.get(0));
            api.post("/api/v1/sources", "{\"name\": \"Shop\", \"openTypes\": true}")
                    .orThrow();
            both.get(1).kill();
            api.post(
                            "/api/v1/sources/shop/events",
                            "{\"uuid\": \"a\", \"type\": \"sale\", \"payload\": {\"amount\": 1}}")
                    .orThrow();
            await("it is told").atMost(LIMIT).untilAsserted(() -> {
                Scrape ofIngest = Scrape.of(api);
                assertThat(ofIngest.sum("tallyworks_queue_jobs", Map.of("state", "ready")))
                        .isEqualTo(1);
                assertThat(ofIngest.sum("tallyworks_queue_oldest_age_seconds", Map.of()))
                        .isPositive();
                assertThat(ofIngest.sum("tallyworks_lag_seconds", Map.of())).isPositive();
                assertThat(ofIngest.sum("tallyworks_workers_alive", Map.of())).isZero();
            });
        }
    }

    @Test
    void dashboardAndAlertsNameOnlyWhatThereIs() throws Exception {
        Scrape all = Scrape.of(ingest, worker);
        Map<String, String> expressions = new LinkedHashMap<>(dashboard());
        expressions.putAll(alerts());
        assertThat(expressions).hasSizeGreaterThan(60);
        List<String> wrong = new ArrayList<>();
        expressions.forEach((where, expression) -> check(where, PromQl.parse(expression), all, wrong));
        assertThat(wrong).isEmpty();
    }

    private static void check(String where, PromQl read, Scrape all, List<String> wrong) {
        if (read.selectors().isEmpty()) {
            wrong.add(where + " names no metric");
        }
        for (PromQl.Selector selector : read.selectors()) {
            if (selector.metric().equals(OF_PROMETHEUS)) {
                continue;
            }
            List<Scrape.Series> series = all.named(selector.metric()).toList();
            if (series.isEmpty()) {
                wrong.add(where + ": no metric " + selector.metric());
            }
            selector.matchers().forEach((label, match) -> {
                if (series.stream().noneMatch(one -> matches(one.labels().get(label), label, match))) {
                    wrong.add(where + ": no " + selector.metric() + " with " + label + match.how() + match.value());
                }
            });
        }
        for (String label : read.groupings()) {
            boolean known = OF_SCRAPES.contains(label)
                    || read.selectors().stream()
                            .flatMap(selector -> all.named(selector.metric()))
                            .anyMatch(one -> one.labels().containsKey(label));
            if (!known) {
                wrong.add(where + ": no label " + label);
            }
        }
    }

    private static boolean matches(String value, String label, PromQl.Match match) {
        if (value == null) {
            return false;
        }
        // No test makes 5xx; that requests have a status is all that can be seen.
        return label.equals("status")
                || (match.how().equals("=~") ? value.matches(match.value()) : value.equals(match.value()));
    }

    private static Map<String, String> dashboard() throws IOException {
        JsonNode dashboard = new ObjectMapper()
                .readTree(grafana.resolve("dashboards/tallyworks.json").toFile());
        Map<String, String> expressions = new LinkedHashMap<>();
        for (JsonNode panel : dashboard.path("panels")) {
            for (JsonNode target : panel.path("targets")) {
                expressions.put(
                        "panel '" + panel.path("title").asText() + "' "
                                + target.path("refId").asText(),
                        target.path("expr").asText());
            }
        }
        for (JsonNode annotation : dashboard.path("annotations").path("list")) {
            expressions.put(
                    "annotation '" + annotation.path("name").asText() + '\'',
                    annotation.path("expr").asText());
        }
        return expressions;
    }

    private static Map<String, String> alerts() throws IOException {
        Map<String, String> expressions = new LinkedHashMap<>();
        for (JsonNode group : new YAMLMapper()
                .readTree(grafana.resolve("alerts.yaml").toFile())
                .path("groups")) {
            for (JsonNode rule : group.path("rules")) {
                expressions.put(
                        "alert " + rule.path("alert").asText(),
                        rule.path("expr").asText());
            }
        }
        return expressions;
    }

    @Test
    @EnabledIfEnvironmentVariable(named = "TW_TEST_PROMTOOL", matches = ".+", disabledReason = "needs promtool")
    void promtoolIsContent() throws Exception {
        promtool("check", "rules", grafana.resolve("alerts.yaml").toString());
        promtool("test", "rules", grafana.resolve("alerts.test.yaml").toString());
        List<Map<String, String>> panels = dashboard().values().stream()
                .map(expression -> Map.of("record", "panel", "expr", expression.replace("$__rate_interval", "5m")))
                .distinct()
                .toList();
        Path rules = Files.createTempFile("panels", ".yaml");
        Files.writeString(
                rules,
                new ObjectMapper().writeValueAsString(Map.of("groups", List.of(Map.of("name", "x", "rules", panels)))));
        promtool("check", "rules", "--lint=none", rules.toString());
        Files.delete(rules);
        for (AppProcess application : pair) {
            Path metrics = Files.createTempFile("metrics", ".txt");
            Files.writeString(
                    metrics,
                    plainMetrics(application)
                            .lines()
                            .filter(line -> line.contains("tallyworks_"))
                            .collect(Collectors.joining("\n", "", "\n")));
            run(metrics, "check", "metrics");
            Files.delete(metrics);
        }
    }

    /** In the format that promtool reads; without a word applications answer in that of OpenMetrics. */
    private static String plainMetrics(AppProcess application) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(
                        URI.create("http://127.0.0.1:" + application.spec().port() + "/q/metrics"))
                .header("Accept", "text/plain; version=0.0.4")
                .build();
        return HttpClient.newHttpClient()
                .send(request, HttpResponse.BodyHandlers.ofString())
                .body();
    }

    private static void promtool(String... arguments) throws Exception {
        run(null, arguments);
    }

    private static void run(Path input, String... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of(System.getenv("TW_TEST_PROMTOOL")));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        if (input != null) {
            builder.redirectInput(input.toFile());
        }
        Process process = builder.start();
        String output = new String(process.getInputStream().readAllBytes());
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).as(output).isZero();
    }
}
