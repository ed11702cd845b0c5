package dev.tallyworks.worker.wiring;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tallyworks.event.EventRef;
import dev.tallyworks.queue.Job;
import dev.tallyworks.worker.batch.BatchMeter;
import dev.tallyworks.worker.batch.SilentMeter;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.sdk.testing.exporter.InMemorySpanExporter;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SimpleSpanProcessor;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class TracedBatchMeterTest {
    private static final String TRACE = "0af7651916cd43dd8448eb211c8031";

    private final InMemorySpanExporter exported = InMemorySpanExporter.create();
    private final BatchMeter meter = new TracedBatchMeter(
            new SilentMeter(),
            SdkTracerProvider.builder()
                    .addSpanProcessor(SimpleSpanProcessor.create(exported))
                    .build()
                    .get("test"));

    private static Job job(int uuid, String trace) {
        return new Job(new EventRef("shop", 1, "u" + uuid), 1, 1, trace);
    }

    private static String trace(int request, String flags) {
        return "00-%s%02x-b7ad6b71692033%02x-%s".formatted(TRACE, request, request, flags);
    }

    @Test
    void aBatchWithoutASampledJobHasNoSpan() {
        List<Job> jobs = List.of(job(1, ""), job(2, trace(2, "00")), job(3, "nonsense"));
        try (BatchMeter.Batch batch = meter.begin("l00", 3, jobs)) {
            assertThat(Span.current().getSpanContext().isValid()).isFalse();
            batch.ended(BatchMeter.Phase.OPEN);
            batch.done(3, 0);
        }
        assertThat(exported.getFinishedSpanItems()).isEmpty();
    }

    @Test
    void aBatchIsLinkedToItsRequestsAndLiesInTheTraceOfTheFirst() {
        List<Job> jobs = List.of(job(1, ""), job(2, trace(2, "01")), job(3, trace(2, "01")), job(4, trace(4, "01")));
        try (BatchMeter.Batch batch = meter.begin("l00", 4, jobs)) {
            assertThat(Span.current().getSpanContext().getTraceId()).isEqualTo(TRACE + "02");
            batch.ended(BatchMeter.Phase.OPEN);
            batch.ended(BatchMeter.Phase.OWN);
            batch.done(3, 1);
        }
        assertThat(Span.current().getSpanContext().isValid()).isFalse();

        List<SpanData> spans = exported.getFinishedSpanItems();
        assertThat(spans).extracting(SpanData::getName).containsExactly("open", "own", "process jobs");
        SpanData batch = spans.get(2);
        assertThat(batch.getKind()).isEqualTo(SpanKind.CONSUMER);
        assertThat(batch.getTraceId()).isEqualTo(TRACE + "02");
        assertThat(batch.getParentSpanId()).isEqualTo("b7ad6b7169203302");
        assertThat(batch.getLinks())
                .extracting(link -> link.getSpanContext().getTraceId())
                .containsExactly(TRACE + "02", TRACE + "04");
        assertThat(batch.getStatus().getStatusCode()).isEqualTo(StatusCode.UNSET);
        assertThat(spans.subList(0, 2))
                .allSatisfy(phase -> assertThat(phase.getParentSpanId()).isEqualTo(batch.getSpanId()));
    }

    @Test
    void linksAreBounded() {
        List<Job> jobs = new ArrayList<>();
        for (int i = 1; i <= 200; i++) {
            jobs.add(job(i, trace(i, "01")));
        }
        meter.begin("l00", 200, jobs).close();
        assertThat(exported.getFinishedSpanItems()).singleElement().satisfies(batch -> {
            assertThat(batch.getLinks()).hasSize(64);
            assertThat(batch.getStatus().getStatusCode()).isEqualTo(StatusCode.ERROR);
        });
    }
}
