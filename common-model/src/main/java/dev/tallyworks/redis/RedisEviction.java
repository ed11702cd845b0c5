package dev.tallyworks.redis;

import dev.tallyworks.failure.Unavailable;
import dev.tallyworks.health.Eviction;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Redis;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import org.jspecify.annotations.Nullable;

/** Asks by INFO, as a server of others may not give its CONFIG away. */
public final class RedisEviction implements Eviction {
    private static final String FIELD = "maxmemory_policy:";
    private static final String REFUSES = "noeviction";

    private final Scripts redis;
    private volatile @Nullable String fault;

    public RedisEviction(Redis redis, long timeoutMillis) {
        this.redis = new Scripts(redis, timeoutMillis);
    }

    @Override
    public void check() {
        String policy = policy();
        fault = policy.equals(REFUSES)
                ? null
                : "Redis may drop keys, as its maxmemory-policy is " + policy + ": set it to " + REFUSES;
        if (fault != null) {
            throw new IllegalStateException(fault);
        }
    }

    private String policy() {
        try {
            Response memory = redis.send(Request.cmd(Command.INFO).arg("memory"));
            return memory == null ? REFUSES : policy(memory.toString());
        } catch (Unavailable away) {
            fault = null; // it may be another when it is back
            throw away;
        }
    }

    @Override
    public @Nullable String fault() {
        return fault;
    }

    private static String policy(String memory) {
        return memory.lines()
                .filter(line -> line.startsWith(FIELD))
                .map(line -> line.substring(FIELD.length()).trim())
                .findFirst()
                .orElse(REFUSES);
    }
}
