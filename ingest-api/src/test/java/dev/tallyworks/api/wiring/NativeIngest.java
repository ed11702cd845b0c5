package dev.tallyworks.api.wiring;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.HttpURLConnection;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The native executable, on the stores of the application under test. Where {@code TW_TEST_NATIVE} is {@code true}, HTTP tests
 * send their requests to it ({@link RequestsToNative}), while what they inject is that application's, which nobody asks then.
 */
public final class NativeIngest implements AutoCloseable {
    private static final String PORT = "tallyworks.test.native-port";
    private static final Path TARGET = Path.of("target");

    private final Process process;

    private NativeIngest(Process process) {
        this.process = process;
    }

    public static boolean isTested() {
        return Boolean.parseBoolean(System.getenv("TW_TEST_NATIVE"));
    }

    static int port() {
        return Integer.getInteger(PORT);
    }

    /** Starts it with these settings, and waits till it is ready. */
    static NativeIngest start(Map<String, String> settings) {
        try {
            int port = freePort();
            List<String> command = new ArrayList<>(List.of(executable().toString(), "-Xmx512m"));
            settings.forEach((name, value) -> command.add("-D" + name + "=" + value));
            command.addAll(List.of("-Dquarkus.http.host=127.0.0.1", "-Dquarkus.http.port=" + port));
            Path log = TARGET.resolve("native-ingest.log");
            Process process = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
                    .start();
            NativeIngest started = new NativeIngest(process);
            Runtime.getRuntime().addShutdownHook(new Thread(started::close));
            await("the executable is ready, log " + log.toAbsolutePath())
                    .atMost(Duration.ofMinutes(1))
                    .pollInterval(Duration.ofMillis(50))
                    .failFast("it ended", () -> !process.isAlive())
                    .until(() -> isReady(port));
            System.setProperty(PORT, Integer.toString(port));
            return started;
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    private static Path executable() throws IOException {
        try (DirectoryStream<Path> runners = Files.newDirectoryStream(TARGET, "ingest-api-*-runner")) {
            for (Path runner : runners) {
                return runner.toAbsolutePath();
            }
        }
        throw new IllegalStateException(
                "no executable in " + TARGET.toAbsolutePath() + ": build with mvn -q package -DskipTests -Dnative");
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }

    private static boolean isReady(int port) {
        try {
            HttpURLConnection probe = (HttpURLConnection) URI.create("http://127.0.0.1:" + port + "/q/health/ready")
                    .toURL()
                    .openConnection();
            return probe.getResponseCode() == HttpURLConnection.HTTP_OK;
        } catch (IOException notYet) {
            return false;
        }
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
