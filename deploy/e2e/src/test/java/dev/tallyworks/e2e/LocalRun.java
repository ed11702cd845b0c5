package dev.tallyworks.e2e;

import static org.awaitility.Awaitility.await;

import dev.tallyworks.local.process.Api;
import dev.tallyworks.local.process.Installation;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** {@code deploy/local/run} as a process, with what it prints. */
final class LocalRun implements AutoCloseable {
    static final Duration LIMIT = Duration.ofMinutes(3);
    static final Path SCRIPT = Installation.find().root().resolve("deploy/local/run");

    private final Process process;
    private final List<String> output = new CopyOnWriteArrayList<>();
    private final List<ProcessHandle> seen = new ArrayList<>();

    private LocalRun(Process process) {
        this.process = process;
        Thread reader = new Thread(this::read, "output");
        reader.setDaemon(true);
        reader.start();
    }

    private void read() {
        try (BufferedReader lines = process.inputReader()) {
            lines.lines().forEach(output::add);
        } catch (IOException | UncheckedIOException cut) {
            // The process was killed.
        }
    }

    /**
     * Starts it in {@code state}, also as working folder.
     *
     * @param environment added to this process' own, in which no servers are named; an empty value removes
     */
    static LocalRun start(Path script, Path state, Map<String, String> environment, String... arguments) {
        List<String> command = new ArrayList<>(List.of("bash", script.toString()));
        command.addAll(List.of(arguments));
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectErrorStream(true).directory(state.toFile());
        builder.environment().keySet().removeAll(List.of("TW_MONGODB_URL", "TW_REDIS_URL", "TW_REDIS_NAMESPACE"));
        builder.environment().put("TW_LOCAL_DIR", state.toString());
        environment.forEach((name, value) -> {
            builder.environment().put(name, value);
            if (value.isEmpty()) {
                builder.environment().remove(name);
            }
        });
        try {
            return new LocalRun(builder.start());
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    static LocalRun start(Path state, String... arguments) {
        return start(SCRIPT, state, Map.of(), arguments);
    }

    /** The jars were built by what runs this test: the script need not build them again. */
    static void jarsAreFresh() throws IOException {
        for (String jar : List.of(
                "ingest-api/target/quarkus-app/quarkus-run.jar",
                "aggregator-worker/target/quarkus-app/quarkus-run.jar",
                "deploy/local/target/local-run.jar")) {
            Files.setLastModifiedTime(Installation.find().root().resolve(jar), FileTime.from(Instant.now()));
        }
    }

    long pid() {
        return process.pid();
    }

    List<String> output() {
        return List.copyOf(output);
    }

    /** A folder for its state, whose logs stay where those of the other end-to-end tests are. */
    static Path newState(Class<?> test) throws IOException {
        Path logs = Installation.find().root().resolve("deploy/e2e/target/logs").resolve(test.getSimpleName());
        return Files.createTempDirectory(Files.createDirectories(logs), "run-");
    }

    /** Waits till it has said all that it says when it is ready. */
    LocalRun awaitStarted() {
        return awaitSaid("Ctrl-C stops it");
    }

    LocalRun awaitSaid(String text) {
        long end = System.nanoTime() + LIMIT.toNanos();
        while (output.stream().noneMatch(line -> line.contains(text))) {
            if (System.nanoTime() > end || !process.isAlive()) {
                throw new AssertionError("has not said '" + text + "', but " + output);
            }
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(50));
        }
        process.descendants().forEach(seen::add);
        return this;
    }

    /** Waits till it ends by itself. */
    int awaitEnd() throws InterruptedException {
        if (!process.waitFor(LIMIT.toSeconds(), TimeUnit.SECONDS)) {
            throw new AssertionError("still runs: " + output);
        }
        return process.exitValue();
    }

    void signal(String name) throws IOException, InterruptedException {
        signal(name, pid());
    }

    static void signal(String name, long pid) throws IOException, InterruptedException {
        new ProcessBuilder("kill", "-" + name, Long.toString(pid)).start().waitFor();
    }

    /** All processes that it had started by the time that it was ready, or has below it now. */
    List<ProcessHandle> below() {
        process.descendants().forEach(seen::add);
        return List.copyOf(seen);
    }

    /** Waits till none of these is there any more. */
    static void awaitGone(List<ProcessHandle> processes) {
        await("these are gone").atMost(LIMIT).until(() -> processes.stream().noneMatch(ProcessHandle::isAlive));
    }

    static long pid(Path state, String name) throws IOException {
        return Long.parseLong(Files.readString(state.resolve(name + ".pid")).strip());
    }

    /** kill -9, then waits till another process has its name, and is ready where it has a port. */
    static long killAndAwaitAnother(Path state, String name, @Nullable Integer port)
            throws IOException, InterruptedException {
        long old = pid(state, name);
        signal("KILL", old);
        AtomicReference<Long> another = new AtomicReference<>(old);
        await(name + " is back").atMost(LIMIT).until(() -> {
            another.set(pid(state, name));
            return another.get() != old
                    && ProcessHandle.of(another.get())
                            .filter(ProcessHandle::isAlive)
                            .isPresent()
                    && (port == null || new Api(port).isHealthy("ready"));
        });
        return another.get();
    }

    @Override
    public void close() {
        below().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
    }
}
