package dev.tallyworks.mongo;

import com.mongodb.client.MongoCollection;
import com.mongodb.client.MongoDatabase;
import com.mongodb.client.model.ReplaceOptions;
import dev.tallyworks.lane.WorkerStatus;
import dev.tallyworks.lane.Workers;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import org.bson.Document;

/** One document a worker: {@code {_id, softwareVersion, startedAt, heartbeatAt, lanes, inFlight, processed, failed, version}}. */
public final class MongoWorkers implements Workers {
    private static final String SOFTWARE_VERSION = "softwareVersion";
    private static final String STARTED_AT = "startedAt";
    private static final String HEARTBEAT_AT = "heartbeatAt";
    private static final String LANES = "lanes";
    private static final String IN_FLIGHT = "inFlight";
    private static final String PROCESSED = "processed";
    private static final String FAILED = "failed";

    private final MongoCollection<Document> workers;

    public MongoWorkers(MongoDatabase database) {
        this.workers = database.getCollection(Fields.WORKERS);
    }

    @Override
    public void report(WorkerStatus status) {
        Document written = new Document(Fields.ID, status.id())
                .append(SOFTWARE_VERSION, status.version())
                .append(STARTED_AT, new Date(status.startedAtMillis()))
                .append(HEARTBEAT_AT, new Date(status.heartbeatAtMillis()))
                .append(LANES, status.lanes())
                .append(IN_FLIGHT, status.inFlight())
                .append(PROCESSED, status.processed())
                .append(FAILED, status.failed())
                .append(Fields.VERSION, status.configurationVersion());
        DriverFailures.writing(() ->
                workers.replaceOne(new Document(Fields.ID, status.id()), written, new ReplaceOptions().upsert(true)));
    }

    @Override
    public void leave(String worker) {
        DriverFailures.writing(() -> workers.deleteOne(new Document(Fields.ID, worker)));
    }

    @Override
    public List<WorkerStatus> since(long heartbeatAtMillis) {
        Document alive = new Document(HEARTBEAT_AT, new Document("$gte", new Date(heartbeatAtMillis)));
        return DriverFailures.reading(() -> workers.find(alive)
                .sort(new Document(Fields.ID, 1))
                .map(MongoWorkers::read)
                .into(new ArrayList<>()));
    }

    private static WorkerStatus read(Document stored) {
        return new WorkerStatus(
                stored.getString(Fields.ID),
                stored.getString(SOFTWARE_VERSION),
                stored.getDate(STARTED_AT).getTime(),
                stored.getDate(HEARTBEAT_AT).getTime(),
                stored.getList(LANES, String.class),
                stored.getLong(IN_FLIGHT),
                stored.getLong(PROCESSED),
                stored.getLong(FAILED),
                stored.getLong(Fields.VERSION));
    }

    @Override
    public void forgetBefore(long heartbeatAtMillis) {
        Document gone = new Document(HEARTBEAT_AT, new Document("$lt", new Date(heartbeatAtMillis)));
        DriverFailures.writing(() -> workers.deleteMany(gone));
    }
}
