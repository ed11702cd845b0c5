package dev.tallyworks.redis;

import dev.tallyworks.thread.DaemonThreads;
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
import java.util.function.Consumer;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** One channel of Redis' publish and subscribe; a subscription that breaks is made again, what was said meanwhile is lost. */
final class RedisChannel implements AutoCloseable {
    private static final Logger LOG = Logger.getLogger(RedisChannel.class);
    private static final long AGAIN_AFTER_MILLIS = 1_000;

    private final Redis redis;
    private final String channel;
    private final ScheduledExecutorService again;
    private volatile boolean closed;
    private volatile @Nullable RedisConnection connection;

    RedisChannel(Redis redis, String channel) {
        this.redis = redis;
        this.channel = channel;
        this.again = Executors.newSingleThreadScheduledExecutor(DaemonThreads.named(channel));
    }

    /** Waits for nothing. */
    void say(String message) {
        redis.send(Request.cmd(Command.PUBLISH).arg(channel).arg(message))
                .onFailure(away -> LOG.debugf(away, "%s: the news went nowhere", channel));
    }

    void listen(Consumer<String> listener) {
        if (closed) {
            return;
        }
        redis.connect()
                .onFailure(away -> listenAgain(listener, away))
                .onSuccess(connected -> subscribe(connected, listener));
    }

    private void subscribe(RedisConnection connected, Consumer<String> listener) {
        connection = connected;
        connected.handler(message -> deliver(message, listener));
        // Only the end starts anew: an error is followed by it.
        connected.exceptionHandler(broken -> LOG.debugf(broken, "%s: the news broke off", channel));
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

    /** {@code [message, channel, text]} */
    private static void deliver(@Nullable Response message, Consumer<String> listener) {
        if (message != null
                && message.size() == 3
                && "message".equals(message.get(0).toString())) {
            listener.accept(message.get(2).toString());
        }
    }

    private void listenAgain(Consumer<String> listener, @Nullable Throwable why) {
        if (closed) {
            return;
        }
        LOG.debugf(why, "%s: subscribed again in a moment", channel);
        try {
            again.schedule(() -> listen(listener), AGAIN_AFTER_MILLIS, TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException closing) {
            LOG.debugf(closing, "%s: no more news", channel);
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
