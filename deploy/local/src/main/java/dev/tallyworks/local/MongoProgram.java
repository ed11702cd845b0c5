package dev.tallyworks.local;

import dev.tallyworks.local.guard.ParentGuard;
import dev.tallyworks.servers.EmbeddedMongo;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The embedded MongoDB in a process of its own, so that its load slows no supervisor. */
public final class MongoProgram {
    private MongoProgram() {}

    /** @param arguments its port, and the folder for its data; without one it keeps them in memory */
    public static void main(String[] arguments) throws IOException, InterruptedException {
        ParentGuard.start();
        int port = Integer.parseInt(arguments[0]);
        EmbeddedMongo server = arguments.length == 1 ? EmbeddedMongo.inMemory(port) : in(Path.of(arguments[1]), port);
        Runtime.getRuntime().addShutdownHook(new Thread(server::close, "close"));
        Thread.currentThread().join();
    }

    private static EmbeddedMongo in(Path folder, int port) throws IOException {
        Files.createDirectories(folder);
        return EmbeddedMongo.in(folder, port);
    }
}
