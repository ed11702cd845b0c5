package dev.tallyworks.api.intake;

import dev.tallyworks.definition.Definitions;
import dev.tallyworks.event.RawEvents;
import dev.tallyworks.metadata.MetadataNotes;
import dev.tallyworks.metric.MetricGenerator;
import dev.tallyworks.realtime.Gaps;
import dev.tallyworks.realtime.RealtimeRollups;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Clock;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.function.Consumer;

/** From the body of a request to its answer. What is under way is bounded in bytes, from before a body is read. */
public final class Intake implements AutoCloseable {
    private static final int KIB = 1 << 10;

    private final GroupCommit commits;
    private final Executor reading;
    private final Semaphore kibibytes;

    /**
     * Where events go, and what they are judged by.
     *
     * @param changed is told the ids of sources that got events
     */
    public record Stores(
            Definitions definitions,
            RawEvents rawEvents,
            MetadataNotes metadata,
            RealtimeRollups realtime,
            Gaps gaps,
            Consumer<String> changed) {}

    /** @param reading for bodies that take long to read */
    public Intake(
            Stores stores,
            PayloadSchema schemas,
            MetricGenerator generator,
            CommitSettings settings,
            MeterRegistry registry,
            Clock clock,
            Executor reading) {
        EventValidator validator = new EventValidator(schemas);
        CommitMetrics metrics = new CommitMetrics(registry);
        Publisher publisher = new Publisher(stores, generator, metrics, clock);
        this.commits = new GroupCommit(stores, validator, publisher, settings, metrics, clock);
        this.reading = reading;
        this.kibibytes = new Semaphore(Math.toIntExact(settings.bufferBytesMax() / KIB));
    }

    public void start() {
        commits.start();
    }

    /** Takes no more, and waits until what was taken is answered. */
    @Override
    public void close() {
        commits.close();
    }

    /**
     * Fails with {@link MalformedBody}, {@link BodyTooLarge}, {@link UnknownSource}, {@link TryLater}, and where nothing at
     * all of it was recorded with {@link AllRejected}.
     *
     * @return the event that was posted, or the count of the batch
     */
    CompletionStage<PostAnswer> post(String source, IncomingBody body) {
        int size = body.bytes().length / KIB + 1;
        if (!kibibytes.tryAcquire(size)) {
            return CompletableFuture.failedFuture(new TryLater("too many bytes are waiting to be written", null));
        }
        CompletionStage<PostedBody> read = body.isQuick() ? readHere(body) : readElsewhere(body);
        return read.thenCompose(posted ->
                        commits.submit(source, posted).thenApply(outcomes -> answer(posted.batch(), outcomes)))
                .whenComplete((answer, failed) -> kibibytes.release(size));
    }

    private static CompletionStage<PostedBody> readHere(IncomingBody body) {
        try {
            return CompletableFuture.completedFuture(body.read());
        } catch (RuntimeException unreadable) {
            return CompletableFuture.failedFuture(unreadable);
        }
    }

    private CompletionStage<PostedBody> readElsewhere(IncomingBody body) {
        try {
            return CompletableFuture.supplyAsync(body::read, reading);
        } catch (RejectedExecutionException full) {
            return CompletableFuture.failedFuture(new TryLater("too many bodies are waiting to be read", full));
        }
    }

    private static PostAnswer answer(boolean batch, List<Outcome> outcomes) {
        if (batch) {
            BatchView view = BatchView.of(outcomes);
            if (view.rejected() > 0 && view.rejected() == outcomes.size()) {
                throw new CompletionException(AllRejected.of(view));
            }
            return view;
        }
        Outcome outcome = outcomes.get(0);
        if (outcome instanceof Outcome.Accepted accepted) {
            return EventView.posted(accepted.event(), false);
        }
        if (outcome instanceof Outcome.Duplicate duplicate) {
            return EventView.posted(duplicate.original().event(), true);
        }
        throw new CompletionException(AllRejected.of(((Outcome.Rejected) outcome).rejection()));
    }
}
