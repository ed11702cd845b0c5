package dev.tallyworks.api.intake;

import dev.tallyworks.definition.Definitions;
import dev.tallyworks.definition.Snapshot;
import dev.tallyworks.definition.Source;
import dev.tallyworks.event.CommitId;
import dev.tallyworks.event.Event;
import dev.tallyworks.event.EventRef;
import dev.tallyworks.event.RawEvents;
import dev.tallyworks.event.RecordedEvent;
import dev.tallyworks.failure.OutcomeUnknown;
import dev.tallyworks.failure.Unavailable;
import dev.tallyworks.metadata.MetadataNotes;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Lets requests that come at the same time share one write. Nobody waits for company: a writer takes what has gathered
 * while it was busy.
 *
 * <pre>
 * requests ──▶ buffer ──▶ writer 1..n: read the definitions, judge, look up, insert, publish ──▶ answers
 * </pre>
 *
 * An answer without exception means that the store has the events durably. {@link TryLater} promises nothing: they may have
 * been recorded, and posting them again is safe.
 */
final class GroupCommit implements AutoCloseable {
    private static final Logger LOG = Logger.getLogger(GroupCommit.class);
    private static final long STORE_PAUSE_MILLIS = 250;
    private static final long REPEAT_PAUSE_MILLIS = 20;
    private static final long WATCH_MILLIS = 100;
    private static final long CLOSE_MILLIS = 10_000;
    private static final int WRITER_ID_BYTES = 9;

    private final Definitions definitions;
    private final RawEvents rawEvents;
    private final MetadataNotes metadata;
    private final Publisher publisher;
    private final EventValidator validator;
    private final CommitSettings settings;
    private final CommitMetrics metrics;
    private final Clock clock;
    private final SubmissionBuffer buffer;
    private final Breaker store;
    private final List<Writer> writers = new ArrayList<>();
    private final Thread watch = new Thread(this::watch, "intake-watch");
    private volatile boolean closed;

    GroupCommit(
            Intake.Stores stores,
            EventValidator validator,
            Publisher publisher,
            CommitSettings settings,
            CommitMetrics metrics,
            Clock clock,
            LongSupplier nanoTime) {
        this.definitions = stores.definitions();
        this.rawEvents = stores.rawEvents();
        this.metadata = stores.metadata();
        this.publisher = publisher;
        this.validator = validator;
        this.settings = settings;
        this.metrics = metrics;
        this.clock = clock;
        this.store = new Breaker(STORE_PAUSE_MILLIS, nanoTime);
        this.buffer = new SubmissionBuffer(settings);
        for (int i = 1; i <= settings.writers(); i++) {
            writers.add(new Writer("intake-writer-" + i));
        }
        metrics.buffered(buffer::events);
    }

    void start() {
        writers.forEach(writer -> writer.thread.start());
        watch.setDaemon(true);
        watch.start();
    }

    /**
     * @param trace what the jobs carry; empty where the request is not traced
     * @return the outcome of each event, in their order; fails with {@link UnknownSource}, with {@link TryLater}, or with a
     *     fault of ours
     */
    CompletionStage<List<Outcome>> submit(String source, PostedBody body, String trace) {
        CompletableFuture<List<Outcome>> answer = new CompletableFuture<>();
        Submission submission = new Submission(source, body, trace, System.nanoTime(), answer);
        if (closed || !store.admits()) {
            metrics.refused(CommitMetrics.Refused.UNAVAILABLE);
            submission.fail(new TryLater(closed ? "shutting down" : "the store can't be reached", null));
        } else if (!buffer.offer(submission)) {
            store.withdraw();
            metrics.refused(CommitMetrics.Refused.FULL);
            submission.fail(new TryLater("too many events are waiting to be written", null));
        }
        return answer;
    }

