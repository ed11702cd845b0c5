package dev.tallyworks.telemetry;

import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.propagation.TextMapGetter;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Contexts of traces as they travel in jobs: the {@code traceparent} of W3C Trace Context, of 55 characters. */
public final class TraceParent {
    private static final String HEADER = "traceparent";
    private static final TextMapGetter<String> OF_JOB = new TextMapGetter<>() {
        @Override
        public Iterable<String> keys(String carrier) {
            return List.of(HEADER);
        }

        @Override
        public @Nullable String get(@Nullable String carrier, String key) {
            return key.equals(HEADER) ? carrier : null;
        }
    };

    private TraceParent() {}

    public static String of(SpanContext span) {
        StringBuilder written = new StringBuilder();
        W3CTraceContextPropagator.getInstance()
                .inject(Context.root().with(Span.wrap(span)), written, (into, key, value) -> {
                    if (into != null && key.equals(HEADER)) {
                        into.append(value);
                    }
                });
        return written.toString();
    }

    /** @return an invalid context where the text is none */
    public static SpanContext read(String text) {
        return Span.fromContext(W3CTraceContextPropagator.getInstance().extract(Context.root(), text, OF_JOB))
                .getSpanContext();
    }
}
