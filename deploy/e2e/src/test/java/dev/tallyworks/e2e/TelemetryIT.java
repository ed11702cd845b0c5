package dev.tallyworks.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.tallyworks.e2e.OtlpReceiver.Received;
import dev.tallyworks.local.process.Api;
import dev.tallyworks.local.process.AppProcess;
import dev.tallyworks.servers.Servers;
import io.opentelemetry.proto.trace.v1.Span;
import io.opentelemetry.proto.trace.v1.Status;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import redis.clients.jedis.Jedis;

/** What an operator is told: traces at a receiver of OTLP, and logs. */
@Timeout(180)
class TelemetryIT {
    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final String RANGE = "start=2026-01-01T00:00:00Z&end=2026-02-01T00:00:00Z";
    private static final String FIRST = "0af7651916cd43dd8448eb211c80319c";
    private static final String SECOND = "1af7651916cd43dd8448eb211c80319c";
    private static final String UNSAMPLED = "2af7651916cd43dd8448eb211c80319c";
    private static final String CLIENT_SPAN = "b7ad6b7169203331";

    private final HttpClient client = HttpClient.newHttpClient();

    @Test
    void oneTraceGoesFromThePostToTheBatch() throws Exception {
        try (OtlpReceiver receiver = new OtlpReceiver();
                Product product = Product.onTestServers(TelemetryIT.class)) {
            product.with("OTEL_SDK_DISABLED", "false")
                    .with("OTEL_EXPORTER_OTLP_ENDPOINT", receiver.url())
                    .with("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf")
                    .with("OTEL_TRACES_SAMPLER", "parentbased_always_off")
                    .with("TW_LOG_JSON", "true")
                    .with("QUARKUS_LOG_CATEGORY__DEV_TALLYWORKS__LEVEL", "DEBUG");
            AppProcess ingest = product.start(product.ingest("traced-ingest")).get(0);
            String report = define(Product.api(ingest));
            // The worker comes later, so that all are in one batch.
            post(ingest, "a", FIRST, "01");
            post(ingest, "b", UNSAMPLED, "00");
            post(ingest, "c", SECOND, "01");
            assertThat(post(ingest, "nowhere", "d", SECOND, "01")).isEqualTo(404);
            AppProcess worker = product.start(product.worker("traced-worker")).get(0);
            Product.awaitCount(Product.api(ingest), report, RANGE, 3, LIMIT);
            await("the batch arrives").atMost(LIMIT).until(() -> !receiver.spans("process jobs")
                    .isEmpty());
            await("both requests arrive")
                    .atMost(LIMIT)
                    .until(() -> receiver.spans("send jobs").size() == 3);

            Received firstSent = sent(receiver, FIRST);
            Received secondSent = sent(receiver, SECOND);
            assertThat(receiver.spans("process jobs")).singleElement().satisfies(batch -> {
                assertThat(batch.service()).isEqualTo("aggregator-worker");
                assertThat(batch.span().getKind()).isEqualTo(Span.SpanKind.SPAN_KIND_CONSUMER);
                assertThat(batch.traceId()).isEqualTo(FIRST);
                assertThat(batch.parentId()).isEqualTo(firstSent.id());
                assertThat(batch.span().getLinksList())
                        .extracting(
                                link -> OtlpReceiver.hex(link.getTraceId()) + ' ' + OtlpReceiver.hex(link.getSpanId()))
                        .containsExactly(FIRST + ' ' + firstSent.id(), SECOND + ' ' + secondSent.id());
                assertThat(batch.attribute("messaging.system")).isEqualTo("redis");
                assertThat(batch.attribute("messaging.operation.type")).isEqualTo("process");
                assertThat(batch.attribute("messaging.batch.message_count")).isEqualTo("3");
                assertThat(batch.attribute("tallyworks.events.aggregated")).isEqualTo("3");
                assertThat(receiver.spans().stream()
                                .filter(phase -> phase.parentId().equals(batch.id())))
                        .extracting(phase -> phase.span().getName())
                        .containsExactlyInAnyOrder("open", "own", "generate", "seal", "apply", "finish");
            });
            assertThat(receiver.spans("send jobs"))
                    .filteredOn(span -> "nowhere".equals(span.attribute("tallyworks.source")))
                    .singleElement()
                    .satisfies(refused -> {
                        assertThat(refused.span().getStatus().getCode()).isEqualTo(Status.StatusCode.STATUS_CODE_ERROR);
                        assertThat(refused.attribute("error.type")).isEqualTo("UnknownSource");
                    });
            assertThat(receiver.spans()).extracting(Received::traceId).containsOnly(FIRST, SECOND);

            assertThat(logsAreJson(ingest)).anySatisfy(line -> {
                assertThat(line.path("message").asText()).contains("404").contains("nowhere");
                assertThat(line.path("mdc").path("traceId").asText()).isEqualTo(SECOND);
            });
            assertThat(logsAreJson(worker)).anySatisfy(line -> {
                assertThat(line.path("message").asText()).contains("batch", "3 events");
                assertThat(line.path("mdc").path("traceId").asText()).isEqualTo(FIRST);
            });
        }
    }

