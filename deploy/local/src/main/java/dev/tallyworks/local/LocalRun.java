package dev.tallyworks.local;

import dev.tallyworks.local.process.Api;
import dev.tallyworks.local.process.AppProcess;
import dev.tallyworks.local.process.Installation;
import dev.tallyworks.local.sample.FlightsSample;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code deploy/local/run}. */
@Command(
        name = "deploy/local/run",
        description =
                "Runs Tallyworks on this machine: MongoDB, Redis, one ingest API and its workers, with sample data.",
        footer = {
            "",
            "TW_MONGODB_URL (database included) and TW_REDIS_URL use real servers instead of embedded ones.",
            "Logs and the processes' ids are in .local/. Ctrl-C drains and stops all of it."
        },
        sortOptions = false)
public final class LocalRun implements Runnable {
    private static final int INGEST_PORT = 8080;
    private static final Duration START_MAX = Duration.ofSeconds(60);
    private static final Duration AGGREGATION_MAX = Duration.ofMinutes(2);

    @Option(
            names = "--port",
            paramLabel = "P",
            description = "Port of the ingest API (default 8080); workers: P+1, P+2, …")
    private int port = INGEST_PORT;

    @Option(names = "--workers", paramLabel = "N", description = "How many workers (default 1)")
    private int workers = 1;

    @Option(names = "--no-sample", description = "Don't load the sample data")
    private boolean noSample;

    @Option(names = "--data", paramLabel = "DIR", description = "Keep the embedded servers' data there across runs")
    private @Nullable Path data;

    @Option(names = "--status", description = "Say what is running, then end")
    private boolean status;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Show this")
    private boolean help;

    private final long startedNanos = System.nanoTime();
    private final Installation installation = Installation.find();
    private final boolean terminal = "true".equals(System.getenv("TW_TERMINAL"));

    private LocalRun() {}

    public static void main(String[] arguments) {
        CommandLine commands = new CommandLine(new LocalRun());
        commands.setParameterExceptionHandler((wrong, given) -> refuse(wrong.getMessage() + " (see --help)", 2));
        commands.setExecutionExceptionHandler((failed, line, parsed) -> {
            if (failed instanceof Refusal) {
                return refuse(failed.getMessage(), 1);
            }
            return refuse("unexpected: " + failed, 1);
        });
        System.exit(commands.execute(arguments));
    }

    private static int refuse(@Nullable String line, int exitCode) {
        System.err.println("deploy/local/run: " + line);
        return exitCode;
    }

    private StateFolder state() {
        String given = System.getenv("TW_LOCAL_DIR");
        return new StateFolder(given == null ? installation.root().resolve(".local") : Path.of(given));
    }

    private static void say(String line) {
        System.out.println(line);
        System.out.flush();
    }

