package dev.tallyworks.local;

import dev.tallyworks.local.Supervisor.Role;
import dev.tallyworks.local.process.Api;
import dev.tallyworks.local.process.AppProcess;
import dev.tallyworks.local.process.Installation;
import dev.tallyworks.local.sample.FlightsSample;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
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
            "TW_MONGODB_URL (database included) and TW_REDIS_URL use real servers instead of embedded ones;",
            "TW_JAVA_OPTS gives the applications' JVMs further options.",
            "Logs and the processes' ids are in .local/. Ctrl-C drains and stops all of it.",
            "Exit code of --status: 0 all ready, 1 not all ready, 3 not running."
        },
        sortOptions = false)
public final class LocalRun implements Runnable {
    private static final int INGEST_PORT = 8080;
    private static final int WORKER_PORT = 8081;
    private static final int WORKERS_MAX = 64;
    private static final int PORT_MAX = 65_535;
    private static final String HOST = "127.0.0.1";
    private static final Duration START_MAX = Duration.ofSeconds(60);
    /** For one that answers, but has what it needs not yet. */
    private static final Duration NOT_READY_MAX = Duration.ofSeconds(20);

    private static final Duration AGGREGATION_MAX = Duration.ofMinutes(2);
    /** What outlives a killed run drains for 35 s at most. */
    private static final Duration REMAINS_MAX = Duration.ofSeconds(40);

    @Option(
            names = "--port",
            paramLabel = "P",
            description = "Port of the ingest API (default 8080); workers: P+1, P+2, …")
    private @Nullable Integer port;

    @Option(names = "--workers", paramLabel = "N", description = "How many workers (default 1)")
    private @Nullable Integer workers;

    @Option(names = "--no-sample", description = "Don't load the sample data")
    private boolean noSample;

    @Option(
            names = "--data",
            paramLabel = "DIR",
            description = "Keep the embedded servers' data there across runs; without it, it goes with the run")
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
    private final StateFolder state = stateFolder(installation);
    private final Supervisor supervisor = new Supervisor(state, LocalRun::say);

    private LocalRun() {}

    public static void main(String[] arguments) {
        try {
            LocalRun run = new LocalRun();
            CommandLine commands = new CommandLine(run);
            commands.setParameterExceptionHandler((wrong, given) -> refuse(wrong.getMessage() + " (see --help)", 2));
            commands.setExecutionExceptionHandler((failed, line, parsed) -> run.failed(failed));
            System.exit(commands.execute(arguments));
        } catch (Refusal refusal) {
            System.exit(refuse(refusal.getMessage(), 1));
        }
    }

    private int failed(Exception failed) {
        if (supervisor.isStopping()) {
            // Ctrl-C took away what it was waiting for.
            return 1;
        }
        return refuse(failed instanceof Refusal ? failed.getMessage() : "unexpected: " + failed, 1);
    }

    private static int refuse(@Nullable String line, int exitCode) {
        System.err.println("deploy/local/run: " + line);
        return exitCode;
    }

    private static StateFolder stateFolder(Installation installation) {
        String given = System.getenv("TW_LOCAL_DIR");
        return new StateFolder(given == null ? installation.root().resolve(".local") : Path.of(given));
    }

    private static void say(String line) {
        System.out.println(line);
        System.out.flush();
    }

