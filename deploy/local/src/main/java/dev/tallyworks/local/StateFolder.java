package dev.tallyworks.local;

import java.io.IOException;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.Optional;
import java.util.Properties;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * {@code .local}: logs, the processes' ids, and what a run says of itself. A run that is under way holds a lock here, which
 * ends with its process, however that ends.
 */
final class StateFolder {
    private static final String RUN = "run.properties";
    private static final String LOCK = "run.lock";
    private static final String TEMPORARY = "data";
    private static final String PID = ".pid";
    private static final int NAMES_MAX = 1_000;
    private static final int LOCK_TRIES = 5;
    private static final long LOCK_PAUSE_NANOS = Duration.ofMillis(20).toNanos();
    /** Between the start of a process and the moment its file is written. */
    private static final Duration PID_DELAY_MAX = Duration.ofSeconds(5);

    private final Path folder;
    /** Kept open, as closing it would release the lock. */
    private @Nullable FileChannel lockFile;

    StateFolder(Path folder) {
        this.folder = folder;
        try {
            Files.createDirectories(folder);
        } catch (IOException failed) {
            throw new Refusal("can't write to " + folder + ": " + failed.getMessage());
        }
    }

    Path file(String name) {
        return folder.resolve(name);
    }

    Path log(String name) {
        return file(name + ".log");
    }

    /** Keeps the log of the process before under another name. */
    void freshLog(String name) {
        try {
            if (Files.exists(log(name))) {
                Files.move(log(name), file(name + ".previous.log"), StandardCopyOption.REPLACE_EXISTING);
            }
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    /** An empty folder for what goes with the run. */
    Path freshTemporary() {
        removeTemporary();
        try {
            return Files.createDirectories(file(TEMPORARY));
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    void removeTemporary() {
        Path temporary = file(TEMPORARY);
        if (!Files.exists(temporary)) {
            return;
        }
        try (Stream<Path> files = Files.walk(temporary)) {
            files.sorted(Comparator.reverseOrder()).forEach(StateFolder::remove);
        } catch (IOException left) {
            // The next run removes it.
        }
    }

    /** Whoever reads the file finds an id in it. */
    void writePid(String name, long pid) {
        try {
            Path written = file(name + ".pid.new");
            Files.writeString(written, pid + "\n");
            Files.move(written, pidFile(name), StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    void removePid(String name) {
        remove(pidFile(name));
    }

    private static void remove(Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException left) {
            // The next run overwrites it.
        }
    }

    private Path pidFile(String name) {
        return file(name + PID);
    }

    /** The first of {@code name-<from>}, and so on, that no living process has. */
    String freeName(String name, int from) {
        for (int i = from; i < from + NAMES_MAX; i++) {
            String candidate = name + "-" + i;
            if (livingPid(candidate).isEmpty()) {
                return candidate;
            }
        }
        throw new Refusal("there are " + NAMES_MAX + " processes named " + name + " already");
    }

    /** Of the process that a file names, if it lives; not of a later process that happens to have its id. */
    Optional<Long> livingPid(String name) {
        try {
            Path file = pidFile(name);
            long pid = Long.parseLong(Files.readString(file).strip());
            Instant written = Files.getLastModifiedTime(file).toInstant();
            return ProcessHandle.of(pid)
                    .filter(ProcessHandle::isAlive)
                    .filter(process -> process.info()
                            .startInstant()
                            .map(start -> start.isBefore(written.plus(PID_DELAY_MAX)))
                            .orElse(true))
                    .map(ProcessHandle::pid);
        } catch (IOException | NumberFormatException none) {
            return Optional.empty();
        }
    }

    /** The names of all processes that have a file here, living or not. */
    Stream<String> names() {
        try (Stream<Path> files = Files.list(folder)) {
            return files
                    .map(file -> file.getFileName().toString())
                    .filter(file -> file.endsWith(PID))
                    .map(file -> file.substring(0, file.length() - PID.length()))
                    .sorted()
                    .toList()
                    .stream();
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
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
        Path file = file(RUN);
        remove(file);
        try {
            // It may hold a password.
            Files.createFile(file);
            file.toFile().setReadable(false, false);
            file.toFile().setReadable(true, true);
            try (Writer writer = Files.newBufferedWriter(file)) {
                properties.store(writer, null);
            }
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    /** The run that is under way; empty also for the moments in which it knows nothing to say of itself yet. */
    Optional<Run> running() {
        return isLocked() ? lastWritten() : Optional.empty();
    }

    /** The run that wrote last, and did not end in good order if it is not under way. */
    Optional<Run> lastWritten() {
        Properties properties = new Properties();
        try (Reader reader = Files.newBufferedReader(file(RUN))) {
            properties.load(reader);
            return Optional.of(new Run(
                    Long.parseLong(properties.getProperty("pid", "0")),
                    Integer.parseInt(properties.getProperty("port", "0")),
                    Integer.parseInt(properties.getProperty("workers", "0")),
                    new Stores(properties.getProperty("mongodb", ""), properties.getProperty("redis", ""))));
        } catch (IOException | NumberFormatException none) {
            return Optional.empty();
        }
    }

    void removeRun() {
        remove(file(RUN));
    }

    /**
     * Makes this process the one run here, until it ends.
     *
     * @return false where another is
     */
    boolean lock() {
        try {
            FileChannel file = openLock();
            // More than once, as one that only looks holds it for a moment too.
            for (int tried = 1; tried <= LOCK_TRIES; tried++) {
                if (file.tryLock() != null) {
                    lockFile = file;
                    return true;
                }
                LockSupport.parkNanos(LOCK_PAUSE_NANOS);
            }
            file.close();
            return false;
        } catch (IOException failed) {
            throw new Refusal("can't lock " + file(LOCK) + ": " + failed.getMessage());
        }
    }

    private boolean isLocked() {
        if (lockFile != null) {
            return true;
        }
        try (FileChannel file = openLock()) {
            // Shared, so that two that only look do not see each other.
            @Nullable FileLock lock = file.tryLock(0, Long.MAX_VALUE, true);
            return lock == null;
        } catch (OverlappingFileLockException ours) {
            return true;
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    private FileChannel openLock() throws IOException {
        return FileChannel.open(
                file(LOCK), StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
    }
}