    @Test
    void byDefaultNothingIsTracedAndLogsAreText() throws Exception {
        try (OtlpReceiver receiver = new OtlpReceiver();
                Product product = Product.onTestServers(TelemetryIT.class)) {
            product.with("OTEL_EXPORTER_OTLP_ENDPOINT", receiver.url())
                    .with("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf");
            AppProcess ingest = product.start(product.ingest("ingest")).get(0);
            define(Product.api(ingest));
            post(ingest, "a", FIRST, "01");

            try (Jedis redis = new Jedis(URI.create(Servers.redisUrl()))) {
                // format|size|enqueuedAt|incarnation|source|trace|uuid
                assertThat(redis.lrange("{" + product.namespace() + ":0}:queue", 0, -1))
                        .singleElement()
                        .satisfies(job -> assertThat(job).endsWith("|shop||a"));
            }
            assertThat(receiver.spans()).isEmpty();
            assertThat(Files.readAllLines(ingest.log())).noneMatch(line -> line.startsWith("{"));
        }
    }

    /** Of a request: the server's span is the client's child, and the intake's is the server's. */
    private static Received sent(OtlpReceiver receiver, String trace) {
        Received sent = receiver.spans("send jobs").stream()
                .filter(span -> span.traceId().equals(trace) && "shop".equals(span.attribute("tallyworks.source")))
                .findFirst()
                .orElseThrow();
        assertThat(sent.span().getKind()).isEqualTo(Span.SpanKind.SPAN_KIND_PRODUCER);
        assertThat(sent.attribute("messaging.destination.name")).isEqualTo("jobs");
        assertThat(sent.attribute("messaging.operation.type")).isEqualTo("send");
        assertThat(sent.attribute("tallyworks.source")).isEqualTo("shop");
        assertThat(sent.attribute("tallyworks.events.accepted")).isEqualTo("1");
        await("the request's span arrives").atMost(LIMIT).until(() -> receiver.spans().stream()
                .anyMatch(span -> span.id().equals(sent.parentId())));
        assertThat(receiver.spans().stream().filter(span -> span.id().equals(sent.parentId())))
                .singleElement()
                .satisfies(request -> {
                    assertThat(request.service()).isEqualTo("ingest-api");
                    assertThat(request.span().getKind()).isEqualTo(Span.SpanKind.SPAN_KIND_SERVER);
                    assertThat(request.span().getName()).isEqualTo("POST /api/v1/sources/{source}/events");
                    assertThat(request.parentId()).isEqualTo(CLIENT_SPAN);
                    assertThat(request.attribute("http.response.status_code")).isEqualTo("201");
                });
        return sent;
    }

    private static String define(Api api) throws IOException {
        api.post("/api/v1/sources", "{\"name\": \"Shop\", \"openTypes\": true}").orThrow();
        return api.post("/api/v1/reports", """
                        {"name": "Sales", "aggregations": [
                          {"targetCollection": "aggr_sales", "granularity": "day", "filter": {"sources": ["shop"]}}]}""").orThrow().json().path("id").asText();
    }

    private void post(AppProcess ingest, String uuid, String trace, String flags)
            throws IOException, InterruptedException {
        assertThat(post(ingest, "shop", uuid, trace, flags)).isEqualTo(201);
    }

    private int post(AppProcess ingest, String source, String uuid, String trace, String flags)
            throws IOException, InterruptedException {
        URI uri = URI.create("http://127.0.0.1:" + ingest.spec().port() + "/api/v1/sources/" + source + "/events");
        String event = "{\"uuid\": \"" + uuid
                + "\", \"type\": \"sale\", \"timestamp\": \"2026-01-15T10:30:00Z\", \"payload\": {\"amount\": 1}}";
        HttpRequest request = HttpRequest.newBuilder(uri)
                .timeout(LIMIT)
                .header("Content-Type", "application/json")
                .header("traceparent", "00-" + trace + '-' + CLIENT_SPAN + '-' + flags)
                .POST(HttpRequest.BodyPublishers.ofString(event))
                .build();
        return client.send(request, HttpResponse.BodyHandlers.ofString()).statusCode();
    }

    private static List<JsonNode> logsAreJson(AppProcess process) throws IOException {
        ObjectMapper json = new ObjectMapper();
        List<JsonNode> lines = new ArrayList<>();
        for (String line : Files.readAllLines(process.log())) {
            if (!line.isBlank()) {
                lines.add(json.readTree(line));
            }
        }
        assertThat(lines).isNotEmpty().allSatisfy(line -> assertThat(
                        line.properties().stream().map(Map.Entry::getKey))
                .contains("timestamp", "level", "message", "loggerName"));
        return lines;
    }
}
