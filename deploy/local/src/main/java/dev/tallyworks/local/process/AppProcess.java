package dev.tallyworks.local.process;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * One application as a process. It stands in a session of its own, so that Ctrl-C reaches only who started it, who then stops
 * all in the right order; its standard input is a pipe whose end tells it that its parent is gone.
 */
public final class AppProcess {
    private static final boolean SESSIONS = Files.isExecutable(Path.of("/usr/bin/setsid"));

    /**
     * How to start it.
     *
     * @param environment added to this process' own
     * @param port where it answers, on 127.0.0.1
     */
    public record Spec(String name, List<String> command, Map<String, String> environment, int port) {
        public Spec {
            command = List.copyOf(command);
            environment = Map.copyOf(environment);
        }
    }

    private final Spec spec;
    private final Process process;
    private final Path log;

    private AppProcess(Spec spec, Process process, Path log) {
        this.spec = spec;
        this.process = process;
        this.log = log;
    }

    /** @param log what it prints is appended there */
    public static AppProcess start(Spec spec, Path log) {
        List<String> command = new ArrayList<>();
        if (SESSIONS) {
            command.add("/usr/bin/setsid");
        }
        command.addAll(spec.command());
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
        builder.environment().putAll(spec.environment());
        try {
            return new AppProcess(spec, builder.start(), log);
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    public Spec spec() {
        return spec;
    }

    public Path log() {
        return log;
    }

    public long pid() {
        return process.pid();
    }

    public boolean isAlive() {
        return process.isAlive();
    }

    public int exitCode() {
        return process.exitValue();
    }

    public CompletableFuture<Process> onExit() {
        return process.onExit();
    }

    /** Asks it to drain and end, and waits till it has; kills it where it has not within that time. */
    public void stop(Duration grace) {
        requestStop();
        awaitStop(grace);
    }

    /** Asks it to drain and end. */
    public void requestStop() {
        process.destroy();
    }

    /** Returns when it has ended; kills it where it has not within that time. */
    public void awaitStop(Duration grace) {
        List<ProcessHandle> below = process.descendants().toList();
        if (!awaitEnd(grace)) {
            kill();
        }
        below.forEach(ProcessHandle::destroy);
    }

    /** SIGKILL, to it and what it has started. */
    public void kill() {
        List<ProcessHandle> below = process.descendants().toList();
        process.destroyForcibly();
        below.forEach(ProcessHandle::destroyForcibly);
        awaitEnd(Duration.ofSeconds(10));
    }

    private boolean awaitEnd(Duration time) {
        try {
            return process.waitFor(time.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            return !process.isAlive();
        }
    }

    /** SIGSTOP: it stands still as in a long pause of its machine. */
    public void pause() {
        signal("STOP");
    }

    /** SIGCONT. */
    public void wake() {
        signal("CONT");
    }

    private void signal(String name) {
        try {
            new ProcessBuilder("kill", "-" + name, Long.toString(pid())).start().waitFor();
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