    @Override
    public void run() {
        StateFolder state = state();
        if (status) {
            System.exit(printStatus(state));
        }
        if (workers < 1 || workers > 64) {
            throw new Refusal("--workers must be 1 to 64, not " + workers);
        }
        state.read().ifPresent(run -> {
            throw new Refusal("already running (process " + run.pid() + ", port " + run.port() + "): stop it with kill "
                    + run.pid());
        });
        requirePorts();
        Supervisor supervisor = new Supervisor(state, LocalRun::say);
        stopAtEnd(supervisor, state);
        try {
            Stores stores = stores(supervisor, state);
            List<AppProcess> applications = new ArrayList<>();
            applications.add(supervisor.start(installation.ingest("ingest", port, stores.environment())));
            for (int i = 1; i <= workers; i++) {
                applications.add(supervisor.start(installation.worker("worker-" + i, port + i, stores.environment())));
            }
            state.write(new StateFolder.Run(ProcessHandle.current().pid(), port, workers, stores));
            for (AppProcess application : applications) {
                awaitReady(application);
            }
            say(String.format(
                    Locale.ROOT, "ready after %.1f s: one ingest API, %s", seconds(startedNanos), workersInWords()));
            @Nullable String question = noSample ? null : loadSample();
            printWhereToLook(question);
            awaitEnd();
        } catch (IOException failed) {
            throw new Refusal("the sample could not be loaded: " + failed.getMessage());
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private String workersInWords() {
        return workers == 1 ? "one worker" : workers + " workers";
    }

    private static double seconds(long sinceNanos) {
        return (System.nanoTime() - sinceNanos) / 1e9;
    }

    private void requirePorts() {
        if (port < 1) {
            throw new Refusal("--port must be 1 to 65535, not " + port);
        }
        Ports.requireFree(port, "ingest API");
        for (int i = 1; i <= workers; i++) {
            Ports.requireFree(port + i, "probes of worker " + i);
        }
    }

    private static void stopAtEnd(Supervisor supervisor, StateFolder state) {
        Runtime.getRuntime()
                .addShutdownHook(new Thread(
                        () -> {
                            say("stopping");
                            supervisor.stop();
                            state.removeRun();
                            say("stopped");
                        },
                        "stop"));
    }

    /** The servers that are given, and embedded ones for what is not. */
    private Stores stores(Supervisor supervisor, StateFolder state) throws InterruptedException {
        Optional<String> mongo = given(Stores.MONGODB);
        Optional<String> redis = given(Stores.REDIS);
        mongo.ifPresent(Stores::requireMongo);
        redis.ifPresent(Stores::requireRedis);
        if (mongo.isPresent() && redis.isPresent()) {
            if (data != null) {
                throw new Refusal("--data is for the embedded servers, but TW_MONGODB_URL and TW_REDIS_URL are set");
            }
            return new Stores(mongo.get(), redis.get());
        }
        int mongoPort = Ports.free();
        int redisPort = Ports.free();
        List<String> arguments = List.of(
                mongo.isPresent() ? EmbeddedPair.NONE : Integer.toString(mongoPort),
                redis.isPresent() ? EmbeddedPair.NONE : Integer.toString(redisPort),
                data == null ? EmbeddedPair.NONE : data.toAbsolutePath().toString());
        AppProcess servers = supervisor.start(installation.program(
                "servers",
                EmbeddedPair.class,
                EmbeddedPair.HEAP_MEGABYTES,
                arguments,
                mongo.isPresent() ? redisPort : mongoPort));
        awaitServers(servers);
        return new Stores(
                mongo.orElse("mongodb://127.0.0.1:" + mongoPort + "/tallyworks"),
                redis.orElse("redis://127.0.0.1:" + redisPort));
    }

    private static Optional<String> given(String variable) {
        return Optional.ofNullable(System.getenv(variable)).filter(text -> !text.isBlank());
    }

    private static void awaitServers(AppProcess servers) throws InterruptedException {
        long end = System.nanoTime() + START_MAX.toNanos();
        while (!Ports.answers("127.0.0.1", servers.spec().port())) {
            requireStarting(servers, end);
            Thread.sleep(20);
        }
    }

    private static void awaitReady(AppProcess application) throws InterruptedException {
        Api api = new Api(application.spec().port());
        long end = System.nanoTime() + START_MAX.toNanos();
        while (!api.isHealthy("ready")) {
            requireStarting(application, end);
            Thread.sleep(50);
        }
    }

    private static void requireStarting(AppProcess process, long endNanos) {
        if (!process.isAlive() || System.nanoTime() > endNanos) {
            throw new Refusal(process.spec().name()
                    + (process.isAlive() ? " is not ready after " + START_MAX.toSeconds() + " s" : " did not start")
                    + ", its log says why: " + process.log());
        }
    }

    private String loadSample() throws IOException, InterruptedException {
        FlightsSample sample = new FlightsSample(new Api(port), installation.sample());
        String report = sample.define();
        ProgressBar bar = new ProgressBar(System.out, terminal, "sample: flights", sample.size());
        sample.load(bar::show);
        sample.awaitAggregated(report, AGGREGATION_MAX);
        return sample.question(report);
    }

    private void printWhereToLook(@Nullable String question) {
        String base = "http://localhost:" + port;
        say("");
        say("  API         " + base + "/api/v1");
        say("  Swagger UI  " + base + "/q/swagger-ui");
        say("  health      " + base + "/q/health   (workers: port " + (port + 1)
                + (workers > 1 ? " to " + (port + workers) : "") + ")");
        say("  metrics     " + base + "/q/metrics");
        if (question != null) {
            say("");
            say("Miles flown by day:");
            say("");
            say("  curl -s '" + base + question + "'");
        }
        say("");
        say("Ctrl-C stops it.");
    }

    private static void awaitEnd() throws InterruptedException {
        new CountDownLatch(1).await();
    }

    private static int printStatus(StateFolder state) {
        Optional<StateFolder.Run> found = state.read();
        if (found.isEmpty()) {
            say("not running");
            return 3;
        }
        StateFolder.Run run = found.get();
        boolean ready = line(state, "ingest", run.port());
        for (int i = 1; i <= run.workers(); i++) {
            ready &= line(state, "worker-" + i, run.port() + i);
        }
        return ready ? 0 : 1;
    }

    private static boolean line(StateFolder state, String name, int port) {
        Optional<Long> pid = state.livingPid(name);
        boolean ready = pid.isPresent() && new Api(port).isHealthy("ready");
        say(String.format(
                "%-10s %-14s port %-6d %s",
                name, pid.map(id -> "process " + id).orElse("dead"), port, ready ? "ready" : "not ready"));
        return ready;
    }

    @Command(name = "ingest", description = "Runs one ingest API alone", sortOptions = false)
    void ingest(
            @Option(names = "--port", paramLabel = "P", description = "Its port (default 8080)", defaultValue = "8080")
                    int at,
            @Option(names = "--help", usageHelp = true, description = "Show this") boolean usage) {
        runOne("ingest", at, false);
    }

    @Command(name = "worker", description = "Runs one worker alone", sortOptions = false)
    void worker(
            @Option(
                            names = "--port",
                            paramLabel = "P",
                            description = "Of its probes (default 8081)",
                            defaultValue = "8081")
                    int at,
            @Option(names = "--help", usageHelp = true, description = "Show this") boolean usage) {
        runOne("worker", at, true);
    }

    /** Beside the run that is under way, or on the servers that are given. */
    private void runOne(String kind, int at, boolean numbered) {
        StateFolder state = state();
        Optional<StateFolder.Run> beside = state.read();
        Stores stores = new Stores(oneStore(Stores.MONGODB, beside, kind), oneStore(Stores.REDIS, beside, kind));
        Stores.requireMongo(stores.mongoUrl());
        Stores.requireRedis(stores.redisUrl());
        Ports.requireFree(at, kind);
        Supervisor supervisor = new Supervisor(state, LocalRun::say);
        Runtime.getRuntime().addShutdownHook(new Thread(supervisor::stop, "stop"));
        String name = state.freeName(kind, numbered);
        Map<String, String> environment = stores.environment();
        AppProcess process = supervisor.start(
                numbered ? installation.worker(name, at, environment) : installation.ingest(name, at, environment));
        try {
            awaitReady(process);
            say(name + " is ready at port " + at + "; Ctrl-C stops it.");
            awaitEnd();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private static String oneStore(String variable, Optional<StateFolder.Run> beside, String kind) {
        return given(variable)
                .or(() -> beside.map(run -> variable.equals(Stores.MONGODB)
                        ? run.stores().mongoUrl()
                        : run.stores().redisUrl()))
                .orElseThrow(
                        () -> new Refusal(kind + " alone needs " + variable + ", or a deploy/local/run beside it"));
    }
}