    @Override
    public void run() {
        if (status) {
            System.exit(printStatus());
        }
        int at = port == null ? INGEST_PORT : port;
        int count = workers == null ? 1 : workers;
        if (count < 1 || count > WORKERS_MAX) {
            throw new Refusal("--workers must be 1 to " + WORKERS_MAX + ", not " + count);
        }
        lock();
        try {
            awaitRemains();
            requirePorts(at, count);
            stopAtEnd(true);
            Stores stores = stores();
            List<AppProcess> applications = new ArrayList<>();
            applications.add(start(installation.ingest("ingest", at, stores.environment())));
            for (int i = 1; i <= count; i++) {
                applications.add(start(installation.worker("worker-" + i, at + i, stores.environment())));
            }
            state.write(new StateFolder.Run(ProcessHandle.current().pid(), at, count, stores));
            for (AppProcess application : applications) {
                awaitReady(application);
            }
            say(String.format(
                    Locale.ROOT,
                    "ready after %.1f s: one ingest API, %s",
                    seconds(startedNanos),
                    count == 1 ? "one worker" : count + " workers"));
            @Nullable String question = noSample ? null : loadSample(at);
            printWhereToLook(at, count, question);
            awaitEnd();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private AppProcess start(AppProcess.Spec application) {
        return supervisor.start(application, Role.APPLICATION);
    }

    private void lock() {
        if (!state.lock()) {
            throw new Refusal("already running"
                    + state.running()
                            .map(run -> " (port " + run.port() + "): stop it with Ctrl-C there, or kill " + run.pid())
                            .orElse(" from this folder"));
        }
    }

    /** The processes of a run that was killed end by themselves, once they have drained. */
    private void awaitRemains() throws InterruptedException {
        Optional<StateFolder.Run> killed = state.lastWritten();
        if (killed.isEmpty()) {
            return;
        }
        List<String> names = new ArrayList<>(List.of("mongodb", "redis", "ingest"));
        for (int i = 1; i <= killed.get().workers(); i++) {
            names.add("worker-" + i);
        }
        long end = System.nanoTime() + REMAINS_MAX.toNanos();
        boolean told = false;
        while (names.stream().anyMatch(name -> state.livingPid(name).isPresent()) && System.nanoTime() < end) {
            if (!told) {
                told = true;
                say("waiting for what is left of a run that was killed");
            }
            Thread.sleep(50);
        }
        state.removeRun();
    }

    private static double seconds(long sinceNanos) {
        return (System.nanoTime() - sinceNanos) / 1e9;
    }

    private static void requirePorts(int at, int count) {
        if (at < 1 || at + count > PORT_MAX) {
            throw new Refusal("--port must be 1 to " + (PORT_MAX - count) + ", not " + at);
        }
        Ports.requireFree(at, "ingest API");
        for (int i = 1; i <= count; i++) {
            Ports.requireFree(at + i, "probes of worker " + i);
        }
    }

    private void stopAtEnd(boolean whole) {
        Runtime.getRuntime()
                .addShutdownHook(new Thread(
                        () -> {
                            boolean started = supervisor.hasStarted();
                            if (started) {
                                say(terminal ? "\nstopping" : "stopping");
                            }
                            supervisor.stop();
                            if (whole) {
                                state.removeRun();
                                state.removeTemporary();
                            }
                            if (started) {
                                say("stopped");
                            }
                        },
                        "stop"));
    }

    /** The servers that are given, and embedded ones for what is not. */
    private Stores stores() throws InterruptedException {
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
        Path folder = dataFolder();
        return new Stores(
                mongo.isPresent() ? mongo.get() : embeddedMongo(folder),
                redis.isPresent() ? redis.get() : embeddedRedis(folder));
    }

    /** Where the embedded servers keep their data, so that one that dies comes back with it. */
    private Path dataFolder() {
        if (data == null) {
            return state.freshTemporary();
        }
        Path folder = data.toAbsolutePath().normalize();
        try {
            Files.createDirectories(folder);
        } catch (IOException failed) {
            throw new Refusal("--data: can't make the folder " + folder + " (" + failed.getMessage() + ")");
        }
        return folder;
    }

    private static Optional<String> given(String variable) {
        return Optional.ofNullable(System.getenv(variable)).filter(text -> !text.isBlank());
    }

    private String embeddedMongo(Path folder) throws InterruptedException {
        int at = Ports.free();
        awaitStore(EmbeddedStores.mongo(installation, at, folder));
        return "mongodb://" + HOST + ":" + at + "/tallyworks";
    }

    private String embeddedRedis(Path folder) throws InterruptedException {
        int at = Ports.free();
        awaitStore(EmbeddedStores.redis(at, folder));
        return "redis://" + HOST + ":" + at;
    }

    private void awaitStore(AppProcess.Spec spec) throws InterruptedException {
        AppProcess store = supervisor.start(spec, Role.STORE);
        long end = System.nanoTime() + START_MAX.toNanos();
        while (!Ports.answers(HOST, spec.port())) {
            requireStarting(store, end, "");
            Thread.sleep(20);
        }
    }

    private void awaitReady(AppProcess application) throws InterruptedException {
        Api api = new Api(application.spec().port());
        long end = System.nanoTime() + START_MAX.toNanos();
        boolean told = false;
        while (!api.isHealthy("ready")) {
            String why = api.whyNotReady();
            if (!why.isEmpty() && !told) {
                told = true;
                end = Math.min(end, System.nanoTime() + NOT_READY_MAX.toNanos());
            }
            requireStarting(application, end, why);
            Thread.sleep(50);
        }
    }

    private void requireStarting(AppProcess process, long endNanos, String why) {
        if (supervisor.isStopping()) {
            throw new Refusal("stopped while it was starting");
        }
        if (!process.isAlive() || System.nanoTime() > endNanos) {
            throw new Refusal(process.spec().name()
                    + (process.isAlive() ? " is not ready" : " did not start")
                    + (why.isEmpty() ? "" : " (" + why + ")")
                    + ", its log says more: " + process.log());
        }
    }

    private String loadSample(int at) throws InterruptedException {
        try {
            FlightsSample sample = new FlightsSample(new Api(at), installation.sample());
            String report = sample.define();
            ProgressBar bar = new ProgressBar(System.out, terminal, "sample: flights", sample.size());
            sample.load(bar::show);
            if (!sample.awaitAggregated(report, AGGREGATION_MAX)) {
                say("not all of the sample is counted after " + AGGREGATION_MAX.toSeconds() + " s: see --status");
            }
            return sample.question(report);
        } catch (IOException | IllegalStateException failed) {
            throw new Refusal("the sample could not be loaded (--no-sample leaves it out): " + failed.getMessage());
        }
    }

    private static void printWhereToLook(int at, int count, @Nullable String question) {
        String base = "http://localhost:" + at;
        say("");
        say("  API         " + base + "/api/v1");
        say("  Swagger UI  " + base + "/q/swagger-ui");
        say("  health      " + base + "/q/health   (workers: port " + (at + 1)
                + (count > 1 ? " to " + (at + count) : "") + ")");
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

    private int printStatus() {
        Optional<StateFolder.Run> found = state.running();
        boolean ready = true;
        boolean any = false;
        for (String name : state.names().toList()) {
            Optional<Long> pid = state.livingPid(name);
            if (pid.isPresent() || found.isPresent()) {
                any = true;
                ready &= printStatus(name, pid, found.flatMap(run -> portOf(name, run)));
            }
        }
        if (!any) {
            say("not running");
            return 3;
        }
        return ready ? 0 : 1;
    }

    private static Optional<Integer> portOf(String name, StateFolder.Run run) {
        if (name.equals("ingest")) {
            return Optional.of(run.port());
        }
        for (int i = 1; i <= run.workers(); i++) {
            if (name.equals("worker-" + i)) {
                return Optional.of(run.port() + i);
            }
        }
        return Optional.empty();
    }

    private static boolean printStatus(String name, Optional<Long> pid, Optional<Integer> at) {
        String process = pid.map(id -> "process " + id).orElse("dead");
        if (at.isEmpty()) {
            say(String.format(Locale.ROOT, "%-10s %s", name, process));
            return pid.isPresent();
        }
        Api api = new Api(at.get());
        boolean ready = pid.isPresent() && api.isHealthy("ready");
        String why = ready || pid.isEmpty() ? "" : api.whyNotReady();
        say(String.format(
                Locale.ROOT,
                "%-10s %-16s port %-6d %s%s",
                name,
                process,
                at.get(),
                ready ? "ready" : "not ready",
                why.isEmpty() ? "" : ": " + why));
        return ready;
    }

    @Command(name = "ingest", description = "Runs one ingest API alone", sortOptions = false)
    void ingest(
            @Option(
                            names = "--port",
                            paramLabel = "P",
                            description = "Its port (default 8080, beside a run the next one that is free)")
                    @Nullable
                    Integer at,
            @Option(
                            names = {"-h", "--help"},
                            usageHelp = true,
                            description = "Show this")
                    boolean usage) {
        runOne("ingest", at);
    }

    @Command(name = "worker", description = "Runs one worker alone", sortOptions = false)
    void worker(
            @Option(
                            names = "--port",
                            paramLabel = "P",
                            description = "Of its probes (default 8081, beside a run the next one that is free)")
                    @Nullable
                    Integer at,
            @Option(
                            names = {"-h", "--help"},
                            usageHelp = true,
                            description = "Show this")
                    boolean usage) {
        runOne("worker", at);
    }

    /** Beside the run that is under way, or on the servers that are given. */
    private void runOne(String kind, @Nullable Integer given) {
        if (workers != null || data != null || noSample || status) {
            throw new Refusal("--workers, --no-sample, --data and --status are for a whole run, not for " + kind);
        }
        boolean worker = kind.equals("worker");
        Optional<StateFolder.Run> beside = state.running();
        Stores stores = new Stores(oneStore(Stores.MONGODB, beside, kind), oneStore(Stores.REDIS, beside, kind));
        Stores.requireMongo(stores.mongoUrl());
        Stores.requireRedis(stores.redisUrl());
        int at = onePort(given == null ? port : given, worker ? WORKER_PORT : INGEST_PORT, beside);
        Ports.requireFree(at, kind);
        stopAtEnd(false);
        String name = oneName(worker, beside);
        AppProcess process = start(
                worker
                        ? installation.worker(name, at, stores.environment())
                        : installation.ingest(name, at, stores.environment()));
        try {
            awaitReady(process);
            say(name + " is ready at port " + at + "; Ctrl-C stops it.");
            awaitEnd();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private static int onePort(@Nullable Integer given, int otherwise, Optional<StateFolder.Run> beside) {
        if (given != null) {
            return given;
        }
        int at = otherwise;
        if (beside.isPresent()) {
            at = beside.get().port() + beside.get().workers() + 1;
            while (at < PORT_MAX && !Ports.isFree(at)) {
                at++;
            }
        }
        return at;
    }

    private String oneName(boolean worker, Optional<StateFolder.Run> beside) {
        if (worker) {
            return state.freeName(
                    "worker", 1 + beside.map(StateFolder.Run::workers).orElse(0));
        }
        boolean first = beside.isEmpty() && state.livingPid("ingest").isEmpty();
        return first ? "ingest" : state.freeName("ingest", 2);
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
