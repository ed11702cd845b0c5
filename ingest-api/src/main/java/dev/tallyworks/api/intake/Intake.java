package dev.tallyworks.api.intake;

import dev.tallyworks.definition.Definitions;
import dev.tallyworks.event.Event;
import dev.tallyworks.event.RawEvents;
import dev.tallyworks.metadata.MetadataNotes;
import dev.tallyworks.metric.MetricGenerator;
import dev.tallyworks.plugin.Hooks;
import dev.tallyworks.realtime.Gaps;
import dev.tallyworks.realtime.RealtimeRollups;
import io.micrometer.core.instrument.MeterRegistry;
import io.opentelemetry.api.trace.Tracer;
import java.time.Clock;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** From the body of a request to its answer. What is under way is bounded in bytes, from before a body is read. */
public final class Intake implements AutoCloseable {
    private static final int KIB = 1 << 10;

    private final GroupCommit commits;
    private final PluggedEvents plugins;
    private final IntakeTraces traces;
    private final Executor reading;
    private final Semaphore kibibytes;

    /**
     * Where events go, and what they are judged by.
     *
     * @param recorded is told of events that were recorded, soon after
     */
    public record Stores(
            Definitions definitions,
            RawEvents rawEvents,
            MetadataNotes metadata,
            RealtimeRollups realtime,
            Gaps gaps,
            Consumer<List<Event>> recorded) {}

    /**
     * @param tracer null where nothing is traced
     * @param reading for bodies that take long to read
     */
    public Intake(
            Stores stores,
            PayloadSchema schemas,
            Hooks hooks,
            MetricGenerator generator,
            CommitSettings settings,
            MeterRegistry registry,
            @Nullable Tracer tracer,
            Clock clock,
            Executor reading) {
        EventValidator validator = new EventValidator(schemas);
        CommitMetrics metrics = new CommitMetrics(registry);
        Publisher publisher = new Publisher(stores, generator, metrics, clock, System::nanoTime);
        this.commits = new GroupCommit(stores, validator, publisher, settings, metrics, clock, System::nanoTime);
        this.plugins = new PluggedEvents(hooks);
        this.traces = new IntakeTraces(tracer);
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
        Supplier<PostedBody> posted = () -> plugins.change(source, body.read());
        IntakeTraces.Trace trace = traces.begin(source);
        CompletionStage<PostedBody> read =
                body.isQuick() && !plugins.mayTakeLong() ? readHere(posted) : readElsewhere(posted);
        return read.thenCompose(events -> {
                    trace.posted(events.events().size());
                    return commits.submit(source, events, trace.parent()).thenApply(outcomes -> {
                        trace.came(outcomes);
                        return answer(events.batch(), outcomes);
                    });
                })
                .whenComplete((answer, failed) -> {
                    kibibytes.release(size);
                    trace.end(failed);
                });
    }

    private static CompletionStage<PostedBody> readHere(Supplier<PostedBody> posted) {
        try {
            return CompletableFuture.completedFuture(posted.get());
        } catch (RuntimeException unreadable) {
            return CompletableFuture.failedFuture(unreadable);
        }
    }

    private CompletionStage<PostedBody> readElsewhere(Supplier<PostedBody> posted) {
        try {
            return CompletableFuture.supplyAsync(posted, reading);
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
