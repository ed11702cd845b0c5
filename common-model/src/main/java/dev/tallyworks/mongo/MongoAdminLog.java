package dev.tallyworks.mongo;

import com.mongodb.MongoCommandException;
import com.mongodb.client.MongoCollection;
import com.mongodb.client.MongoDatabase;
import com.mongodb.client.model.IndexOptions;
import dev.tallyworks.admin.AdminCall;
import dev.tallyworks.admin.AdminLog;
import java.time.Duration;
import java.util.Date;
import java.util.concurrent.TimeUnit;
import org.bson.Document;

/** One document a call, {@code {time: Date, method, path, who, status, durationMillis: int64, request}}, removed by the server. */
public final class MongoAdminLog implements AdminLog {
    private static final String TIME = "time";
    private static final String METHOD = "method";
    private static final String PATH = "path";
    private static final String WHO = "who";
    private static final String STATUS = "status";
    private static final String DURATION = "durationMillis";
    private static final String REQUEST = "request";
    private static final Document BY_TIME = new Document(TIME, 1);
    private static final String EXPIRE_AFTER = "expireAfterSeconds";
    /** An index of these keys is there, with another time. */
    private static final int OPTIONS_CONFLICT = 85;

    private final MongoDatabase database;
    private final MongoCollection<Document> calls;
    private final long keptSeconds;
    private volatile boolean indexed;

    public MongoAdminLog(MongoDatabase database, Duration kept) {
        this.database = database;
        this.calls = database.getCollection(Fields.ADMIN_CALLS).withWriteConcern(MongoSettings.DURABLE);
        this.keptSeconds = kept.toSeconds();
    }

    @Override
    public void add(AdminCall call) {
        Document document = new Document(TIME, new Date(call.timeMillis()))
                .append(METHOD, call.method())
                .append(PATH, call.path())
                .append(WHO, call.who())
                .append(STATUS, call.status())
                .append(DURATION, call.durationMillis())
                .append(REQUEST, call.request());
        DriverFailures.writing(() -> {
            createIndex();
            return calls.insertOne(document);
        });
    }

    private void createIndex() {
        if (indexed) {
            return;
        }
        try {
            calls.createIndex(BY_TIME, new IndexOptions().expireAfter(keptSeconds, TimeUnit.SECONDS));
        } catch (MongoCommandException other) {
            if (other.getErrorCode() != OPTIONS_CONFLICT) {
                throw other;
            }
            database.runCommand(new Document("collMod", Fields.ADMIN_CALLS)
                    .append("index", new Document("keyPattern", BY_TIME).append(EXPIRE_AFTER, keptSeconds)));
        }
        indexed = true;
    }
}
