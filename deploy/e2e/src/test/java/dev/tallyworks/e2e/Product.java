package dev.tallyworks.e2e;

import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.mongodb.ConnectionString;
import dev.tallyworks.local.Ports;
import dev.tallyworks.local.process.Api;
import dev.tallyworks.local.process.AppProcess;
import dev.tallyworks.local.process.Installation;
import dev.tallyworks.servers.Servers;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import redis.clients.jedis.Jedis;

/** Both applications as processes, on free ports, a database and a Redis namespace of their own. */
final class Product implements AutoCloseable {
    private static final Duration START_MAX = Duration.ofSeconds(90);

    private final Installation installation = Installation.find();
    private final String mongoUrl;
    private final String redisUrl;
    private final String namespace = Servers.freshNamespace();
    private final Map<String, String> settings = new HashMap<>();
    private final Path logs;
    private final List<AppProcess> started = new CopyOnWriteArrayList<>();

    /** On the servers that tests run on. */
    static Product onTestServers(Class<?> test) {
        return new Product(test, Servers.mongoUrl(Servers.freshDatabaseName()), Servers.redisUrl());
    }

    /** @param mongoUrl with a database in it */
    Product(Class<?> test, String mongoUrl, String redisUrl) {
        this.mongoUrl = mongoUrl;
        this.redisUrl = redisUrl;
        this.logs = installation.root().resolve("deploy/e2e/target/logs").resolve(test.getSimpleName());
        try {
            Files.createDirectories(logs);
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    /** A setting of all applications that are started from now on, as an environment variable. */
    Product with(String variable, String value) {
        settings.put(variable, value);
        return this;
    }

    Installation installation() {
        return installation;
    }

    String mongoUrl() {
        return mongoUrl;
    }

    String database() {
        return Objects.requireNonNull(new ConnectionString(mongoUrl).getDatabase());
    }

    String namespace() {
        return namespace;
    }

    /** What a Redis that lost its data has lost of this installation's queue and of what it knows of itself. */
    void forgetQueue() {
        try (Jedis client = new Jedis(URI.create(redisUrl))) {
            String prefix = "{" + namespace + ":0}:";
            for (String list : client.smembers(prefix + "processing")) {
                client.del(prefix + "processing:" + list);
            }
            client.del(
                    prefix + "queue", prefix + "delayed", prefix + "processing", prefix + "paused", prefix + "token");
        }
    }

    private Map<String, String> environment() {
        Map<String, String> environment = new HashMap<>(settings);
        environment.put("TW_MONGODB_URL", mongoUrl);
        environment.put("TW_REDIS_URL", redisUrl);
        environment.put("TW_REDIS_NAMESPACE", namespace);
        return environment;
    }

    AppProcess.Spec ingest(String name) {
        return ingest(name, Ports.free(), installation);
    }

    /** Of another release. */
    AppProcess.Spec ingest(String name, int port, Installation release) {
        return release.ingest(name, port, environment());
    }

    AppProcess.Spec worker(String name) {
        return worker(name, Ports.free(), installation);
    }

    /** Of another release. */
    AppProcess.Spec worker(String name, int port, Installation release) {
        return release.worker(name, port, environment());
    }

    /** Starts it, or another of the same; does not wait till it is ready. */
    AppProcess launch(AppProcess.Spec spec) {
        AppProcess process = AppProcess.start(spec, logs.resolve(spec.name() + ".log"));
        started.add(process);
        return process;
    }

    /** Starts them at once, and waits till all are ready. */
    List<AppProcess> start(AppProcess.Spec... specs) {
        List<AppProcess> processes = new ArrayList<>();
        for (AppProcess.Spec spec : specs) {
            processes.add(launch(spec));
        }
        processes.forEach(Product::awaitReady);
        return processes;
    }

    static void awaitReady(AppProcess process) {
        Api api = api(process);
        await(process.spec().name() + " is ready, log " + process.log())
                .atMost(START_MAX)
                .pollInterval(Duration.ofMillis(100))
                .failFast("process ended", () -> !process.isAlive())
                .until(() -> api.isHealthy("ready"));
    }

    static Api api(AppProcess process) {
        return new Api(process.spec().port());
    }

    /** Waits till a report has counted so many events, and lacks none. */
    static void awaitCount(Api api, String report, String range, long events, Duration limit) {
        await("report " + report + " counts " + events)
                .atMost(limit)
                .pollInterval(Duration.ofMillis(200))
                .ignoreExceptionsMatching(IOException.class::isInstance)
                .until(() -> {
                    Api.Answer answer =
                            api.get("/api/v1/reports/" + report + "/query?metric=COUNT&granularity=all&" + range);
                    JsonNode points = answer.json().path("points");
                    return answer.succeeded()
                            && points.size() == 1
                            && points.get(0).path("value").asLong() == events
                            && !answer.json().path("partial").asBoolean();
                });
    }

    @Override
    public void close() {
        started.forEach(AppProcess::kill);
    }
}
