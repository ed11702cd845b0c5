package dev.tallyworks.bench;

import com.mongodb.ConnectionString;
import com.mongodb.MongoClientSettings;
import com.mongodb.WriteConcern;
import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoClients;
import com.mongodb.client.MongoDatabase;
import dev.tallyworks.local.EmbeddedStores;
import dev.tallyworks.local.Ports;
import dev.tallyworks.local.process.AppProcess;
import dev.tallyworks.local.process.Installation;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.bson.Document;
import org.jspecify.annotations.Nullable;

/**
 * The servers that {@code TW_MONGODB_URL} and {@code TW_REDIS_URL} name, otherwise an embedded pair in a process of its own.
 * Whatever they are, the database and the prefix of Redis' keys are new, and the database is dropped at the end.
 */
final class BenchStores implements AutoCloseable {
    private static final Duration START_MAX = Duration.ofSeconds(60);
    private static final Pattern MONGO_URL = Pattern.compile("(mongodb(?:\\+srv)?://[^/?]+)(?:/([^?]*))?(?:\\?(.*))?");

    private final String mongoUrl;
    private final String redisUrl;
    private final String namespace = "tw-bench-" + UUID.randomUUID();
    /** Redis, then MongoDB; none where they are given. */
    private final List<AppProcess> embedded;

    private final MongoClient client;
    private final MongoDatabase database;
    private @Nullable Integer historySecondsBefore;

    private BenchStores(String mongoUrl, String redisUrl, List<AppProcess> embedded) {
        this.mongoUrl = mongoUrl;
        this.redisUrl = redisUrl;
        this.embedded = List.copyOf(embedded);
        ConnectionString url = new ConnectionString(mongoUrl);
        this.client = MongoClients.create(MongoClientSettings.builder()
                .applyConnectionString(url)
                .applyToClusterSettings(cluster -> cluster.serverSelectionTimeout(5, TimeUnit.SECONDS))
                .writeConcern(WriteConcern.MAJORITY.withJournal(true))
                .build());
        this.database = client.getDatabase(String.valueOf(url.getDatabase()));
    }

    /** @param logs where the embedded pair prints to */
    static BenchStores open(Installation installation, Path logs) {
        String name =
                "tw_bench_" + UUID.randomUUID().toString().replace("-", "").substring(0, 12);
        @Nullable String mongo = given("TW_MONGODB_URL");
        @Nullable String redis = given("TW_REDIS_URL");
        if ((mongo == null) != (redis == null)) {
            throw new IllegalStateException("give both TW_MONGODB_URL and TW_REDIS_URL, or neither");
        }
        if (mongo != null && redis != null) {
            return new BenchStores(withDatabase(mongo, name), redis, List.of());
        }
        int mongoPort = Ports.free();
        int redisPort = Ports.free();
        List<AppProcess> embedded = List.of(
                AppProcess.start(EmbeddedStores.redis(redisPort, null), logs.resolve("redis.log")),
                AppProcess.start(EmbeddedStores.mongo(installation, mongoPort, null), logs.resolve("mongodb.log")));
        for (AppProcess store : embedded) {
            Product.await(
                    store,
                    START_MAX,
                    () -> Ports.answers("127.0.0.1", store.spec().port()));
        }
        return new BenchStores(
                "mongodb://127.0.0.1:" + mongoPort + "/" + name, "redis://127.0.0.1:" + redisPort, embedded);
    }

    private static @Nullable String given(String variable) {
        String text = System.getenv(variable);
        return text == null || text.isBlank() ? null : text;
    }

    /** The same servers and options with another database. */
    static String withDatabase(String url, String database) {
        Matcher parts = MONGO_URL.matcher(url);
        if (!parts.matches()) {
            throw new IllegalStateException("TW_MONGODB_URL must be mongodb://host:port/database");
        }
        String options = parts.group(3) == null ? "" : parts.group(3);
        if (parts.group(1).contains("@") && !options.contains("authSource=")) {
            // Whoever has an account has it in the database that the URL names.
            String accounts = parts.group(2) == null || parts.group(2).isEmpty() ? "admin" : parts.group(2);
            options += (options.isEmpty() ? "" : "&") + "authSource=" + accounts;
        }
        return parts.group(1) + "/" + database + (options.isEmpty() ? "" : "?" + options);
    }

    boolean areEmbedded() {
        return !embedded.isEmpty();
    }

    /** Processor seconds that the embedded pair has taken so far; 0 for given servers. */
    double cpuSeconds() {
        return embedded.stream().mapToDouble(Product::cpuSeconds).sum();
    }

    String mongoVersion() {
        return database.runCommand(new Document("buildInfo", 1)).getString("version");
    }

    /** Until {@link #close}. */
    void keepHistory(int seconds) {
        Object before = setHistory(seconds);
        historySecondsBefore = ((Number) before).intValue();
    }

    private Object setHistory(int seconds) {
        return client.getDatabase("admin")
                .runCommand(new Document("setParameter", 1).append("minSnapshotHistoryWindowInSeconds", seconds))
                .get("was");
    }

    MongoDatabase database() {
        return database;
    }

    Map<String, String> environment() {
        return Map.of("TW_MONGODB_URL", mongoUrl, "TW_REDIS_URL", redisUrl, "TW_REDIS_NAMESPACE", namespace);
    }

    @Override
    public void close() {
        try (client) {
            if (embedded.isEmpty()) {
                database.drop();
            }
            if (historySecondsBefore != null) {
                setHistory(historySecondsBefore);
            }
        } finally {
            embedded.forEach(store -> store.stop(Duration.ofSeconds(10)));
        }
    }
}
