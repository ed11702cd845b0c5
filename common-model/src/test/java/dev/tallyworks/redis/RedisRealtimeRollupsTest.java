package dev.tallyworks.redis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tallyworks.realtime.RealtimeRollups;
import dev.tallyworks.realtime.RealtimeRollupsContract;
import dev.tallyworks.servers.Servers;
import io.vertx.core.Vertx;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Redis;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

class RedisRealtimeRollupsTest extends RealtimeRollupsContract {
    private static final Vertx VERTX = Vertx.vertx();
    private static final Redis REDIS = Redis.createClient(VERTX, Servers.redisUrl());

    private final String namespace = Servers.freshNamespace();
    private final RedisRealtimeRollups realtime = new RedisRealtimeRollups(REDIS, namespace, 5_000, WINDOW);
    private final RedisJobQueue queue = new RedisJobQueue(REDIS, namespace, 5_000);
    private final Keys keys = new Keys(namespace, 0);

    @AfterAll
    static void close() {
        REDIS.close();
        VERTX.close();
    }

    @Override
    protected RealtimeRollups realtime() {
        return realtime;
    }

    @Override
    protected long queued() {
        return queue.state().ready();
    }

    /** The token is gone, or of another run: the data are as good as lost. */
    @Override
    protected void lose() {
        send(Request.cmd(Command.HSET).arg(keys.token()).arg("run").arg("another"));
    }

    private static Response send(Request request) {
        return REDIS.send(request).toCompletionStage().toCompletableFuture().join();
    }

    @Test
    void bucketsEndByThemselves() {
        aBucketOfNow();

        for (Response key : send(Request.cmd(Command.KEYS).arg("*" + namespace + "*rt:*"))) {
            long leftMillis =
                    send(Request.cmd(Command.PTTL).arg(key.toString())).toLong();
            assertThat(leftMillis).isBetween(60_000L, WINDOW.retentionMillis() + 10 * 60_000);
        }
    }

    private void aBucketOfNow() {
        aCommitIsReadBackAtOnce();
        assertThat(send(Request.cmd(Command.KEYS).arg("*" + namespace + "*rt:*"))
                        .size())
                .isPositive();
    }
}
