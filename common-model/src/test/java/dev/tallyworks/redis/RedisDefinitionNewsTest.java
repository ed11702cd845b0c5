package dev.tallyworks.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.tallyworks.servers.Servers;
import io.vertx.core.Vertx;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Redis;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

class RedisDefinitionNewsTest {
    private static final Vertx VERTX = Vertx.vertx();

    private final Redis redis = Redis.createClient(VERTX, Servers.redisUrl());
    private final Redis other = Redis.createClient(VERTX, Servers.redisUrl());
    private final String namespace = Servers.freshNamespace();
    private final List<Long> heard = new CopyOnWriteArrayList<>();

    @AfterAll
    static void close() {
        VERTX.close();
    }

    /** The first may come before the subscription, which nobody waits for. */
    private void announceUntilHeard(RedisDefinitionNews from, long version) {
        await().atMost(Duration.ofSeconds(20)).until(() -> {
            from.announce(version);
            return heard.contains(version);
        });
    }

    @Test
    void tellsOtherProcesses() {
        RedisDefinitionNews listening = new RedisDefinitionNews(redis, namespace);
        RedisDefinitionNews announcing = new RedisDefinitionNews(other, namespace);
        RedisDefinitionNews elsewhere = new RedisDefinitionNews(other, Servers.freshNamespace());
        listening.listen(heard::add);
        announceUntilHeard(announcing, 7);
        elsewhere.announce(99);
        announceUntilHeard(announcing, 8);
        assertThat(heard).contains(7L, 8L).doesNotContain(99L);
        listening.close();
    }

    @Test
    void subscribesAgainWhereItWasCutOff() throws Exception {
        RedisDefinitionNews listening = new RedisDefinitionNews(redis, namespace);
        RedisDefinitionNews announcing = new RedisDefinitionNews(other, namespace);
        listening.listen(heard::add);
        announceUntilHeard(announcing, 1);
        Response clients = other.send(Request.cmd(Command.CLIENT).arg("LIST"))
                .toCompletionStage()
                .toCompletableFuture()
                .get(5, TimeUnit.SECONDS);
        String line = clients.toString()
                .lines()
                .filter(client -> client.contains("name=" + namespace))
                .findFirst()
                .orElseThrow();
        String id = line.replaceFirst("^id=(\\d+) .*", "$1");
        other.send(Request.cmd(Command.CLIENT).arg("KILL").arg("ID").arg(id))
                .toCompletionStage()
                .toCompletableFuture()
                .get(5, TimeUnit.SECONDS);
        announceUntilHeard(announcing, 2);
        listening.close();
    }

    @Test
    void bothAreHarmlessWhereRedisIsAway() {
        RedisDefinitionNews away = new RedisDefinitionNews(Redis.createClient(VERTX, "redis://127.0.0.1:1"), namespace);
        away.listen(heard::add);
        away.announce(1);
        away.close();
        assertThat(heard).isEmpty();
    }
}
