package dev.tallyworks.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.tallyworks.realtime.Changes;
import dev.tallyworks.servers.Servers;
import io.vertx.core.Vertx;
import io.vertx.redis.client.Redis;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

class RedisChangeNewsTest {
    private static final Duration LIMIT = Duration.ofSeconds(20);
    private static final Vertx VERTX = Vertx.vertx();

    private final Redis redis = Redis.createClient(VERTX, Servers.redisUrl());
    private final String namespace = Servers.freshNamespace();
    private final List<Set<String>> heard = new CopyOnWriteArrayList<>();

    @AfterAll
    static void close() {
        VERTX.close();
    }

    @Test
    void gathersWhatIsChangedAndTellsAllProcesses() {
        try (RedisChangeNews listening = new RedisChangeNews(redis, namespace);
                RedisChangeNews announcing = new RedisChangeNews(redis, namespace);
                Changes changes = new Changes(announcing)) {
            listening.listen(heard::add);
            // The first may come before the subscription, which nobody waits for.
            await().atMost(LIMIT).until(() -> {
                changes.of("shop");
                return !heard.isEmpty();
            });
            heard.clear();
            for (int i = 0; i < 10_000; i++) {
                changes.of(i % 2 == 0 ? "shop" : "blog");
            }
            await().atMost(LIMIT).until(() -> heard.stream().anyMatch(sources -> sources.contains("blog")));
            assertThat(heard.size()).isLessThan(1_000);
        }
    }

    @Test
    void isHarmlessWhereRedisIsAway() {
        try (RedisChangeNews away = new RedisChangeNews(Redis.createClient(VERTX, "redis://127.0.0.1:1"), namespace)) {
            away.listen(heard::add);
            away.announce(Set.of("shop"));
        }
        assertThat(heard).isEmpty();
    }
}
