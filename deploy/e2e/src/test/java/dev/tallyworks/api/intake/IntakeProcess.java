package dev.tallyworks.api.intake;

import dev.tallyworks.event.EventDraft;
import dev.tallyworks.metric.FieldMetrics;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.function.LongSupplier;

/** The intake of one process, from where a body is read to where it is answered, for a test that chooses its stores. */
public final class IntakeProcess implements AutoCloseable {
    private final GroupCommit commits;

    private static final class OneWriter implements CommitSettings {
        @Override
        public int writers() {
            return 1;
        }

        @Override
        public int commitEventsMax() {
            return 100;
        }

        @Override
        public int commitBytesMax() {
            return 1 << 20;
        }

        @Override
        public int bufferEventsMax() {
            return 1_000;
        }

        @Override
        public long bufferBytesMax() {
            return 1 << 20;
        }

        @Override
        public Duration commitDeadline() {
            return Duration.ofHours(1);
        }

        @Override
        public Duration answerDeadline() {
            return Duration.ofHours(1);
        }
    }

    public IntakeProcess(Intake.Stores stores, Clock clock) {
        CommitMetrics metrics = new CommitMetrics(new SimpleMeterRegistry());
        EventValidator validator = new EventValidator((source, type, payload) -> null);
        LongSupplier nanoTime = () -> clock.millis() * 1_000_000;
        Publisher publisher = new Publisher(stores, new FieldMetrics(), metrics, clock, nanoTime);
        commits = new GroupCommit(stores, validator, publisher, new OneWriter(), metrics, clock, nanoTime);
        commits.start();
    }

    /** @return whether the event is recorded, now or before */
    public CompletionStage<Boolean> post(String source, EventDraft event) {
        PostedBody body = new PostedBody(false, List.of(new PostedEvent.Draft(event)), event.sizeBytes());
        return commits.submit(source, body, "").thenApply(outcomes -> !(outcomes.get(0) instanceof Outcome.Rejected));
    }

    @Override
    public void close() {
        commits.close();
    }
}
