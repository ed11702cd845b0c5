package dev.tallyworks.redis;

import dev.tallyworks.definition.DefinitionNews;
import io.vertx.redis.client.Redis;
import java.util.function.LongConsumer;
import org.jboss.logging.Logger;

/** News by Redis' publish and subscribe; a subscription that breaks is made again, and what was said meanwhile is lost. */
public final class RedisDefinitionNews implements DefinitionNews {
    private static final Logger LOG = Logger.getLogger(RedisDefinitionNews.class);

    private final RedisChannel channel;

    /** @param namespace keeps installations apart that share a Redis */
    public RedisDefinitionNews(Redis redis, String namespace) {
        this.channel = new RedisChannel(redis, namespace + ":definitions");
    }

    @Override
    public void announce(long version) {
        channel.say(Long.toString(version));
    }

    @Override
    public void listen(LongConsumer listener) {
        channel.listen(message -> {
            try {
                listener.accept(Long.parseLong(message));
            } catch (NumberFormatException foreign) {
                LOG.debugf("definitions: no version: %s", message);
            }
        });
    }

    @Override
    public void close() {
        channel.close();
    }
}
