package dev.tallyworks.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import io.opentelemetry.api.trace.SpanContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TraceParentTest {
    @Test
    void isReadAsItWasWritten() {
        String text = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
        SpanContext context = TraceParent.read(text);
        assertThat(context.getTraceId()).isEqualTo("0af7651916cd43dd8448eb211c80319c");
        assertThat(context.getSpanId()).isEqualTo("b7ad6b7169203331");
        assertThat(context.isSampled()).isTrue();
        assertThat(context.isRemote()).isTrue();
        assertThat(TraceParent.of(context)).isEqualTo(text);
        assertThat(TraceParent.of(SpanContext.getInvalid())).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "x", "00-ab-cd-01", "00-00000000000000000000000000000000-b7ad6b7169203331-01"})
    void whatIsNoneIsInvalid(String text) {
        assertThat(TraceParent.read(text).isValid()).isFalse();
    }
}
