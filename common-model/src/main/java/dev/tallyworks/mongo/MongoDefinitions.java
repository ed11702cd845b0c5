package dev.tallyworks.mongo;

import com.mongodb.ErrorCategory;
import com.mongodb.MongoWriteException;
import com.mongodb.ReadConcern;
import com.mongodb.ReadPreference;
import com.mongodb.client.MongoCollection;
import com.mongodb.client.MongoDatabase;
import dev.tallyworks.definition.DefinitionLog;
import dev.tallyworks.definition.History;
import dev.tallyworks.definition.Snapshot;
import dev.tallyworks.failure.OutcomeUnknown;
import dev.tallyworks.failure.Unavailable;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongConsumer;
import org.bson.Document;
import org.jspecify.annotations.Nullable;

/**
 * The log as one document a version: {@code {_id: version, request, previous, at, changes: […]}}. {@code request} names the
 * call that made it, {@code previous} the request of the version before, so that a log that was rolled back is noticed.
 */
public final class MongoDefinitions implements DefinitionLog {
    private static final String REQUEST = "request";
    private static final String PREVIOUS = "previous";
    private static final String AT = "at";
    private static final String CHANGES = "changes";
    private static final String NONE = "";
    private static final int TRIES_MAX = 100;
    private static final int INSERTS_MAX = 5;
    private static final long IN_LINE_MILLIS = 10_000;

    private final MongoCollection<Document> log;
    private final Clock clock;
    private final LongConsumer listener;
    private final ReentrantLock changing = new ReentrantLock(true);

    /** What is known; changed only while holding this object's monitor, replaced whole where the log was rolled back. */
    private History history = new History();

    private String newestRequest = NONE;
    private volatile Snapshot known = history.snapshot(0);

    public MongoDefinitions(MongoDatabase database, Clock clock) {
        this(database, clock, version -> {});
    }

    /** @param listener is told of each version that is committed here, and must neither block nor throw */
    public MongoDefinitions(MongoDatabase database, Clock clock, LongConsumer listener) {
        this.log = database.getCollection(Fields.DEFINITIONS)
                .withWriteConcern(MongoSettings.DURABLE)
                .withReadConcern(ReadConcern.MAJORITY)
                .withReadPreference(ReadPreference.primary());
        this.clock = clock;
        this.listener = listener;
    }

    @Override
    public Snapshot known() {
        return known;
    }

    @Override
    public Snapshot refresh() {
        long before = known.version();
        // Read outside the monitor: what was committed before this call is in this answer, whoever else is reading.
        Document newest = DriverFailures.reading(() -> log.find()
                .sort(new Document(Fields.ID, -1))
                .limit(1)
                .projection(new Document(REQUEST, 1))
                .first());
        long version = newest == null ? 0 : newest.getLong(Fields.ID);
        String request = newest == null ? NONE : newest.getString(REQUEST);
        synchronized (this) {
            boolean behind = version > history.version();
            // A smaller version than what another thread has read meanwhile is no contradiction.
            boolean other = version < before || version == history.version() && !request.equals(newestRequest);
            if (behind && !rollForward() || other) {
                startOver();
            }
            return known;
        }
    }

    /** What is known stays until the other log has been read whole. */
    private void startOver() {
        History before = history;
        String requestBefore = newestRequest;
        history = new History();
        newestRequest = NONE;
        boolean whole = false;
        try {
            whole = rollForward();
            if (!whole) {
                throw new IllegalStateException("the definitions' log has a gap after version " + history.version());
            }
        } finally {
            if (!whole) {
                history = before;
                newestRequest = requestBefore;
            }
        }
    }

    /** False where the log does not continue what is known. */
    private boolean rollForward() {
        Document newer = new Document(Fields.ID, new Document("$gt", history.version()));
        List<Document> entries = DriverFailures.reading(
                () -> log.find(newer).sort(new Document(Fields.ID, 1)).into(new ArrayList<>()));
        for (Document entry : entries) {
            if (!entry.getString(PREVIOUS).equals(newestRequest) || entry.getLong(Fields.ID) != history.version() + 1) {
                return false;
            }
            append(entry);
        }
        known = history.snapshot(history.version());
        return true;
    }

    private void append(Document entry) {
        history.append(
                entry.getLong(Fields.ID),
                entry.getList(CHANGES, Document.class).stream()
                        .map(DefinitionDocuments::read)
                        .toList());
        newestRequest = entry.getString(REQUEST);
    }

