package dev.tallyworks.mongo;

import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoDatabase;
import dev.tallyworks.queue.JobQueue;
import dev.tallyworks.queue.QueuePause;
import dev.tallyworks.queue.QueuePauseContract;
import dev.tallyworks.redis.RedisJobQueue;
import dev.tallyworks.servers.Servers;
import io.vertx.core.Vertx;
import io.vertx.redis.client.Redis;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;

class MongoQueuePauseTest extends QueuePauseContract {
    private static final MongoClient CLIENT = TestClients.create();
    private static final MongoDatabase DATABASE = CLIENT.getDatabase(Servers.freshDatabaseName());
    private static final Vertx VERTX = Vertx.vertx();
    private static final Redis REDIS = Redis.createClient(VERTX, Servers.redisUrl());
    private static final long PATIENCE_MILLIS = 60_000;

    @AfterEach
    void forget() {
        DATABASE.drop();
    }

    @AfterAll
    static void close() {
        CLIENT.close();
        VERTX.close();
    }

    @Override
    protected JobQueue queue() {
        return new RedisJobQueue(REDIS, Servers.freshNamespace(), PATIENCE_MILLIS);
    }

    @Override
    protected QueuePause pause() {
        return new MongoQueuePause(DATABASE);
    }
}
