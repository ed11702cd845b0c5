package dev.tallyworks.mongo;

import com.mongodb.MongoClientSettings;
import com.mongodb.ReadPreference;
import com.mongodb.WriteConcern;
import java.util.concurrent.TimeUnit;

/** What every client of the store needs, whichever application makes it: durable writes, and failing soon when it is away. */
public final class MongoSettings {
    /** How long a call looks for a server before it counts as never sent. */
    static final int SERVER_SELECTION_MILLIS = 1_500;

    private static final int CONNECT_MILLIS = 1_500;
    /** No call of ours takes as long while the server works; after this its outcome is unknown. */
    private static final int READ_MILLIS = 10_000;

    private static final int POOL_WAIT_MILLIS = 2_000;
    private static final int HEARTBEAT_MILLIS = 2_000;
    /** Below the read timeout, so that a majority that is away is told by an answer and not by a broken connection. */
    private static final int MAJORITY_WAIT_MILLIS = 5_000;

    /** An answer to a write means that it outlives the loss of any minority of the servers. */
    static final WriteConcern DURABLE =
            WriteConcern.MAJORITY.withJournal(true).withWTimeout(MAJORITY_WAIT_MILLIS, TimeUnit.MILLISECONDS);

    private MongoSettings() {}

    /** Applies to settings that hold the connection string already; the pool's size stays as it says. */
    public static MongoClientSettings.Builder customize(MongoClientSettings.Builder settings) {
        return settings.writeConcern(DURABLE)
                .readPreference(ReadPreference.primary())
                .retryWrites(true)
                .retryReads(true)
                .applyToClusterSettings(
                        cluster -> cluster.serverSelectionTimeout(SERVER_SELECTION_MILLIS, TimeUnit.MILLISECONDS))
                .applyToServerSettings(server -> server.heartbeatFrequency(HEARTBEAT_MILLIS, TimeUnit.MILLISECONDS))
                .applyToSocketSettings(socket -> socket.connectTimeout(CONNECT_MILLIS, TimeUnit.MILLISECONDS)
                        .readTimeout(READ_MILLIS, TimeUnit.MILLISECONDS))
                .applyToConnectionPoolSettings(pool -> pool.maxWaitTime(POOL_WAIT_MILLIS, TimeUnit.MILLISECONDS));
    }
}
