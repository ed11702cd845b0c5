package dev.tallyworks.api.intake;

import dev.tallyworks.telemetry.JobSpans;
import dev.tallyworks.telemetry.TraceParent;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Context;
import java.util.List;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;

/**
 * One span for each traced request, from its body to its answer, whose context its jobs carry. Where a request is not
 * sampled there is none, and its jobs carry nothing.
 */
final class IntakeTraces {
    private static final AttributeKey<String> SOURCE = AttributeKey.stringKey("tallyworks.source");
    private static final AttributeKey<Long> ACCEPTED = AttributeKey.longKey("tallyworks.events.accepted");
    private static final AttributeKey<Long> DUPLICATES = AttributeKey.longKey("tallyworks.events.duplicate");
    private static final AttributeKey<Long> REJECTED = AttributeKey.longKey("tallyworks.events.rejected");

    private final @Nullable Tracer tracer;

    /** @param tracer null where nothing is traced */
    IntakeTraces(@Nullable Tracer tracer) {
        this.tracer = tracer;
    }

    /** To be called by the thread that has taken the request. */
    Trace begin(String source) {
        if (tracer == null) {
            return Trace.NONE;
        }
        Context request = Context.current();
        if (!Span.fromContext(request).getSpanContext().isSampled()) {
            return Trace.NONE;
        }
        Span span = tracer.spanBuilder(JobSpans.SEND + ' ' + JobSpans.JOBS)
                .setParent(request)
                .setSpanKind(SpanKind.PRODUCER)
                .setAttribute(JobSpans.SYSTEM, JobSpans.REDIS)
                .setAttribute(JobSpans.DESTINATION, JobSpans.JOBS)
                .setAttribute(JobSpans.OPERATION_NAME, JobSpans.SEND)
                .setAttribute(JobSpans.OPERATION_TYPE, JobSpans.SEND)
                .setAttribute(SOURCE, source)
                .startSpan();
        return new Trace(span);
    }

    /** Of one request. */
    static final class Trace {
        static final Trace NONE = new Trace(null);

        private final @Nullable Span span;
        private final String parent;

        private Trace(@Nullable Span span) {
            this.span = span;
            this.parent =
                    span == null || !span.getSpanContext().isSampled() ? "" : TraceParent.of(span.getSpanContext());
        }

        /** What the jobs of the request carry; empty where it is not traced. */
        String parent() {
            return parent;
        }

        void posted(int events) {
            if (span != null && events != 1) {
                span.setAttribute(JobSpans.MESSAGE_COUNT, events);
            }
        }

        void came(List<Outcome> outcomes) {
            if (span != null) {
                long accepted = outcomes.stream()
                        .filter(Outcome.Accepted.class::isInstance)
                        .count();
                long duplicates = outcomes.stream()
                        .filter(Outcome.Duplicate.class::isInstance)
                        .count();
                span.setAttribute(ACCEPTED, accepted);
                span.setAttribute(DUPLICATES, duplicates);
                span.setAttribute(REJECTED, outcomes.size() - accepted - duplicates);
            }
        }

        void end(@Nullable Throwable failed) {
            if (span == null) {
                return;
            }
            if (failed != null) {
                Throwable why =
                        failed instanceof CompletionException && failed.getCause() != null ? failed.getCause() : failed;
                span.setAttribute(JobSpans.ERROR_TYPE, why.getClass().getSimpleName());
                span.setStatus(StatusCode.ERROR);
            }
            span.end();
        }
    }
}
