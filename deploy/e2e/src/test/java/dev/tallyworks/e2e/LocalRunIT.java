package dev.tallyworks.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.sun.net.httpserver.HttpServer;
import dev.tallyworks.local.Ports;
import dev.tallyworks.local.process.Api;
import dev.tallyworks.local.process.Installation;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** {@code deploy/local/run} as a newcomer meets it: the real script, its processes, and what it says. */
class LocalRunIT {
    private static final List<String> TOOLS =
            List.of("bash", "dirname", "sed", "head", "mkdir", "find", "env", "flock", "touch");

    private Path state;

    @BeforeEach
    void ownState() throws IOException {
        state = LocalRun.newState(LocalRunIT.class);
    }

    @BeforeAll
    static void jarsAreFresh() throws IOException {
        LocalRun.jarsAreFresh();
    }

    @Test
    void startsAllWithTheSampleSupervisesItAndLeavesNothing() throws Exception {
        int port = Ports.free(3);
        try (LocalRun run =
                LocalRun.start(state, "--port", "" + port, "--workers", "2").awaitStarted()) {
            String question = run.output().stream()
                    .filter(line -> line.strip().startsWith("curl -s '"))
                    .map(line -> line.strip().substring("curl -s '".length()).replace("'", ""))
                    .findFirst()
                    .orElseThrow();
            assertThat(milesByDay(question)).isEqualTo(milesOfTheCsv());
            assertThat(run.output()).anyMatch(line -> line.startsWith("sample: flights 6,099 of 6,099 (100 %)"));

            LocalRun status = LocalRun.start(state, "--status");
            assertThat(status.awaitEnd()).isZero();
            assertThat(status.output()).hasSize(5).anyMatch(line -> line.matches("worker-2 .* ready"));

            LocalRun.killAndAwaitAnother(state, "ingest", port);
            LocalRun.killAndAwaitAnother(state, "worker-1", port + 1);
            LocalRun.killAndAwaitAnother(state, "redis", port + 1);
            LocalRun.killAndAwaitAnother(state, "mongodb", port);
            Awaitility.await()
                    .atMost(LocalRun.LIMIT)
                    .ignoreExceptionsMatching(IllegalStateException.class::isInstance)
                    .untilAsserted(() -> assertThat(milesByDay(question)).isEqualTo(milesOfTheCsv()));

            List<ProcessHandle> processes = run.below();
            run.signal("INT");
            run.awaitEnd();
            assertThat(run.output()).endsWith("stopping", "stopped");
            LocalRun.awaitGone(processes);
            assertThat(state).isDirectoryNotContaining("glob:**.pid").isDirectoryNotContaining("glob:**/data");

            LocalRun over = LocalRun.start(state, "--status");
            assertThat(over.awaitEnd()).isEqualTo(3);
            assertThat(over.output()).containsExactly("not running");
        }
    }

    private static Map<String, String> milesByDay(String question) throws Exception {
        HttpResponse<String> answer = HttpClient.newHttpClient()
                .send(HttpRequest.newBuilder(URI.create(question)).build(), HttpResponse.BodyHandlers.ofString());
        Map<String, String> miles = new TreeMap<>();
        for (JsonNode point : new Api.Answer(answer.statusCode(), answer.body())
                .orThrow()
                .json()
                .path("points")) {
            miles.put(
                    point.path("timestamp").asText().substring(0, 10),
                    point.path("value").asText());
        }
        return miles;
    }

    private static Map<String, String> milesOfTheCsv() throws IOException {
        List<String> rows = Files.readAllLines(
                Installation.find().root().resolve("deploy/samples/flights-2013-week1-by-utc-day.csv"));
        int column = List.of(rows.get(0).split(",")).indexOf("distanceSum");
        Map<String, String> miles = new TreeMap<>();
        for (String row : rows.subList(1, rows.size())) {
            String[] cells = row.split(",");
            miles.put(cells[0], cells[column]);
        }
        return miles;
    }

    @Test
    void keepsItsDataAndLeavesNothingWhereItIsKilled() throws Exception {
        int port = Ports.free(2);
        String[] arguments = {"--port", "" + port, "--no-sample", "--data", "kept here"};
        Path script = Files.createSymbolicLink(
                        Files.createDirectory(state.resolve("a folder")).resolve("tally works"),
                        Installation.find().root())
                .resolve("deploy/local/run");
        List<ProcessHandle> processes;
        try (LocalRun run = LocalRun.start(script, state, Map.of(), arguments).awaitStarted()) {
            Api api = new Api(port);
            api.post("/api/v1/sources", "{\"name\": \"Shop\", \"openTypes\": true}")
                    .orThrow();
            api.post("/api/v1/sources/shop/events", "{\"uuid\": \"1\", \"type\": \"sale\"}")
                    .orThrow();
            processes = run.below();
            assertThat(processes).hasSizeGreaterThanOrEqualTo(4);

            run.signal("KILL");

            LocalRun.awaitGone(processes);
        }
        try (LocalRun run = LocalRun.start(script, state, Map.of(), arguments).awaitStarted()) {
            assertThat(new Api(port).get("/api/v1/sources/shop/events/1").status())
                    .isEqualTo(200);
            processes = run.below();
            run.signal("TERM");
            run.awaitEnd();
            LocalRun.awaitGone(processes);
            assertThat(state.resolve("kept here")).isNotEmptyDirectory();
        }
    }

