package dev.tallyworks.servers;

import java.util.UUID;

/**
 * The servers that tests run on: those given by {@code TW_TEST_MONGODB_URL} and {@code TW_TEST_REDIS_URL}, otherwise an
 * embedded pair that lives as long as this process.
 */
public final class Servers {
    private static final class Mongo {
        private static final EmbeddedMongo EMBEDDED = EmbeddedMongo.inMemory(0);
    }

    private static final class Redis {
        private static final EmbeddedRedis EMBEDDED = EmbeddedRedis.inMemory(0);
    }

    private Servers() {}

    /** Without a database. */
    public static String mongoUrl() {
        String given = System.getenv("TW_TEST_MONGODB_URL");
        return given == null || given.isEmpty() ? Mongo.EMBEDDED.url() : given;
    }

    /** The URL with a database in it. */
    public static String mongoUrl(String database) {
        String url = mongoUrl();
        int options = url.indexOf('?');
        String address = options < 0 ? url : url.substring(0, options);
        return (address.endsWith("/") ? address : address + "/")
                + database
                + (options < 0 ? "" : url.substring(options));
    }

    public static String redisUrl() {
        String given = System.getenv("TW_TEST_REDIS_URL");
        return given == null || given.isEmpty() ? Redis.EMBEDDED.url() : given;
    }

    /** Whether tests run on servers that were given, rather than embedded ones. */
    public static boolean areGiven() {
        return System.getenv("TW_TEST_MONGODB_URL") != null;
    }

    /** A database that nobody else uses. */
    public static String freshDatabaseName() {
        return "tw_test_" + UUID.randomUUID().toString().replace("-", "").substring(0, 12);
    }

    /** A prefix of Redis keys that nobody else uses. */
    public static String freshNamespace() {
        return "tw-test-" + UUID.randomUUID();
    }
}
