package dev.tallyworks.redis;

import dev.tallyworks.definition.DefinitionNews;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Redis;
import io.vertx.redis.client.RedisConnection;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongConsumer;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** News by Redis' publish and subscribe; a subscription that breaks is made again, and what was said meanwhile is lost. */
public final class RedisDefinitionNews implements DefinitionNews {
    private static final Logger LOG = Logger.getLogger(RedisDefinitionNews.class);
    private static final long AGAIN_AFTER_MILLIS = 1_000;

    private final Redis redis;
    private final String channel;
    private final ScheduledExecutorService again = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread thread = new Thread(task, "definition-news");
        thread.setDaemon(true);
        return thread;
    });
    private volatile boolean closed;
    private volatile @Nullable RedisConnection connection;

    /** @param namespace keeps installations apart that share a Redis */
    public RedisDefinitionNews(Redis redis, String namespace) {
        this.redis = redis;
        this.channel = namespace + ":definitions";
    }

    @Override
    public void announce(long version) {
        redis.send(Request.cmd(Command.PUBLISH).arg(channel).arg(version))
                .onFailure(away -> LOG.debug("definitions: the news went nowhere", away));
    }

    @Override
    public void listen(LongConsumer listener) {
        if (closed) {
            return;
        }
        redis.connect()
                .onFailure(away -> listenAgain(listener, away))
                .onSuccess(connected -> subscribe(connected, listener));
    }

    private void subscribe(RedisConnection connected, LongConsumer listener) {
        connection = connected;
        connected.handler(message -> deliver(message, listener));
        // Only the end starts anew: an error is followed by it.
        connected.exceptionHandler(broken -> LOG.debug("definitions: the news broke off", broken));
        AtomicBoolean over = new AtomicBoolean();
        connected.endHandler(end -> {
            if (over.compareAndSet(false, true)) {
                listenAgain(listener, null);
            }
        });
        // A name that operators recognise in CLIENT LIST; what it answers is no matter.
        connected.send(Request.cmd(Command.CLIENT).arg("SETNAME").arg(channel));
        connected.send(Request.cmd(Command.SUBSCRIBE).arg(channel)).onFailure(refused -> {
            connected.close();
            if (over.compareAndSet(false, true)) {
                listenAgain(listener, refused);
            }
        });
    }

    /** {@code [message, channel, version]} */
    private static void deliver(@Nullable Response message, LongConsumer listener) {
        if (message == null
                || message.size() != 3
                || !"message".equals(message.get(0).toString())) {
            return;
        }
        try {
            listener.accept(Long.parseLong(message.get(2).toString()));
        } catch (NumberFormatException foreign) {
            LOG.debugf("definitions: no version: %s", message);
        }
    }

    private void listenAgain(LongConsumer listener, @Nullable Throwable why) {
        if (closed) {
            return;
        }
        LOG.debug("definitions: subscribed again in a moment", why);
        try {
            again.schedule(() -> listen(listener), AGAIN_AFTER_MILLIS, TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException closing) {
            LOG.debug("definitions: no more news", closing);
        }
    }

    @Override
    public void close() {
        closed = true;
        again.shutdownNow();
        RedisConnection open = connection;
        if (open != null) {
            open.close();
        }
    }
}
