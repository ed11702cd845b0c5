package dev.tallyworks.worker.wiring;

import dev.tallyworks.queue.Job;
import dev.tallyworks.telemetry.JobSpans;
import dev.tallyworks.telemetry.TraceParent;
import dev.tallyworks.worker.batch.BatchMeter;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanBuilder;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.Scope;
import java.time.Instant;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.Locale;
import java.util.Set;

/**
 * One span for each batch that has a job of a sampled request, linked to those requests, in the trace of the first of them;
 * its phases are its children. Other batches have none.
 */
final class TracedBatchMeter implements BatchMeter {
    private static final int LINKS_MAX = 64;
    private static final AttributeKey<String> LANE = AttributeKey.stringKey("tallyworks.lane");
    private static final AttributeKey<Long> AGGREGATED = AttributeKey.longKey("tallyworks.events.aggregated");
    private static final AttributeKey<Long> FAILED = AttributeKey.longKey("tallyworks.events.failed");

    private final BatchMeter meter;
    private final Tracer tracer;

    /** @param meter hears of all batches */
    TracedBatchMeter(BatchMeter meter, Tracer tracer) {
        this.meter = meter;
        this.tracer = tracer;
    }

    @Override
    public void takenOver(boolean sealed) {
        meter.takenOver(sealed);
    }

    @Override
    public Batch begin(String lane, int candidates, Collection<Job> jobs) {
        Batch batch = meter.begin(lane, candidates, jobs);
        Set<SpanContext> requests = requests(jobs);
        if (requests.isEmpty()) {
            return batch;
        }
        SpanBuilder builder = tracer.spanBuilder(JobSpans.PROCESS + ' ' + JobSpans.JOBS)
                .setParent(Context.root().with(Span.wrap(requests.iterator().next())))
                .setSpanKind(SpanKind.CONSUMER)
                .setAttribute(JobSpans.SYSTEM, JobSpans.REDIS)
                .setAttribute(JobSpans.DESTINATION, JobSpans.JOBS)
                .setAttribute(JobSpans.OPERATION_NAME, JobSpans.PROCESS)
                .setAttribute(JobSpans.OPERATION_TYPE, JobSpans.PROCESS)
                .setAttribute(JobSpans.MESSAGE_COUNT, jobs.size())
                .setAttribute(LANE, lane);
        requests.forEach(builder::addLink);
        return new Traced(batch, builder.startSpan());
    }

    private static Set<SpanContext> requests(Collection<Job> jobs) {
        Set<String> texts = new LinkedHashSet<>();
        for (Job job : jobs) {
            if (!job.trace().isEmpty() && texts.add(job.trace()) && texts.size() == LINKS_MAX) {
                break;
            }
        }
        Set<SpanContext> requests = new LinkedHashSet<>();
        for (String text : texts) {
            SpanContext request = TraceParent.read(text);
            if (request.isSampled()) {
                requests.add(request);
            }
        }
        return requests;
    }

    private final class Traced implements Batch {
        private final Batch batch;
        private final Span span;
        private final Scope scope;
        private Instant began = Instant.now();
        private boolean done;

        Traced(Batch batch, Span span) {
            this.batch = batch;
            this.span = span;
            this.scope = span.makeCurrent(); // so that what is logged meanwhile names the trace
        }

        @Override
        public void ended(Phase phase) {
            batch.ended(phase);
            Instant now = Instant.now();
            tracer.spanBuilder(phase.name().toLowerCase(Locale.ROOT))
                    .setParent(Context.root().with(span))
                    .setStartTimestamp(began)
                    .startSpan()
                    .end(now);
            began = now;
        }

        @Override
        public void done(int events, int failed) {
            batch.done(events, failed);
            span.setAttribute(AGGREGATED, events);
            span.setAttribute(FAILED, failed);
            done = true;
        }

        @Override
        public void close() {
            scope.close();
            if (!done) {
                span.setStatus(StatusCode.ERROR, "left to another owner of the lane");
            }
            span.end();
            batch.close();
        }
    }
}