    @Override
    public synchronized Snapshot asOf(long version) {
        return version == known.version() ? known : history.snapshot(version);
    }

    @Override
    public synchronized List<Removed> removedAggregations() {
        return history.removedAggregations();
    }

    @Override
    public synchronized List<Superseded> supersededGenerations() {
        return history.supersededGenerations();
    }

    @Override
    public synchronized List<RemovedSource> removedSources() {
        return history.removedSources();
    }

    @Override
    public <T> Committed<T> change(Decision<T> decision) {
        // Rivals of this process wait in line; only those of other processes race for the next number.
        lock(changing);
        try {
            return changeInLine(decision, UUID.randomUUID().toString());
        } finally {
            changing.unlock();
        }
    }

    private <T> Committed<T> changeInLine(Decision<T> decision, String request) {
        for (int tried = 1; tried <= TRIES_MAX; tried++) {
            Snapshot newest = refresh();
            String previous = requestOf(newest);
            if (previous == null) {
                continue; // somebody else's refresh went on meanwhile
            }
            long version = newest.version() + 1;
            Decided<T> decided = decision.decide(newest, version);
            if (decided.changes().isEmpty()) {
                return new Committed<>(newest, decided.result());
            }
            Document entry = new Document(Fields.ID, version)
                    .append(REQUEST, request)
                    .append(PREVIOUS, previous)
                    .append(AT, new Date(clock.millis()))
                    .append(
                            CHANGES,
                            decided.changes().stream()
                                    .map(DefinitionDocuments::write)
                                    .toList());
            if (insert(entry, request)) {
                Snapshot committed = committed(entry);
                listener.accept(version);
                return new Committed<>(committed, decided.result());
            }
            pause(tried);
        }
        throw new Unavailable(
                "definitions: too many changes at once", new IllegalStateException("lost " + TRIES_MAX + " races"));
    }

    private synchronized @Nullable String requestOf(Snapshot snapshot) {
        return snapshot.version() == history.version() ? newestRequest : null;
    }

    /** Without another look at the store, which may be away by now: the change is committed. */
    private synchronized Snapshot committed(Document entry) {
        long version = entry.getLong(Fields.ID);
        if (history.version() == version - 1 && entry.getString(PREVIOUS).equals(newestRequest)) {
            append(entry);
            known = history.snapshot(version);
        }
        return asOf(version);
    }

    /**
     * Whether this version is this request's. An insert of unknown outcome is repeated until that is certain: what the
     * server then refuses was taken by the first attempt, or by another.
     */
    private boolean insert(Document entry, String request) {
        OutcomeUnknown doubt = null;
        for (int tried = 1; tried <= INSERTS_MAX; tried++) {
            try {
                DriverFailures.writing(() -> log.insertOne(entry));
                return true;
            } catch (MongoWriteException refused) {
                if (ErrorCategory.fromErrorCode(refused.getCode()) != ErrorCategory.DUPLICATE_KEY) {
                    throw refused;
                }
                // Majority: what a failover may still take back decides nothing.
                Document won = DriverFailures.reading(() ->
                        log.find(new Document(Fields.ID, entry.get(Fields.ID))).first());
                if (won != null) {
                    return request.equals(won.getString(REQUEST));
                }
                doubt = new OutcomeUnknown("MongoDB: the version is taken by nobody yet", refused);
            } catch (OutcomeUnknown unknown) {
                doubt = unknown;
            } catch (Unavailable away) {
                if (doubt == null) {
                    throw away;
                }
            }
            pause(tried);
        }
        throw doubt == null ? new OutcomeUnknown("MongoDB: not known", new IllegalStateException()) : doubt;
    }

    private static void lock(ReentrantLock lock) {
        try {
            if (!lock.tryLock(IN_LINE_MILLIS, TimeUnit.MILLISECONDS)) {
                throw new Unavailable("definitions: too many changes at once", new TimeoutException());
            }
        } catch (InterruptedException interrupted) {
            throw interrupted(interrupted);
        }
    }

    private static void pause(int tried) {
        try {
            Thread.sleep(ThreadLocalRandom.current().nextLong(1, 5L * Math.min(tried, 10) + 1));
        } catch (InterruptedException interrupted) {
            throw interrupted(interrupted);
        }
    }

    private static Unavailable interrupted(InterruptedException interrupted) {
        Thread.currentThread().interrupt();
        return new Unavailable("definitions: interrupted", interrupted);
    }
}
