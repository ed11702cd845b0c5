package dev.tallyworks.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tallyworks.failure.Unavailable;
import dev.tallyworks.servers.EmbeddedRedis;
import io.vertx.core.Vertx;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Redis;
import io.vertx.redis.client.Request;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class RedisEvictionTest {
    private static final long PATIENCE_MILLIS = 60_000;

    @Test
    void aServerThatMayDropKeysIsNotToBeUsed() throws Exception {
        Vertx vertx = Vertx.vertx();
        EmbeddedRedis server = EmbeddedRedis.inMemory(0);
        try {
            Redis redis = Redis.createClient(vertx, server.url());
            RedisEviction eviction = new RedisEviction(redis, PATIENCE_MILLIS);
            eviction.check();
            assertThat(eviction.fault()).isNull();

            set(redis, "allkeys-lru");
            assertThatIllegalStateException()
                    .isThrownBy(eviction::check)
                    .withMessage("Redis may drop keys, as its maxmemory-policy is allkeys-lru: set it to noeviction");
            assertThat(eviction.fault()).contains("allkeys-lru");

            set(redis, "noeviction");
            eviction.check();
            assertThat(eviction.fault()).isNull();

            set(redis, "volatile-ttl");
            assertThatIllegalStateException().isThrownBy(eviction::check);
            server.close();
            assertThatThrownBy(eviction::check).isInstanceOf(Unavailable.class);
            assertThat(eviction.fault()).as("it may be another by now").isNull();
        } finally {
            server.close();
            vertx.close();
        }
    }

    private static void set(Redis redis, String policy) throws Exception {
        redis.send(Request.cmd(Command.CONFIG)
                        .arg("SET")
                        .arg("maxmemory-policy")
                        .arg(policy))
                .toCompletionStage()
                .toCompletableFuture()
                .get(PATIENCE_MILLIS, TimeUnit.MILLISECONDS);
    }
}
