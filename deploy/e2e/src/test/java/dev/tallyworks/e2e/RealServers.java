package dev.tallyworks.e2e;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.mongodb.ConnectionString;
import com.mongodb.MongoClientSettings;
import com.mongodb.MongoException;
import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoClients;
import dev.tallyworks.local.Ports;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.bson.Document;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.Jedis;

/**
 * A real MongoDB (a replica set of one, journaled) and a real Redis that keeps nothing, of a test alone, which may kill them.
 * Their programs are named by {@code TW_TEST_MONGOD} and {@code TW_TEST_REDIS_SERVER}; without, the test is skipped.
 */
final class RealServers implements AutoCloseable {
    private static final String DATABASE = "tallyworks";

    private final Path folder;
    private final List<String> mongoCommand;
    private final List<String> redisCommand;
    private final int mongoPort = Ports.free();
    private final int redisPort = Ports.free();
    private @Nullable Process mongo;
    private @Nullable Process redis;

    RealServers() throws IOException {
        String mongod = given("TW_TEST_MONGOD");
        String redisServer = given("TW_TEST_REDIS_SERVER");
        folder = Files.createTempDirectory("tallyworks-e2e");
        Files.createDirectories(folder.resolve("mongo"));
        mongoCommand = List.of(
                mongod,
                "--replSet",
                "rs0",
                "--dbpath",
                folder.resolve("mongo").toString(),
                "--port",
                Integer.toString(mongoPort),
                "--bind_ip",
                "127.0.0.1",
                "--wiredTigerCacheSizeGB",
                "0.5");
        redisCommand = List.of(
                redisServer,
                "--port",
                Integer.toString(redisPort),
                "--bind",
                "127.0.0.1",
                "--save",
                "",
                "--appendonly",
                "no",
                "--dir",
                folder.toString());
        startMongo();
        startRedis();
        try (MongoClient client = MongoClients.create("mongodb://127.0.0.1:" + mongoPort + "/?directConnection=true")) {
            Document member = new Document("_id", 0).append("host", "127.0.0.1:" + mongoPort);
            client.getDatabase("admin")
                    .runCommand(new Document(
                            "replSetInitiate", new Document("_id", "rs0").append("members", List.of(member))));
            awaitPrimary(client);
        }
    }

    private static String given(String variable) {
        String program = System.getenv(variable);
        assumeTrue(program != null, variable + " names no server program: this test needs real ones that it can kill");
        return program;
    }

    String mongoUrl() {
        return "mongodb://127.0.0.1:" + mongoPort + "/" + DATABASE + "?replicaSet=rs0";
    }

    String redisUrl() {
        return "redis://127.0.0.1:" + redisPort;
    }

    /** Its data stays. */
    void restartMongo() {
        end(mongo);
        startMongo();
    }

    /** Nothing of it stays. */
    void restartRedis() {
        end(redis);
        startRedis();
    }

    void killMongo() {
        end(mongo);
    }

    void killRedis() {
        end(redis);
    }

    /** It stands still: connections stay, nothing is answered. */
    void pauseMongo() {
        signal("STOP", mongo);
    }

    void wakeMongo() {
        signal("CONT", mongo);
    }

    void pauseRedis() {
        signal("STOP", redis);
    }

    void wakeRedis() {
        signal("CONT", redis);
    }

    private static void signal(String name, @Nullable Process process) {
        if (process == null) {
            throw new IllegalStateException("not running");
        }
        try {
            new ProcessBuilder("kill", "-" + name, Long.toString(process.pid()))
                    .start()
                    .waitFor();
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    void flushRedis() {
        try (Jedis client = jedis()) {
            client.flushAll();
        }
    }

    /** What Redis does when its memory is full. */
    void setRedisPolicy(String policy) {
        try (Jedis client = jedis()) {
            client.configSet("maxmemory-policy", policy);
        }
    }

    Jedis jedis() {
        return new Jedis("127.0.0.1", redisPort, 10_000);
    }

    MongoClient mongoClient() {
        return MongoClients.create(MongoClientSettings.builder()
                .applyConnectionString(new ConnectionString(mongoUrl()))
                .build());
    }

    static String database() {
        return DATABASE;
    }

    private void startMongo() {
        mongo = start(mongoCommand, "mongod.log");
    }

    private void startRedis() {
        redis = start(redisCommand, "redis.log");
        await("Redis answers").atMost(Duration.ofSeconds(30)).until(() -> Ports.answers("127.0.0.1", redisPort));
    }

    private static void awaitPrimary(MongoClient client) {
        await("MongoDB is primary")
                .atMost(Duration.ofSeconds(60))
                .ignoreExceptionsMatching(MongoException.class::isInstance)
                .until(() -> client.getDatabase("admin")
                        .runCommand(new Document("hello", 1))
                        .getBoolean("isWritablePrimary", false));
    }

    private Process start(List<String> command, String log) {
        try {
            return new ProcessBuilder(new ArrayList<>(command))
                    .redirectErrorStream(true)
                    .redirectOutput(
                            ProcessBuilder.Redirect.appendTo(folder.resolve(log).toFile()))
                    .start();
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    private static void end(@Nullable Process process) {
        if (process == null) {
            return;
        }
        process.destroyForcibly();
        try {
            process.waitFor(30, TimeUnit.SECONDS);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        end(mongo);
        end(redis);
        try (Stream<Path> files = Files.walk(folder)) {
            files.sorted(Comparator.reverseOrder())
                    .forEach(file -> file.toFile().delete());
        } catch (IOException left) {
            System.err.println("left behind: " + folder + " (" + left + ")");
        }
    }
}
