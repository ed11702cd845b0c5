package dev.tallyworks.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tallyworks.failure.Unavailable;
import dev.tallyworks.queue.JobQueue;
import dev.tallyworks.queue.JobQueueContract;
import dev.tallyworks.servers.EmbeddedRedis;
import dev.tallyworks.servers.Servers;
import io.vertx.core.Vertx;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Redis;
import io.vertx.redis.client.Request;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

class RedisJobQueueTest extends JobQueueContract {
    private static final Vertx VERTX = Vertx.vertx();
    private static final Redis REDIS = Redis.createClient(VERTX, Servers.redisUrl());
    private static final Map<JobQueue, String> NAMESPACES = new ConcurrentHashMap<>();
    private static final long PATIENCE_MILLIS = 60_000;

    @AfterAll
    static void removeKeys() throws Exception {
        for (String namespace : NAMESPACES.values()) {
            Keys keys = new Keys(namespace, 0);
            send(
                    REDIS,
                    Request.cmd(Command.DEL)
                            .arg(keys.queue())
                            .arg(keys.delayed())
                            .arg(keys.paused()));
        }
        VERTX.close();
    }

    @Override
    protected JobQueue fresh() {
        String namespace = Servers.freshNamespace();
        JobQueue queue = new RedisJobQueue(REDIS, namespace, PATIENCE_MILLIS);
        NAMESPACES.put(queue, namespace);
        return queue;
    }

    private static Keys keys(JobQueue queue) {
        return new Keys(NAMESPACES.getOrDefault(queue, ""), 0);
    }

    private static void send(Redis to, Request request) {
        try {
            to.send(request).toCompletionStage().toCompletableFuture().get(PATIENCE_MILLIS, TimeUnit.MILLISECONDS);
        } catch (Exception failed) {
            throw new AssertionError(failed);
        }
    }

    @Test
    void whatIsNoJobIsCountedAndDroppedWithTheBatch() {
        queue.enqueue(jobs(0, 1));
        send(
                REDIS,
                Request.cmd(Command.LPUSH)
                        .arg(keys(queue).queue())
                        .arg("nonsense")
                        .arg("9|1|1|1|s||u")
                        .arg(""));
        assertThat(queue.state().ready()).isEqualTo(4);
        queue.enqueue(jobs(1, 2));
        assertThat(queue.claim("l00", 1, 2, 1_000, NOW)).isEqualTo(new JobQueue.ClaimedBatch(jobs(0, 1), 1, 3));
        assertThat(queue.state().oldestEnqueuedAtMillis()).as("no job").isNull();
        queue.acknowledge("l00", 1, List.of(), Map.of());
        assertThat(queue.claim("l00", 1, 9, 1_000, NOW)).isEqualTo(new JobQueue.ClaimedBatch(jobs(1, 2), 2, 0));
        queue.acknowledge("l00", 1, List.of(), Map.of());
        assertThat(queue.state()).isEqualTo(new JobQueue.State(false, 0, 0, null, List.of()));
    }

    /** On a server of its own, as others may use the scripts of a given one. */
    @Test
    void aServerThatForgotTheScriptsIsToldThemAgain() {
        try (EmbeddedRedis server = EmbeddedRedis.inMemory(0)) {
            Redis redis = Redis.createClient(VERTX, server.url());
            JobQueue alone = new RedisJobQueue(redis, "scripts", PATIENCE_MILLIS);
            for (int round = 0; round < 3; round++) {
                alone.enqueue(jobs(0, 5));
                assertThat(alone.claim("l00", round, 5, 1_000, NOW).jobs()).hasSize(5);
                send(redis, Request.cmd(Command.SCRIPT).arg("FLUSH"));
                assertThat(alone.giveBack(new JobQueue.Processing("l00", round, 5), 9))
                        .isEqualTo(5);
                send(redis, Request.cmd(Command.SCRIPT).arg("FLUSH"));
                assertThat(alone.claim("l01", round, 9, 1_000, NOW).jobs()).hasSize(5);
                alone.acknowledge("l01", round, List.of(), Map.of());
                assertThat(alone.state().inProcess()).isZero();
            }
            redis.close();
        }
    }

    @Test
    void aServerThatDoesNotAnswerOrIsNotThereIsUnavailable() throws Exception {
        try (ServerSocket silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            assertUnavailable("redis://127.0.0.1:" + silent.getLocalPort());
        }
        assertUnavailable("redis://127.0.0.1:" + closedPort());
    }

    private static int closedPort() throws IOException {
        try (ServerSocket closed = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            return closed.getLocalPort();
        }
    }

    private static void assertUnavailable(String url) {
        Redis redis = Redis.createClient(VERTX, url);
        JobQueue away = new RedisJobQueue(redis, "away", 200);
        assertThatThrownBy(() -> away.enqueue(jobs(0, 1))).isInstanceOf(Unavailable.class);
        assertThatThrownBy(() -> away.claim("l00", 1, 1, 1, NOW)).isInstanceOf(Unavailable.class);
        assertThatThrownBy(() -> away.acknowledge("l00", 1, List.of(), Map.of()))
                .isInstanceOf(Unavailable.class);
        assertThatThrownBy(() -> away.giveBack(new JobQueue.Processing("l00", 1, 1), 1))
                .isInstanceOf(Unavailable.class);
        assertThatThrownBy(away::state).isInstanceOf(Unavailable.class);
        redis.close();
    }
}