    /** Fails whom a store that does not answer keeps waiting, and while it is away whoever waits. */
    private void watch() {
        try {
            while (!closed) {
                TimeUnit.MILLISECONDS.sleep(WATCH_MILLIS);
                long limit = System.nanoTime() - settings.answerDeadline().toNanos();
                List<Submission> late = new ArrayList<>(buffer.remove(waiting -> waiting.sinceNanos() - limit < 0));
                for (Writer writer : writers) {
                    Commit current = writer.current;
                    if (current != null && current.startedNanos - limit < 0 && !current.late) {
                        current.late = true;
                        late.addAll(current.taken);
                    }
                }
                if (!late.isEmpty()) {
                    LOG.warnf("%d requests were not written in time", late.size());
                    store.failed();
                    TryLater why = new TryLater("the store does not answer in time", null);
                    late.forEach(submission -> submission.fail(why));
                    failWaiting(why);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void failWaiting(TryLater why) {
        buffer.remove(waiting -> true).forEach(submission -> submission.fail(why));
    }

    /** Takes no more, and waits until what was taken is answered. */
    @Override
    public void close() {
        closed = true;
        buffer.close();
        long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(CLOSE_MILLIS);
        try {
            for (Writer writer : writers) {
                long left = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
                writer.thread.join(Math.max(1, left));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        failWaiting(new TryLater("shutting down", null));
    }

    /** What a writer is at, as the watch sees it. */
    private static final class Commit {
        private final List<Submission> taken;
        private final long startedNanos = System.nanoTime();
        private volatile boolean late;

        Commit(List<Submission> taken) {
            this.taken = taken;
        }
    }

    /** Has one commit under way at a time, under its own name. */
    private final class Writer {
        private final Thread thread;
        private String id = newId();
        private long number;
        private volatile @Nullable Commit current;

        Writer(String name) {
            thread = new Thread(this::run, name);
        }

        private void run() {
            try {
                List<Submission> taken = buffer.take();
                while (!taken.isEmpty()) {
                    Commit commit = new Commit(taken);
                    current = commit;
                    commit(commit);
                    current = null;
                    buffer.release(taken);
                    taken = buffer.take();
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }

        private void commit(Commit commit) {
            try {
                Snapshot inForce = definitions.refresh();
                List<SourceCommit> parts = judge(commit.taken, inForce);
                CommitId commitId = new CommitId(id, ++number);
                List<Answers> answers = record(parts, commitId, commit.startedNanos);
                if (!publish(inForce, commitId, answers)) {
                    rename();
                }
                if (isPast(commit.startedNanos)) {
                    // So late, the source may be on its way out and the events with it.
                    Snapshot later = definitions.refresh();
                    answers.removeIf(late -> isRefused(late.part, later));
                }
                answers.forEach(answer -> answer.give(metrics));
                metrics.committed(commit.taken.size(), events(commit.taken), System.nanoTime() - commit.startedNanos);
                store.succeeded();
            } catch (TryLater | Unavailable | OutcomeUnknown away) {
                fail(commit, away);
            } catch (RuntimeException | Error fault) {
                rename();
                LOG.error("a group commit failed", fault);
                commit.taken.forEach(submission -> submission.answer().completeExceptionally(fault));
                store.succeeded();
            }
        }

        private void fail(Commit commit, RuntimeException away) {
            LOG.debug("a group commit failed", away);
            rename();
            metrics.failed(commit.taken.size());
            store.failed();
            TryLater why = new TryLater("the store can't be reached", away);
            commit.taken.forEach(submission -> submission.fail(why));
            failWaiting(why);
        }

        private static long events(List<Submission> taken) {
            return taken.stream().mapToLong(one -> one.body().events().size()).sum();
        }

        /** Judges by the newest version of the definitions. */
        private List<SourceCommit> judge(List<Submission> taken, Snapshot snapshot) {
            long nowMillis = clock.millis();
            Map<String, SourceCommit> parts = new LinkedHashMap<>();
            for (Submission submission : taken) {
                Source source = snapshot.source(submission.source()).orElse(null);
                RuntimeException refusal = refusal(submission.source(), source);
                if (source == null || refusal != null) {
                    submission.answer().completeExceptionally(refusal);
                } else {
                    parts.computeIfAbsent(source.id(), id -> new SourceCommit(source, snapshot, nowMillis, validator))
                            .add(submission);
                }
            }
            return List.copyOf(parts.values());
        }

        /** @return why the source takes no events; null where it does */
        private @Nullable RuntimeException refusal(String id, @Nullable Source source) {
            if (source == null || source.state() == Source.State.PURGING) {
                return new UnknownSource(id);
            }
            return source.state() == Source.State.OPEN
                    ? null
                    : new TryLater("source " + id + " is being deleted", null);
        }

        private List<Answers> record(List<SourceCommit> parts, CommitId commitId, long startedNanos) {
            List<Answers> answers = new ArrayList<>(parts.size());
            for (SourceCommit part : parts) {
                Source source = part.source();
                Map<String, RecordedEvent> known =
                        rawEvents.find(source.id(), source.incarnation(), part.refusedUuids());
                Map<String, RecordedEvent> originals = insert(source.id(), part.toInsert(), commitId, startedNanos);
                answers.add(new Answers(part, known, originals));
            }
            return answers;
        }

        private boolean isRefused(SourceCommit part, Snapshot later) {
            Source source = later.source(part.source().id())
                    .filter(now -> now.incarnation() == part.source().incarnation())
                    .orElse(null);
            RuntimeException refusal = refusal(part.source().id(), source);
            if (refusal != null) {
                part.submissions().forEach(submission -> submission.fail(refusal));
            }
            return refusal != null;
        }

        private Map<String, RecordedEvent> insert(
                String source, List<Event> events, CommitId commitId, long startedNanos) {
            boolean sent = false;
            while (true) {
                try {
                    metadata.events(events);
                    return rawEvents.insert(source, events, commitId);
                } catch (OutcomeUnknown unknown) {
                    sent = true;
                    pauseOrGiveUp(startedNanos, unknown);
                } catch (Unavailable unavailable) {
                    if (!sent) {
                        throw unavailable;
                    }
                    pauseOrGiveUp(startedNanos, unavailable);
                }
            }
        }

        private void pauseOrGiveUp(long startedNanos, RuntimeException why) {
            if (isPast(startedNanos)) {
                throw why;
            }
            try {
                TimeUnit.MILLISECONDS.sleep(REPEAT_PAUSE_MILLIS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw why;
            }
        }

        private boolean isPast(long startedNanos) {
            return System.nanoTime() - startedNanos > settings.commitDeadline().toNanos();
        }

        /** @return whether the commit is known to be published */
        private boolean publish(Snapshot inForce, CommitId commitId, List<Answers> answers) {
            List<Event> accepted = new ArrayList<>();
            Map<EventRef, String> traces = new HashMap<>();
            for (Answers answer : answers) {
                accepted.addAll(answer.part.accepted(answer.originals));
                answer.part.addTraces(traces);
            }
            boolean published = publisher.publish(inForce, commitId, accepted, traces);
            for (Answers answer : answers) {
                List<RecordedEvent> known = new ArrayList<>(answer.known.values());
                known.addAll(answer.originals.values());
                publisher.check(inForce, answer.part.source().id(), known);
            }
            return published;
        }

        /** A commit that may not be published is the last of its writer: no later one shall vouch for it. */
        private void rename() {
            id = newId();
            number = 0;
        }
    }

    private static String newId() {
        byte[] bytes = new byte[WRITER_ID_BYTES];
        // Not a constant, which a native executable would have seeded when it was built.
        new SecureRandom().nextBytes(bytes);
        return HexFormat.of().formatHex(bytes);
    }

    /** What is to be told once it is published. */
    private record Answers(SourceCommit part, Map<String, RecordedEvent> known, Map<String, RecordedEvent> originals) {
        void give(CommitMetrics metrics) {
            List<List<Outcome>> outcomes = part.outcomes(known, originals);
            for (int i = 0; i < outcomes.size(); i++) {
                metrics.outcomes(outcomes.get(i));
                part.submissions().get(i).answer().complete(outcomes.get(i));
            }
        }
    }
}
