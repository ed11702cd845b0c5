package dev.tallyworks.local;

import java.io.IOException;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Properties;

/** {@code .local}: logs, the processes' ids, and what a run that is under way says of itself. */
final class StateFolder {
    private static final String RUN = "run.properties";

    private final Path folder;

    StateFolder(Path folder) {
        this.folder = folder;
        try {
            Files.createDirectories(folder);
        } catch (IOException failed) {
            throw new Refusal("can't write to " + folder + ": " + failed.getMessage());
        }
    }

    Path folder() {
        return folder;
    }

    Path log(String name) {
        return folder.resolve(name + ".log");
    }

    void writePid(String name, long pid) {
        try {
            Files.writeString(pidFile(name), pid + "\n");
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    void removePid(String name) {
        try {
            Files.deleteIfExists(pidFile(name));
        } catch (IOException left) {
            // The next run overwrites it.
        }
    }

    Path pidFile(String name) {
        return folder.resolve(name + ".pid");
    }

    /** The first of {@code name}, or {@code name-1}, {@code name-2}, … that no living process has. */
    String freeName(String name, boolean numbered) {
        for (int i = 1; i <= 1_000; i++) {
            String candidate = !numbered && i == 1 ? name : name + "-" + i;
            if (livingPid(candidate).isEmpty()) {
                return candidate;
            }
        }
        throw new Refusal("there are 1000 processes named " + name + " already");
    }

    /** Of the process that a file names, if it lives. */
    Optional<Long> livingPid(String name) {
        try {
            long pid = Long.parseLong(Files.readString(pidFile(name)).strip());
            return ProcessHandle.of(pid).filter(ProcessHandle::isAlive).map(ProcessHandle::pid);
        } catch (IOException | NumberFormatException none) {
            return Optional.empty();
        }
    }

    /** Who, where, and with which servers. */
    record Run(long pid, int port, int workers, Stores stores) {}

    void write(Run run) {
        Properties properties = new Properties();
        properties.setProperty("pid", Long.toString(run.pid));
        properties.setProperty("port", Integer.toString(run.port));
        properties.setProperty("workers", Integer.toString(run.workers));
        properties.setProperty("mongodb", run.stores.mongoUrl());
        properties.setProperty("redis", run.stores.redisUrl());
        Path file = folder.resolve(RUN);
        try (Writer writer = Files.newBufferedWriter(file)) {
            properties.store(writer, null);
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
        // It may hold a password.
        file.toFile().setReadable(false, false);
        file.toFile().setReadable(true, true);
    }

    /** The run that is under way. */
    Optional<Run> read() {
        Properties properties = new Properties();
        try (Reader reader = Files.newBufferedReader(folder.resolve(RUN))) {
            properties.load(reader);
            Run run = new Run(
                    Long.parseLong(properties.getProperty("pid", "0")),
                    Integer.parseInt(properties.getProperty("port", "0")),
                    Integer.parseInt(properties.getProperty("workers", "0")),
                    new Stores(properties.getProperty("mongodb", ""), properties.getProperty("redis", "")));
            return ProcessHandle.of(run.pid).filter(ProcessHandle::isAlive).map(alive -> run);
        } catch (IOException | NumberFormatException none) {
            return Optional.empty();
        }
    }

    void removeRun() {
        try {
            Files.deleteIfExists(folder.resolve(RUN));
        } catch (IOException left) {
            // It names a process that is gone.
        }
    }
}
