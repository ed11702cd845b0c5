package dev.tallyworks.local;

import dev.tallyworks.local.guard.ParentGuard;
import dev.tallyworks.servers.EmbeddedMongo;
import dev.tallyworks.servers.EmbeddedRedis;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The embedded MongoDB and Redis in a process of their own, so that they outlive no run and their load slows no supervisor. */
public final class EmbeddedPair {
    /** Taken as data comes: a year of flights with some million rollups needs about half of it. */
    public static final int HEAP_MEGABYTES = 4_096;

    /** Starts neither of a port. */
    static final String NONE = "-";

    private EmbeddedPair() {}

    /** @param arguments MongoDB's port, Redis' port, and the folder for their data, each may be {@value #NONE} */
    public static void main(String[] arguments) throws IOException, InterruptedException {
        ParentGuard.start();
        boolean keeps = !arguments[2].equals(NONE);
        Path folder = Path.of(keeps ? arguments[2] : ".").toAbsolutePath();
        if (keeps) {
            Files.createDirectories(folder);
        }
        if (!arguments[1].equals(NONE)) {
            int port = Integer.parseInt(arguments[1]);
            closeAtEnd(keeps ? EmbeddedRedis.in(folder, port) : EmbeddedRedis.inMemory(port));
        }
        if (!arguments[0].equals(NONE)) {
            int port = Integer.parseInt(arguments[0]);
            closeAtEnd(keeps ? EmbeddedMongo.in(folder, port) : EmbeddedMongo.inMemory(port));
        }
        Thread.currentThread().join();
    }

    private static void closeAtEnd(AutoCloseable server) {
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            try {
                server.close();
            } catch (Exception failed) {
                System.err.println("while closing: " + failed);
            }
        }));
    }
}
