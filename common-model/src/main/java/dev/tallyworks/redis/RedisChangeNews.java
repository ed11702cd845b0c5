package dev.tallyworks.redis;

import dev.tallyworks.realtime.ChangeNews;
import io.vertx.redis.client.Redis;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;

/** News by Redis' publish and subscribe: ids of sources, with commas between them. */
public final class RedisChangeNews implements ChangeNews {
    private final RedisChannel channel;

    /** @param namespace keeps installations apart that share a Redis */
    public RedisChangeNews(Redis redis, String namespace) {
        this.channel = new RedisChannel(redis, namespace + ":changes");
    }

    @Override
    public void announce(Set<String> sources) {
        channel.say(String.join(",", sources));
    }

    @Override
    public void listen(Consumer<Set<String>> listener) {
        channel.listen(message -> listener.accept(Set.copyOf(List.of(message.split(",")))));
    }

    @Override
    public void close() {
        channel.close();
    }
}
