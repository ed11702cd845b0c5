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

    private final MongoCollection<Document> log;
    private final Clock clock;

    /** What is known; changed only while holding this object's monitor, replaced whole where the log was rolled back. */
    private History history = new History();

    private String newestRequest = NONE;
    private volatile Snapshot known = history.snapshot(0);

    public MongoDefinitions(MongoDatabase database, Clock clock) {
        this.log = database.getCollection(Fields.DEFINITIONS)
                .withWriteConcern(MongoSettings.DURABLE)
                .withReadConcern(ReadConcern.MAJORITY)
                .withReadPreference(ReadPreference.primary());
        this.clock = clock;
    }

    @Override
    public Snapshot known() {
        return known;
    }

    @Override
    public Snapshot refresh() {
        // Read outside the monitor: what was committed before this call is in this answer, whoever else is reading.
        Document newest = DriverFailures.reading(() -> log.find()
                .sort(new Document(Fields.ID, -1))
                .limit(1)
                .projection(new Document(REQUEST, 1))
                .first());
        if (newest == null) {
            return known;
        }
        synchronized (this) {
            long version = newest.getLong(Fields.ID);
            boolean behind = version > history.version();
            boolean other =
                    version == history.version() && !newest.getString(REQUEST).equals(newestRequest);
            if (behind && !rollForward() || other) {
                history = new History();
                newestRequest = NONE;
                if (!rollForward()) {
                    throw new IllegalStateException(
                            "the definitions' log has a gap after version " + history.version());
                }
            }
            return known;
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
        return true;
    }

    private void append(Document entry) {
        history.append(
                entry.getLong(Fields.ID),
                entry.getList(CHANGES, Document.class).stream()
                        .map(DefinitionDocuments::read)
                        .toList());
        newestRequest = entry.getString(REQUEST);
        known = history.snapshot(history.version());
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
    public <T> Committed<T> change(Decision<T> decision) {
        String request = UUID.randomUUID().toString();
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
                refresh();
                return new Committed<>(asOf(version), decided.result());
            }
            pause(tried);
        }
        throw new Unavailable(
                "definitions: too many changes at once", new IllegalStateException("lost " + TRIES_MAX + " races"));
    }

    private synchronized @Nullable String requestOf(Snapshot snapshot) {
        return snapshot.version() == history.version() ? newestRequest : null;
    }

    /** Whether this version is this request's; repeats an insert of unknown outcome, which its own E11000 then tells. */
    private boolean insert(Document entry, String request) {
        for (int tried = 1; ; tried++) {
            try {
                DriverFailures.writing(() -> log.insertOne(entry));
                return true;
            } catch (MongoWriteException refused) {
                if (ErrorCategory.fromErrorCode(refused.getCode()) != ErrorCategory.DUPLICATE_KEY) {
                    throw refused;
                }
                Document won = DriverFailures.reading(() ->
                        log.find(new Document(Fields.ID, entry.get(Fields.ID))).first());
                return won != null && request.equals(won.getString(REQUEST));
            } catch (OutcomeUnknown unknown) {
                if (tried == 3) {
                    throw unknown;
                }
            }
        }
    }

    private static void pause(int tried) {
        try {
            Thread.sleep(ThreadLocalRandom.current().nextLong(1, 5L * Math.min(tried, 10) + 1));
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new Unavailable("definitions: interrupted", interrupted);
        }
    }
}