    @Test
    void runsOneProcessMoreBesideIt() throws Exception {
        int port = Ports.free(4);
        try (LocalRun run =
                LocalRun.start(state, "--port", "" + port, "--no-sample").awaitStarted()) {
            LocalRun second = LocalRun.start(state, "--port", "" + (port + 2));
            assertThat(second.awaitEnd()).isEqualTo(1);
            assertThat(second.output())
                    .singleElement()
                    .asString()
                    .contains("already running (port " + port + ")")
                    .contains("" + run.pid());

            try (LocalRun worker = LocalRun.start(state, "worker", "--port", "" + (port + 3))) {
                worker.awaitSaid("worker-2 is ready at port " + (port + 3));
                Awaitility.await()
                        .atMost(Duration.ofMinutes(1))
                        .until(() -> new Api(port)
                                        .get("/api/v1/workers")
                                        .json()
                                        .path("items")
                                        .size()
                                == 2);
                List<ProcessHandle> processes = worker.below();
                worker.signal("INT");
                worker.awaitEnd();
                LocalRun.awaitGone(processes);
            }
            assertThat(run.below()).anyMatch(ProcessHandle::isAlive);
        }
    }

    @Test
    void refusesInOneLine() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            int port = taken.getLocalPort();
            assertThat(refusal(Map.of(), "--port", "" + port))
                    .contains("port " + port + " (ingest API) is in use: choose another with --port");
            assertThat(refusal(Map.of("TW_REDIS_URL", "redis://127.0.0.1:1")))
                    .contains("nothing answers at 127.0.0.1:1");
        }
        HttpServer http = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        http.start();
        try {
            String address = "127.0.0.1:" + http.getAddress().getPort();
            assertThat(refusal(Map.of("TW_MONGODB_URL", "mongodb://" + address + "/tallyworks")))
                    .contains("TW_MONGODB_URL: what answers is no MongoDB at " + address);
            assertThat(refusal(Map.of("TW_REDIS_URL", "redis://" + address)))
                    .contains("TW_REDIS_URL: what answers is no Redis at " + address);
        } finally {
            http.stop(0);
        }
        assertThat(refusal(Map.of("TW_MONGODB_URL", "mongodb://user:secret@localhost:27017")))
                .contains("TW_MONGODB_URL must be mongodb://host:port/database")
                .doesNotContain("secret");
        assertThat(refusal(Map.of("TW_MONGODB_URL", "mongodb://127.0.0.1:1/tallyworks")))
                .contains("TW_MONGODB_URL: nothing answers at 127.0.0.1:1");
        assertThat(refusal(Map.of("TW_REDIS_URL", "localhost:6379")))
                .contains("TW_REDIS_URL must be redis://host:port");
        assertThat(refusal(Map.of(), "--workers", "0")).contains("--workers must be 1 to 64, not 0");
        assertThat(refusal(Map.of(), "--port", "65535")).contains("--port must be 1 to 65534");
        assertThat(refusal(Map.of(), "--wrong")).contains("--wrong").contains("--help");
        assertThat(refusal(Map.of(), "worker")).contains("worker alone needs TW_MONGODB_URL");
        assertThat(state).isDirectoryNotContaining("glob:**.pid");
    }

    private String refusal(Map<String, String> environment, String... arguments) throws InterruptedException {
        return refusal(LocalRun.SCRIPT, environment, arguments);
    }

    private String refusal(Path script, Map<String, String> environment, String... arguments)
            throws InterruptedException {
        try (LocalRun run = LocalRun.start(script, state, environment, arguments)) {
            assertThat(run.awaitEnd()).isNotZero();
            Awaitility.await().atMost(LocalRun.LIMIT).until(() -> !run.output().isEmpty());
            assertThat(run.output()).hasSize(1);
            return run.output().get(0);
        }
    }

    @Test
    void saysWhatIsMissingToBuildIt() throws Exception {
        Path script = state.resolve("clone/deploy/local/run");
        Files.createDirectories(script.getParent());
        Files.copy(LocalRun.SCRIPT, script);
        Path bin = Files.createDirectory(state.resolve("bin"));
        for (String tool : TOOLS) {
            for (String folder : System.getenv("PATH").split(":")) {
                if (Files.isExecutable(Path.of(folder, tool)) && !Files.exists(bin.resolve(tool))) {
                    Files.createSymbolicLink(bin.resolve(tool), Path.of(folder, tool));
                }
            }
        }
        Map<String, String> environment = Map.of("PATH", bin.toString(), "JAVA_HOME", "");

        assertThat(refusal(script, environment)).contains("no java found: install a JDK, 17 or newer");
        program(bin, "java", "echo 'openjdk version \"11.0.2\" 2019-01-15' >&2");
        assertThat(refusal(script, environment)).contains("Java 11 is too old: install a JDK, 17 or newer");
        program(bin, "java", "echo 'java version \"1.8.0_292\"' >&2");
        assertThat(refusal(script, environment)).contains("Java 8 is too old");
        program(bin, "java", "exit 1");
        assertThat(refusal(script, environment)).contains("tells no version");
        program(bin, "java", "echo 'openjdk version \"21\" 2023-09-19' >&2");
        assertThat(refusal(script, environment)).contains("no mvn found: install Maven");
        program(bin, "mvn", "exit 1");
        assertThat(refusal(script, environment)).contains("no javac beside java: install a JDK");
    }

    private static void program(Path bin, String name, String line) throws IOException {
        Path file = bin.resolve(name);
        Files.writeString(file, "#!" + bin.resolve("bash") + "\n" + line + "\n");
        assertThat(file.toFile().setExecutable(true)).isTrue();
    }
}
